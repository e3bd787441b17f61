import DNS
import TextScan

/// One line of a dnsmasq log, taken apart.
struct DnsmasqLine {
    /// What a line says.
    enum Body {
        /// `query[TYPE] NAME from CLIENT`
        case query(name: LoggedName, type: RRType, client: IPAddress?)
        /// `forwarded NAME to UPSTREAM`
        case forwarded(name: LoggedName, upstream: SocketAddress?)
        /// `SOURCE NAME is DEST`; the name is nil where dnsmasq prints the word `error` or `query`.
        case answer(source: String, name: LoggedName?, content: Content, error: ExtendedError?)
        /// `validation NAME is BOGUS`: the client gets SERVFAIL; the name is nil for `validation result is BOGUS`.
        case bogus(name: LoggedName?)
        /// `possible DNS-rebind attack detected: NAME`: the answer was dropped.
        case rebind(name: LoggedName)
        /// A line that is part of the log and tells of no question or answer.
        case other(reason: String)
        /// A line that is not understood.
        case unknown
    }

    /// What an answer holds.
    enum Content: Equatable {
        case address(IPAddress)
        case alias
        case pointer(DomainName)
        /// A record of a type of which dnsmasq does not print the data; 0 when it does not print the type either.
        case record(RRType)
        /// No such name; no such type, with the type if it is said.
        case nxdomain
        case nodata(RRType?)
        case failure(ResponseCode)
        /// The answer went to another client that asked the same, and to this one.
        case duplicate
        case text([UInt8])
    }

    /// The process, for logs that tell.
    var process: UInt64?
    /// The serial number of the query (`log-queries=extra`).
    var serial: UInt64?
    /// The client in front of the line (`log-queries=extra`).
    var client: SocketAddress?
    /// The transport in front of the line (`log-queries=proto`).
    var transport: LogTransport?
    var body: Body

    /// Whether the source is one of Pi-hole's own.
    static func isPihole(_ source: String) -> Bool {
        source != "reply" && source != "cached" && piholeSources.contains { source.hasPrefix($0) }
    }

    private static let piholeSources = [
        "gravity blocked", "exactly denied", "exactly blacklisted", "regex denied", "regex blacklisted",
        "blocked upstream", "special domain", "Mozilla canary domain", "Apple iCloud Private Relay domain",
        "Designated Resolver domain", "Rate-limiting", "to be refused", "to be dropped", "to be blocked",
        "/etc/pihole/",
    ]

    /// Takes a line apart; a stamp and other prefixes in front of `dnsmasq[PID]:` are left to the caller.
    init(_ line: Span<UInt8>, _ names: inout NameCache) {
        let (start, process, daemon) = Self.prefix(line)
        self.process = process
        body = .unknown
        guard daemon == "dnsmasq" else {
            body = .other(reason: daemon)
            return
        }
        var text = line.extracting(Self.withoutDebugSuffix(line, from: start))
        if text.hasPrefix("UDP ") || text.hasPrefix("TCP ") {
            transport = text[0] == 0x55 ? .udp : .tcp
            text = text.extracting(4..<text.count)
        }
        text = text.extracting(takeSerial(text)..<text.count)
        body = Self.body(text, &names)
    }

    /// Where the message starts, behind `dnsmasq[PID]: ` or `dnsmasq: ` if that is there.
    private static func prefix(_ line: Span<UInt8>) -> (start: Int, process: UInt64?, daemon: String) {
        let head = line.extracting(0..<min(line.count, 256))
        var search = 0
        while let found = head.firstRange(of: "dnsmasq", from: search) {
            search = found.upperBound
            guard search < line.count, found.lowerBound == 0 || line[found.lowerBound - 1] != 0x2E else { continue }
            if line[search] == 0x2D, let colon = line.firstIndex(of: 0x3A, from: search) {
                let name = line.extracting((search + 1)..<colon)
                let bracket = name.firstIndex(of: 0x5B) ?? name.count
                let word = name.extracting(0..<bracket)
                if word.equals("dhcp") || word.equals("tftp") || word.equals("script") {
                    return (colon + 1, nil, word.string)
                }
                continue
            }
            var end = search
            var process: UInt64?
            if line[search] == 0x5B, let close = line.firstIndex(of: 0x5D, from: search) {
                process = line.extracting((search + 1)..<close).decimal
                guard process != nil else { continue }
                end = close + 1
            }
            if line.hasPrefix(": ", at: end) { return (end + 2, process, "dnsmasq") }
        }
        return (0, nil, "dnsmasq")
    }

    /// FTL's DEBUG_DNSMASQ_LINES appends ` (/path/file.c:123)`.
    private static func withoutDebugSuffix(_ line: Span<UInt8>, from start: Int) -> Range<Int> {
        let range = line.trimmedRange(in: start..<line.count)
        guard range.count > 4, line[range.upperBound - 1] == 0x29 else { return range }
        var position = range.upperBound - 2
        while position > range.lowerBound, line[position] &- 0x30 < 10 { position -= 1 }
        guard line[position] == 0x3A, position < range.upperBound - 2 else { return range }
        while position > range.lowerBound, line[position] != 0x20 { position -= 1 }
        return line.hasPrefix(" (", at: position) ? range.lowerBound..<position : range
    }

    /// Reads `SERIAL CLIENT/PORT ` or `SERIAL `; returns where the rest starts.
    private mutating func takeSerial(_ text: Span<UInt8>) -> Int {
        var fields = FieldScanner(text)
        guard let first = fields.next(), let number = text.extracting(first).decimal, let second = fields.next() else {
            return 0
        }
        serial = number
        let word = text.extracting(second)
        if word.equals("*"), let third = fields.next(), text.extracting(third).equals("*") {
            return fields.rest.lowerBound
        }
        guard let slash = word.firstIndex(of: 0x2F), slash > 0,
            let address = IPAddress(text: word.extracting(0..<slash)),
            let port = word.extracting((slash + 1)..<word.count).decimal, port <= 65_535
        else { return second.lowerBound }
        client = SocketAddress(address, port: UInt16(port))
        return fields.rest.lowerBound
    }
}
