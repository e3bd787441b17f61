import TextScan

/// Events as XML: what `wevtutil qe /f:xml` prints, one behind the other, with or without a root around them.
struct WindowsXML: ~Escapable {
    /// Octets that one event may have.
    static let maximumEvent = 1 << 18

    private let octets: Span<UInt8>
    private var position = 0
    private var line = 1

    @_lifetime(copy octets)
    init(_ octets: Span<UInt8>) { self.octets = octets }

    /// Whether a text begins as XML with events of Windows in it.
    static func isEvents(_ sample: Span<UInt8>) -> Bool {
        var start = 0
        while start < sample.count, isBlank(sample[start]) || sample[start] == 0 { start += 1 }
        guard start < sample.count, sample[start] == 0x3C, let event = nextEvent(sample, start) else { return false }
        let head = sample.extracting(event..<min(sample.count, event + 4096))
        return head.firstRange(of: "<System>") != nil || head.firstRange(of: "schemas.microsoft.com/win/") != nil
    }

    private static func nextEvent(_ octets: Span<UInt8>, _ start: Int) -> Int? {
        var position = start
        while let found = octets.firstRange(of: "<Event", from: position) {
            if octets.hasPrefix(">", at: found.upperBound) || octets.hasPrefix(" ", at: found.upperBound) {
                return found.lowerBound
            }
            position = found.upperBound
        }
        return nil
    }

    /// Where the next event stands, and whether it is whole; nil after the last.
    @_lifetime(self: copy self)
    mutating func next() -> (range: Range<Int>, position: SourcePosition, isWhole: Bool)? {
        guard let start = Self.nextEvent(octets, position) else { return nil }
        while let feed = octets.firstIndex(of: 0x0A, from: position), feed < start {
            line += 1
            position = feed + 1
        }
        let place = SourcePosition(record: line, byte: start)
        // An event ends before the next one begins, so that no octet is looked at again and again.
        let next = Self.nextEvent(octets, start + 6) ?? octets.count
        let limit = min(next, start + Self.maximumEvent)
        guard let end = octets.extracting(0..<limit).firstRange(of: "</Event>", from: start) else {
            position = next
            return (start..<limit, place, false)
        }
        position = end.upperBound
        return (start..<end.upperBound, place, true)
    }
}

extension WindowsEvent {
    /// An event of its XML.
    init(xml text: Span<UInt8>) {
        self.init()
        provider = Self.attribute(text, "<Provider", "Name").map { $0.string } ?? ""
        if let number = Self.element(text, "<EventID").flatMap({ $0.decimal }) { id = Int(clamping: number) }
        time = Self.attribute(text, "<TimeCreated", "SystemTime").flatMap { $0.read { TimeScan.rfc3339($0) } }
        process = Self.attribute(text, "<Execution", "ProcessID").map { "pid \($0.string)" }
        var position = 0
        for _ in 0..<Self.maximumFields {
            guard let data = text.firstRange(of: "<Data Name=", from: position) else { return }
            guard let close = text.firstIndex(of: 0x3E, from: data.upperBound) else { return }
            let name = text.extracting((data.upperBound + 1)..<max(data.upperBound + 1, close - 1)).octets
            position = close + 1
            // `<Data Name='X'/>` holds nothing.
            guard text[close - 1] != 0x2F, let end = text.firstIndex(of: 0x3C, from: close) else { continue }
            set(String(decoding: name, as: UTF8.self), Self.plain(text.extracting((close + 1)..<end)))
            position = end
        }
    }

    private static func element(_ text: Span<UInt8>, _ tag: StaticString) -> [UInt8]? {
        guard let found = text.firstRange(of: tag), let open = text.firstIndex(of: 0x3E, from: found.upperBound),
            let end = text.firstIndex(of: 0x3C, from: open)
        else { return nil }
        return plain(text.extracting((open + 1)..<end).trimmed)
    }

    private static func attribute(_ text: Span<UInt8>, _ tag: StaticString, _ name: StaticString) -> [UInt8]? {
        guard let found = text.firstRange(of: tag), let close = text.firstIndex(of: 0x3E, from: found.upperBound) else {
            return nil
        }
        let inner = text.extracting(found.upperBound..<close)
        guard let key = inner.firstRange(of: name), key.upperBound + 1 < inner.count, inner[key.upperBound] == 0x3D
        else { return nil }
        let quote = inner[key.upperBound + 1]
        let start = key.upperBound + 2
        guard let end = inner.firstIndex(of: quote, from: start) else { return nil }
        return plain(inner.extracting(start..<end))
    }

    /// The text of an element, its entities resolved.
    private static func plain(_ text: Span<UInt8>) -> [UInt8] {
        guard text.firstIndex(of: 0x26) != nil else { return text.octets }
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == 0x26, let end = text.firstIndex(of: 0x3B, from: index), end - index <= 10 else {
                result.append(text[index])
                index += 1
                continue
            }
            let name = text.extracting((index + 1)..<end)
            if let scalar = scalar(name) {
                result += Array(String(Character(scalar)).utf8)
                index = end + 1
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    private static func scalar(_ name: Span<UInt8>) -> Unicode.Scalar? {
        if name.equals("amp") { return "&" }
        if name.equals("lt") { return "<" }
        if name.equals("gt") { return ">" }
        if name.equals("quot") { return "\"" }
        if name.equals("apos") { return "'" }
        guard name.count > 1, name[0] == 0x23 else { return nil }
        let isHex = name[1] == 0x78
        let digits = name.extracting((isHex ? 2 : 1)..<name.count)
        return (isHex ? digits.hexadecimal : digits.decimal).flatMap { UInt32(exactly: $0) }.flatMap(
            Unicode.Scalar.init
        )
    }
}
