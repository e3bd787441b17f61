internal import DNS

/// One HTTP/1.1 request (RFC 9112), read strictly: what two readers could understand differently is refused.
struct HTTPRequest: Equatable {
    /// What is known of the octets so far.
    enum Result: Equatable {
        /// More has to come.
        case incomplete
        /// A whole request.
        case request(HTTPRequest)
        /// No request, or one that is not served: the status, after which the connection ends.
        case fault(Int)
    }

    /// What is to be done.
    var method = QueryRequest.Method.other
    /// Where the target stands.
    var target = 0..<0
    /// Whether the content is application/dns-message.
    var isDNS = false
    /// Where the content stands.
    var body = 0..<0
    /// Where the value of the `Host` field stands.
    var host = 0..<0
    /// Whether another request may follow.
    var keepsAlive = true
    private var hasHost = false
    private var length: Int?

    /// The most octets that a request line and its fields may have.
    static let maximumHead = 6_000

    /// Octets of the whole request.
    var end: Int { body.upperBound }

    /// Reads the request at the start of `octets`.
    /// - Complexity: O(octets)
    static func read(_ octets: Span<UInt8>) -> Result {
        var request = HTTPRequest()
        var start = 0
        var isFirst = true
        while true {
            guard let end = lineEnd(octets, from: start) else {
                return octets.count > maximumHead ? .fault(431) : .incomplete
            }
            guard end >= 0 else { return .fault(400) }
            guard end <= maximumHead else { return .fault(431) }
            let line = start..<end
            start = end + 2
            if isFirst {
                isFirst = false
                if let fault = request.readLine(octets, line) { return .fault(fault) }
            } else if line.isEmpty {
                break
            } else if let fault = request.readField(octets, line) {
                return .fault(fault)
            }
        }
        guard request.hasHost else { return .fault(400) }
        // Content of unknown length would have to be read to its end before the next request.
        let length = request.length ?? 0
        if request.method == .post, request.length == nil { return .fault(411) }
        guard length <= QueryRequest.maximumMessage else { return .fault(413) }
        guard octets.count - start >= length else { return .incomplete }
        request.body = start..<(start + length)
        return .request(request)
    }

    /// Where the CRLF of a line stands; nil when it has not come, -1 for other control characters.
    private static func lineEnd(_ octets: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < octets.count {
            let octet = octets[index]
            if octet == 13 {
                guard index + 1 < octets.count else { return nil }
                return octets[index + 1] == 10 ? index : -1
            }
            guard octet >= 32 && octet != 127 || octet == 9 else { return -1 }
            index += 1
        }
        return nil
    }

    private mutating func readLine(_ octets: Span<UInt8>, _ line: Range<Int>) -> Int? {
        let spaces = line.filter { octets[$0] == 32 }
        guard spaces.count == 2, spaces[0] > line.lowerBound, spaces[1] > spaces[0] + 1 else { return 400 }
        let method = line.lowerBound..<spaces[0]
        target = (spaces[0] + 1)..<spaces[1]
        guard method.allSatisfy({ Self.isToken(octets[$0]) }), octets[target.lowerBound] == UInt8(ascii: "/") else {
            return 400
        }
        guard target.count <= QueryRequest.maximumTarget else { return 414 }
        if Self.equals(octets, method, "GET") { self.method = .get }
        if Self.equals(octets, method, "POST") { self.method = .post }
        let version = (spaces[1] + 1)..<line.upperBound
        if Self.equals(octets, version, "HTTP/1.0") { keepsAlive = false }
        guard Self.equals(octets, version, "HTTP/1.1") || !keepsAlive else {
            return Self.equals(octets, version.prefix(5), "HTTP/") ? 505 : 400
        }
        return nil
    }

    private mutating func readField(_ octets: Span<UInt8>, _ line: Range<Int>) -> Int? {
        guard let colon = line.first(where: { octets[$0] == UInt8(ascii: ":") }), colon > line.lowerBound else {
            return 400
        }
        let name = line.lowerBound..<colon
        // Neither folded lines nor spaces before the colon (RFC 9112 §5).
        guard name.allSatisfy({ Self.isToken(octets[$0]) }) else { return 400 }
        var value = (colon + 1)..<line.upperBound
        while let first = value.first, octets[first] == 32 || octets[first] == 9 { value = value.dropFirst() }
        while let last = value.last, octets[last] == 32 || octets[last] == 9 { value = value.dropLast() }
        if Self.equals(octets, name, "host", ignoringCase: true) {
            guard !hasHost else { return 400 }
            hasHost = true
            host = value
        } else if Self.equals(octets, name, "content-length", ignoringCase: true) {
            guard length == nil, let count = Self.number(octets, value) else { return 400 }
            length = count
        } else if Self.equals(octets, name, "transfer-encoding", ignoringCase: true) {
            return 411
        } else if Self.equals(octets, name, "expect", ignoringCase: true) {
            return 417
        } else if Self.equals(octets, name, "content-type", ignoringCase: true) {
            isDNS = Self.isDNSMessage(octets, value)
        } else if Self.equals(octets, name, "connection", ignoringCase: true) {
            if Self.hasClose(octets, value) { keepsAlive = false }
        }
        return nil
    }

    /// Whether `close` stands in a list (RFC 9110 §7.6.1).
    private static func hasClose(_ octets: Span<UInt8>, _ value: Range<Int>) -> Bool {
        var start = value.lowerBound
        while start < value.upperBound {
            var word =
                start..<((start..<value.upperBound).first { octets[$0] == UInt8(ascii: ",") } ?? value.upperBound)
            start = word.upperBound + 1
            while let first = word.first, octets[first] == 32 || octets[first] == 9 { word = word.dropFirst() }
            while let last = word.last, octets[last] == 32 || octets[last] == 9 { word = word.dropLast() }
            if equals(octets, word, "close", ignoringCase: true) { return true }
        }
        return false
    }

    private static func isDNSMessage(_ octets: Span<UInt8>, _ value: Range<Int>) -> Bool {
        let type = value.prefix { octets[$0] != UInt8(ascii: ";") && octets[$0] != 32 }
        return equals(octets, type, "application/dns-message", ignoringCase: true)
    }

    /// Digits alone; what is larger than any content is so whatever it is.
    private static func number(_ octets: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.allSatisfy({ (0x30...0x39).contains(octets[$0]) }) else { return nil }
        return range.reduce(0) { min($0 * 10 + Int(octets[$1] - 0x30), 1 << 30) }
    }

    private static func equals(
        _ octets: Span<UInt8>,
        _ range: Range<Int>,
        _ text: StaticString,
        ignoringCase: Bool = false
    ) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            for index in 0..<text.count {
                let octet = octets[range.lowerBound + index]
                let folded = ignoringCase && (0x41...0x5A).contains(octet) ? octet | 0x20 : octet
                guard unsafe folded == text[index] else { return false }
            }
            return true
        }
    }

    /// What method and field names consist of (RFC 9110 §5.6.2).
    private static func isToken(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x7C, 0x7E: true
        default: false
        }
    }
}
