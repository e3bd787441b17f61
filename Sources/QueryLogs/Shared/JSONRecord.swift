import DNS
import TextScan

/// One JSON object of a log, its members found by path.
struct JSONRecord: ~Escapable {
    /// Members that hold a whole log line or object as a string.
    static let wrappers: [StaticString] = ["log", "MESSAGE", "message", "data", "_raw", "raw", "event.original"]

    private let text: Span<UInt8>
    private let entries: [JSONTape.Entry]
    private let shape: UInt64
    /// Where members stand in such objects; nil for one that stands alone.
    private let paths: JSONPaths?

    @_lifetime(copy text)
    init(_ text: Span<UInt8>, _ tape: JSONTape, _ paths: JSONPaths? = nil) {
        self.text = text
        entries = tape.entries
        shape = tape.shape
        self.paths = paths
    }

    /// The value at `path`, names separated by dots; a name may hold the dots itself (`id.orig_h`). Null is no value.
    /// - Complexity: O(members of the objects on the path); O(1) in an object of a shape that was seen before
    func index(_ path: StaticString, in container: Int = 0) -> Int? {
        guard let paths else { return find(path, from: 0, in: container) }
        return paths.index(path, in: container, shape) { find(path, from: 0, in: container) }
    }

    private func find(_ path: StaticString, from start: Int, in container: Int) -> Int? {
        guard entries[container].token.kind == .beginObject else { return nil }
        var index = container + 1
        let end = entries[container].end
        while index < end {
            let key = entries[index].key
            let stop = start + key.count
            // Most members are passed over by the length of their names.
            let isWhole = stop == path.utf8CodeUnitCount
            if unsafe isWhole || stop < path.utf8CodeUnitCount && path.utf8Start[stop] == 0x2E,
                matches(key, path, at: start)
            {
                if isWhole { return isNull(index) ? nil : index }
                if let found = find(path, from: stop + 1, in: index) { return found }
            }
            index = entries[index].end
        }
        return nil
    }

    private func matches(_ key: Range<Int>, _ path: StaticString, at start: Int) -> Bool {
        for offset in 0..<key.count where unsafe text[key.lowerBound + offset] != path.utf8Start[start + offset] {
            return false
        }
        return true
    }

    private func isNull(_ index: Int) -> Bool {
        entries[index].token.kind == .literal && text.extracting(entries[index].token.range).equals("null")
    }

    /// Whether there is a value at `path`.
    func has(_ path: StaticString) -> Bool { index(path) != nil }

    /// Whether a value is a string.
    func isString(_ index: Int) -> Bool { entries[index].token.kind == .string }

    /// Whether a value is an object.
    func isObject(_ index: Int) -> Bool { entries[index].token.kind == .beginObject }

    /// Whether a value is an array.
    func isArray(_ index: Int) -> Bool { entries[index].token.kind == .beginArray }

    /// Where a value stands in the text.
    func range(_ index: Int) -> Range<Int> { entries[index].token.range }

    /// The elements of an array, or the members of an object; the value itself when it is neither.
    func elements(_ index: Int?) -> [Int] {
        guard let index else { return [] }
        guard isArray(index) || isObject(index) else { return [index] }
        var found: [Int] = []
        var next = index + 1
        while next < entries[index].end {
            found.append(next)
            next = entries[next].end
        }
        return found
    }

    /// The name of a member.
    func key(_ index: Int) -> String { text.extracting(entries[index].key).string }

    /// The octets of a string or literal, escapes resolved; empty for objects and arrays.
    func octets(_ index: Int) -> [UInt8] {
        let token = entries[index].token
        switch token.kind {
        case .string where token.isEscaped: return Array(token.text(in: text).utf8)
        case .string, .literal: return text.extracting(token.range).octets
        default: return []
        }
    }

    /// The octets at `path`.
    func octets(_ path: StaticString, in container: Int = 0) -> [UInt8]? {
        index(path, in: container).map { octets($0) }
    }

    /// The text of the string or literal at `path`; nil when it is empty.
    func string(_ path: StaticString, in container: Int = 0) -> String? {
        guard let found = octets(path, in: container), !found.isEmpty else { return nil }
        return String(decoding: found, as: UTF8.self)
    }

    /// Whether the string or literal at `path` is `value`.
    func equals(_ path: StaticString, _ value: StaticString, in container: Int = 0) -> Bool {
        index(path, in: container).map { text.extracting(entries[$0].token.range).equals(value) } ?? false
    }

    /// The whole number at `path`, also in a string.
    func integer(_ path: StaticString, in container: Int = 0) -> Int64? {
        octets(path, in: container).flatMap { $0.decimal }.flatMap { Int64(exactly: $0) }
    }

    /// `true` or `false` at `path`.
    func bool(_ path: StaticString, in container: Int = 0) -> Bool? {
        if equals(path, "true", in: container) { return true }
        return equals(path, "false", in: container) ? false : nil
    }

    /// The name at `path`.
    func name(_ path: StaticString, in container: Int = 0) -> DomainName? {
        octets(path, in: container)?.domainName
    }

    /// The name at `path`, as it was read before.
    func name(_ path: StaticString, _ names: inout NameCache) -> LoggedName? {
        guard let index = index(path) else { return nil }
        let token = entries[index].token
        guard !token.isEscaped, token.kind == .string || token.kind == .literal else {
            return names.field(octets(index).span)
        }
        return names.field(text.extracting(token.range))
    }

    /// The type at `path`.
    func type(_ path: StaticString, in container: Int = 0) -> RRType? {
        octets(path, in: container)?.recordType
    }

    /// The response code at `path`.
    func responseCode(_ path: StaticString, in container: Int = 0) -> ResponseCode? {
        octets(path, in: container)?.responseCode
    }

    /// The address at `path`, with the port at `port`.
    func address(_ path: StaticString, port: StaticString? = nil) -> SocketAddress? {
        guard let address = octets(path)?.socketAddress else { return nil }
        guard address.port == nil, let port, let number = integer(port).flatMap({ UInt16(exactly: $0) }) else {
            return address
        }
        return SocketAddress(address.address, port: number)
    }

    /// The time at `path`: RFC 3339, or seconds, milliseconds, microseconds or nanoseconds since 1970.
    func time(_ path: StaticString) -> Int64? {
        octets(path).flatMap { $0.read { LogTime.any($0) } }
    }

    /// A number of seconds at `path`, as a TTL.
    func ttl(_ path: StaticString, in container: Int) -> UInt32? {
        octets(path, in: container).flatMap { $0.seconds }.flatMap { UInt32(exactly: $0 / 1_000_000) }
    }
}

/// Stamps of logs that say what they are.
enum LogTime {
    /// RFC 3339 or a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told by its size.
    static func any(_ text: Span<UInt8>, offset: Int = 0) -> Int64? {
        if text.count >= 19, text[4] == 0x2D { return TimeScan.rfc3339(text, assumedOffset: offset) }
        guard let number = text.extracting(0..<(text.firstIndex(of: 0x2E) ?? text.count)).decimal else { return nil }
        switch number {
        case 0..<100_000_000_000: return TimeScan.epochSeconds(text)
        case 0..<100_000_000_000_000: return Int64(number) * 1000
        case 0..<100_000_000_000_000_000: return Int64(number)
        default: return Int64(number / 1000)
        }
    }
}
