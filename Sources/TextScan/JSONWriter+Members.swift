extension JSONWriter {
    /// Writes the member `name` with a string.
    public mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    /// Writes the member `name` with octets as a string.
    public mutating func member(_ name: String, _ text: [UInt8]) {
        key(name)
        value(text)
    }

    /// Writes the member `name` with octets as a string.
    public mutating func member(_ name: String, _ text: Span<UInt8>) {
        key(name)
        value(text)
    }

    /// Writes the member `name` with a whole number.
    public mutating func member(_ name: String, _ number: Int) {
        key(name)
        value(number)
    }

    /// Writes the member `name` with a whole number.
    public mutating func member(_ name: String, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    /// Writes the member `name` with a number.
    public mutating func member(_ name: String, _ number: Double) {
        key(name)
        value(number)
    }

    /// Writes the member `name` with true or false.
    public mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        value(flag)
    }

    /// Writes the member `name` with an array of strings.
    public mutating func member(_ name: String, _ texts: [String]) {
        array(name) { writer in
            for text in texts { writer.value(text) }
        }
    }

    /// Writes the member `name` unless the string is unknown: unknown is absent.
    public mutating func member(_ name: String, ifKnown text: String?) {
        if let text { member(name, text) }
    }

    /// Writes the member `name` unless the number is unknown: unknown is absent.
    public mutating func member(_ name: String, ifKnown number: (some BinaryInteger)?) {
        if let number { member(name, number) }
    }

    /// Writes the member `name` unless the flag is unknown: unknown is absent.
    public mutating func member(_ name: String, ifKnown flag: Bool?) {
        if let flag { member(name, flag) }
    }

    /// Writes the member `name` with a time, unless that is unknown.
    public mutating func member(_ name: String, time microseconds: Int64?) {
        guard let microseconds else { return }
        key(name)
        time(microseconds: microseconds)
    }

    /// Writes the member `name` with an object whose members `body` writes.
    public mutating func object<Failure: Error>(
        _ name: String,
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try object(body)
    }

    /// Writes the member `name` with an array whose elements `body` writes.
    public mutating func array<Failure: Error>(
        _ name: String,
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try array(body)
    }

    /// Writes the member `name` with an object of numbers, sorted by key so that equal counts give equal output.
    public mutating func member(_ name: String, counts: [String: Int]) {
        object(name) { writer in
            for (key, count) in counts.sorted(by: { $0.key < $1.key }) { writer.member(key, count) }
        }
    }
}

extension Diagnostic {
    /// Writes the `diagnostic` record of the machine contract, without the line feed.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("kind", "diagnostic")
            json.member("path", path)
            json.member("line", ifKnown: line)
            json.member("column", ifKnown: column)
            json.member("byte", ifKnown: byte)
            json.member("reason", reason)
            json.member("text", text)
        }
    }
}
