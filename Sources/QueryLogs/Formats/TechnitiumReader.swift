import DNS
import TextScan

/// Text log of the Technitium DNS server with queries in it.
struct TechnitiumReader: TextLogReader {
    /// `technitium`.
    var format: LogFormat { .technitium }
    /// One line for people.
    var summary: String { "text log of Technitium DNS server" }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        if message.firstRange(of: "QNAME: ") != nil, message.firstRange(of: "; QTYPE: ") != nil { return .telling }
        return .foreign
    }

    /// `[CLIENT] [PROTOCOL] QNAME: n; QTYPE: A; QCLASS: IN; RCODE: NoError; ANSWER: [a, b]`
    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout Void,
        _ assembly: inout EventAssembly
    ) {
        guard let start = message.firstRange(of: "QNAME: ") else { return assembly.report.skip("other-message") }
        let text = message.extracting(start.lowerBound..<message.count)
        guard let name = Self.field(text, "QNAME: ")?.domainName, let type = Self.field(text, "QTYPE: ")?.recordType
        else {
            return assembly.unparsed(message, at: position, "no name with a type")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = time
        Self.readEnds(message.extracting(0..<start.lowerBound), &event)
        if text.firstRange(of: "NO RESPONSE FROM SERVER") != nil {
            event.reply = .none
        } else if let code = Self.field(text, "RCODE: ")?.responseCode {
            if let records = Self.field(text, "ANSWER: ").flatMap({ $0.read { Self.records($0, name, type) } }) {
                event.answer(code, records)
            } else {
                event.answer(code)
            }
        }
        assembly.add(event)
    }

    /// Up to the next semicolon that is not inside of brackets.
    private static func field(_ text: Span<UInt8>, _ label: StaticString) -> [UInt8]? {
        guard let found = text.firstRange(of: label) else { return nil }
        var end = found.upperBound
        var depth = 0
        while end < text.count, depth > 0 || text[end] != 0x3B {
            if text[end] == 0x5B { depth += 1 }
            if text[end] == 0x5D { depth -= 1 }
            end += 1
        }
        return text.extracting(found.upperBound..<end).trimmed.octets
    }

    private static func readEnds(_ text: Span<UInt8>, _ event: inout QueryEvent) {
        var position = 0
        while let open = text.firstIndex(of: 0x5B, from: position) {
            // An IPv6 address has brackets of its own.
            var close = text.firstIndex(of: 0x5D, from: open + 1) ?? text.count
            if open + 1 < text.count, text[open + 1] == 0x5B {
                close = text.firstIndex(of: 0x5D, from: min(close + 1, text.count)) ?? text.count
            }
            let inner = text.extracting((open + 1)..<max(open + 1, close))
            if event.client == nil, let client = inner.socketAddress { event.client = client }
            if let transport = inner.transport { event.transport = transport }
            position = close + 1
        }
    }

    /// The records in brackets; nil when they are left out, `[TRUNCATED]` or `[ZONE TRANSFER]`.
    private static func records(_ text: Span<UInt8>, _ name: DomainName, _ type: RRType) -> [AnswerRecord]? {
        guard text.count >= 2, text[0] == 0x5B, text[text.count - 1] == 0x5D else { return nil }
        let inner = text.extracting(1..<(text.count - 1))
        if inner.equals("TRUNCATED") || inner.equals("ZONE TRANSFER") { return nil }
        var chain = AnswerChain(name: name, type: type)
        var parts = FieldScanner(inner, separator: 0x2C)
        while let part = parts.next() { chain.append(inner.extracting(part).trimmed) }
        return chain.records
    }
}
