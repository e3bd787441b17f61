import DNS
import TextScan

extension DnsmasqLine {
    /// Reads `SOURCE NAME VERB DEST`, the message without its prefixes.
    static func body(_ text: Span<UInt8>, _ names: inout NameCache) -> Body {
        var fields = FieldScanner(text)
        guard let first = fields.next() else { return .unknown }
        let source = text.extracting(first)
        if source.equals("forwarded") { return forwarded(text, &fields, &names) }
        if let open = source.firstIndex(of: 0x5B), source[source.count - 1] == 0x5D, open > 0 {
            if source.hasPrefix("dnssec-") { return .other(reason: "dnssec-query") }
            let type = text.extracting((first.lowerBound + open + 1)..<(first.upperBound - 1))
            return query(text, type: type, &fields, &names)
        }
        if source.equals("ipset") || source.equals("nftset") { return .other(reason: "set-update") }
        if source.equals("non-query") { return .other(reason: "opcode") }
        if text.hasPrefix("possible DNS-rebind attack detected: ") {
            let last = text.extracting(37..<text.count).trimmed
            return names.name(last).map { .rebind(name: $0) } ?? .unknown
        }
        if let plain = plainAnswer(text, source: first, &fields, &names) { return plain }
        return answer(text, &names) ?? service(text)
    }

    private static func query(
        _ text: Span<UInt8>,
        type: Span<UInt8>,
        _ fields: inout FieldScanner,
        _ names: inout NameCache
    ) -> Body {
        guard let second = fields.next(), let verb = fields.next(), text.extracting(verb).equals("from"),
            let name = names.name(text.extracting(second)), let type = recordType(type)
        else { return .unknown }
        let client = fields.next().flatMap { IPAddress(text: text.extracting($0)) }
        return .query(name: name, type: type, client: client)
    }

    private static func forwarded(
        _ text: Span<UInt8>,
        _ fields: inout FieldScanner,
        _ names: inout NameCache
    ) -> Body {
        guard let second = fields.next(), let verb = fields.next(), text.extracting(verb).equals("to"),
            let name = names.name(text.extracting(second))
        else { return .unknown }
        return .forwarded(name: name, upstream: fields.next().flatMap { upstream(text.extracting($0)) })
    }

    /// `reply NAME is DEST` and `cached NAME is DEST`, word for word: nearly every answer is one, and needs no search for
    /// where its parts begin.
    private static func plainAnswer(
        _ text: Span<UInt8>,
        source: Range<Int>,
        _ fields: inout FieldScanner,
        _ names: inout NameCache
    ) -> Body? {
        let word = text.extracting(source)
        guard word.equals("reply") || word.equals("cached"), let second = fields.next(), let verb = fields.next(),
            let last = fields.next(), last.upperBound == text.count, text.extracting(verb).equals("is"),
            second.lowerBound == source.upperBound + 1, verb.lowerBound == second.upperBound + 1,
            last.lowerBound == verb.upperBound + 1
        else { return nil }
        let subject = text.extracting(second)
        guard subject[0] != 0x28 else { return nil }
        return answer(word, subject, text.extracting(last), error: nil, &names)
    }

    /// `SOURCE NAME is DEST`, where SOURCE may be several words.
    private static func answer(_ text: Span<UInt8>, _ names: inout NameCache) -> Body? {
        var end = text.count
        var error: ExtendedError?
        if let note = text.firstRange(of: " (EDE: ") {
            error = extendedError(text.extracting(note.upperBound..<text.count))
            end = note.lowerBound
        }
        if text.extracting(0..<end).hasSuffix(" (DNSSEC signed)") { end -= 16 }
        guard let verb = lastRange(of: " is ", text.extracting(0..<end)) else { return nil }
        let head = text.extracting(0..<verb.lowerBound)
        guard let gap = lastBlank(head), gap > 0 else { return nil }
        let source = head.extracting(0..<gap).trimmed
        let subject = head.extracting((gap + 1)..<head.count)
        let destination = text.extracting(verb.upperBound..<end).trimmed
        if source.equals("validation") {
            guard destination.equals("BOGUS") else { return .other(reason: "dnssec-validation") }
            return .bogus(name: subject.equals("result") ? nil : names.name(subject))
        }
        return answer(source, subject, destination, error: error, &names)
    }

    private static func answer(
        _ source: Span<UInt8>,
        _ subject: Span<UInt8>,
        _ destination: Span<UInt8>,
        error: ExtendedError?,
        _ names: inout NameCache
    ) -> Body? {
        let isKnown = isKnownSource(source)
        guard let content = content(destination) ?? (isKnown ? freeContent(destination) : nil) else { return nil }
        let isError = subject.equals("error") || (content == .duplicate && subject.equals("query"))
        let owner = isError ? nil : subjectName(subject, &names)
        guard isError || owner != nil else { return nil }
        return .answer(source: source.string, name: owner, content: content, error: error)
    }

    /// The sources of dnsmasq itself; after these any content is an answer.
    private static func isKnownSource(_ source: Span<UInt8>) -> Bool {
        source.equals("reply") || source.equals("cached") || source.equals("cached-stale") || source.equals("config")
            || source.equals("DHCP") || source.equals("auth") || source.hasPrefix("/")
    }

    /// The contents that dnsmasq prints in words of its own, and addresses.
    private static func content(_ text: Span<UInt8>) -> Content? {
        if let address = address(text) { return .address(address) }
        if text.equals("<CNAME>") { return .alias }
        if text.count > 2, text[0] == 0x3C, text[text.count - 1] == 0x3E {
            return .record(recordType(text.extracting(1..<(text.count - 1))) ?? RRType(rawValue: 0))
        }
        if text.equals("NXDOMAIN") || text.equals("NXDOMAIN-IPv4") || text.equals("NXDOMAIN-IPv6") { return .nxdomain }
        if text.equals("NODATA") { return .nodata(nil) }
        if text.equals("NODATA-IPv4") { return .nodata(.a) }
        if text.equals("NODATA-IPv6") { return .nodata(.aaaa) }
        if text.equals("not implemented") { return .failure(.notImp) }
        if text.equals("duplicate") { return .duplicate }
        if text.equals("truncated") { return .record(RRType(rawValue: 0)) }
        if text.equals("SERVFAIL") || text.equals("REFUSED") || text.equals("FORMERR") {
            return ResponseCode(text.string).map { .failure($0) }
        }
        return nil
    }

    /// What else follows a known source: the name of a pointer record, or the text of a record.
    private static func freeContent(_ text: Span<UInt8>) -> Content? {
        guard text.count > 0 else { return nil }
        if text.firstIndex(of: 0x20) == nil, let target = try? DomainName(presentation: text) {
            return .pointer(target)
        }
        return .text(text.octets)
    }

    /// For pointer records dnsmasq prints the address in the place of the name.
    private static func subjectName(_ subject: Span<UInt8>, _ names: inout NameCache) -> LoggedName? {
        if let name = address(subject)?.reverseName { return names.name(name) }
        return names.name(subject)
    }

    /// The address that the text is, if its ends look like one at all: most texts here are names.
    private static func address(_ text: Span<UInt8>) -> IPAddress? {
        guard text.count > 0 else { return nil }
        let (first, last) = (text[0], text[text.count - 1])
        guard text.firstIndex(of: 0x3A) != nil || (asciiDigit(first) != nil && asciiDigit(last) != nil) else {
            return nil
        }
        return IPAddress(text: text)
    }

    /// Lines about the daemon itself.
    private static func service(_ text: Span<UInt8>) -> Body {
        for start in serviceStarts where text.count >= start.utf8.count {
            if text.extracting(0..<start.utf8.count).octets == Array(start.utf8) { return .other(reason: "service") }
        }
        return .unknown
    }

    private static let serviceStarts = [
        "started", "compile time", "using ", "reading ", "read ", "exiting", "cleared cache", "cache size", "queries ",
        "DNS service", "DNSSEC", "warning", "Maximum number", "nameserver ", "failed to ", "inotify", "bad ", "time ",
        "listening ", "DHCP", "ignoring ", "LOUD", "pool memory", "child processes", "auth ", "server ", "Host ",
        "reducing ", "Insecure ", "chown", "running as", "script ", "asynchronous", "setting ", "cannot ", "FATAL",
        "limiting ", "configured with", "Rate-limiting", "duplicate ", "no ",
    ]

    private static func upstream(_ text: Span<UInt8>) -> SocketAddress? {
        let hash = text.firstIndex(of: 0x23) ?? text.count
        guard let address = IPAddress(text: text.extracting(0..<hash)) else { return nil }
        let port = hash < text.count ? text.extracting((hash + 1)..<text.count).decimal : nil
        return SocketAddress(address, port: port.flatMap { UInt16(exactly: $0) })
    }

    /// `A`, `type=65`, `TYPE65`.
    private static func recordType(_ text: Span<UInt8>) -> RRType? {
        if text.equals("A") { return .a }
        if text.equals("AAAA") { return .aaaa }
        if text.hasPrefix("type=") { return RRType(text.extracting(5..<text.count).string) }
        return RRType(text.string)
    }

    private static func lastBlank(_ text: Span<UInt8>) -> Int? {
        var position = text.count - 1
        while position >= 0, text[position] != 0x20 { position -= 1 }
        return position >= 0 ? position : nil
    }

    private static func lastRange(of word: StaticString, _ text: Span<UInt8>) -> Range<Int>? {
        var last: Range<Int>?
        var start = 0
        while let found = text.firstRange(of: word, from: start) {
            last = found
            start = found.lowerBound + 1
        }
        return last
    }

    /// dnsmasq prints the IANA purpose of the code in words; see the registry "Extended DNS Error Codes".
    private static func extendedError(_ text: Span<UInt8>) -> ExtendedError? {
        let end = text.firstIndex(of: 0x29) ?? text.count
        let words = text.extracting(0..<end).string
        let code = errorWords[words.lowercased()] ?? 0
        return ExtendedError(code: ExtendedErrorCode(rawValue: code), text: Array(words.utf8))
    }

    private static let errorWords: [String: UInt16] = [
        "unsupported dnskey algorithm": 1, "unsupported ds digest": 2, "stale answer": 3, "forged": 4,
        "dnssec indeterminate": 5, "dnssec bogus": 6, "dnssec signature expired": 7, "dnssec sig not yet valid": 8,
        "dnskey missing": 9, "rrsig missing": 10, "no zone key bit set": 11, "nsec(3) missing": 12, "cached error": 13,
        "not ready": 14, "blocked": 15, "censored": 16, "filtered": 17, "prohibited": 18, "stale nxdomain": 19,
        "not authoritative": 20, "not supported": 21, "no reachable authority": 22, "network error": 23,
        "invalid data": 24,
    ]
}
