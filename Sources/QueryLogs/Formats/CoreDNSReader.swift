import DNS
import TextScan

/// Log of CoreDNS (plugin `log`, common and combined), also from Kubernetes and from Azure Firewall's DNS proxy.
struct CoreDNSReader: TextLogReader {
    /// `coredns`.
    var format: LogFormat { .coredns }
    /// One line for people.
    var summary: String { "log of CoreDNS (plugin log)" }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        if CoreDNSLine(message) != nil { return .telling }
        return message.hasPrefix("[INFO]") || message.hasPrefix("[ERROR] plugin/") || message.hasPrefix("[WARNING]")
            || message.hasPrefix("CoreDNS-") ? .related : .foreign
    }

    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout Void,
        _ assembly: inout EventAssembly
    ) {
        guard let line = CoreDNSLine(message) else {
            if message.hasPrefix("[ERROR] plugin/errors") { return assembly.report.skip("failure-detail") }
            if message.hasPrefix("[") || message.hasPrefix("CoreDNS-") || message.hasPrefix(".:") {
                return assembly.report.skip("other-message")
            }
            return assembly.unparsed(
                message,
                at: position,
                "not a line of the common log form; other forms are not read"
            )
        }
        var event = QueryEvent(
            name: line.name,
            type: line.type,
            recordClass: line.recordClass,
            position: position,
            reply: .none
        )
        event.time = time
        event.client = line.client
        event.transport = line.transport
        if let code = line.code {
            event.answer(code)
            event.latency = line.latency
        }
        assembly.add(event)
    }
}

/// `CLIENT - ID "TYPE CLASS NAME PROTOCOL SIZE DO BUFSIZE" CODE FLAGS SIZE SECONDSs`, behind a level.
struct CoreDNSLine {
    var client: SocketAddress?
    var transport: LogTransport?
    var name: DomainName
    var type: RRType
    var recordClass: RRClass
    /// Nil when nothing was written (`-`).
    var code: ResponseCode?
    var latency: Int64?

    init?(_ text: Span<UInt8>) {
        guard let mark = text.firstRange(of: " - ") else { return nil }
        var start = mark.lowerBound
        while start > 0, text[start - 1] != 0x20 { start -= 1 }
        guard let client = text.extracting(start..<mark.lowerBound).socketAddress else { return nil }
        self.client = client
        let words = text.extracting(mark.upperBound..<text.count).words(upTo: 16).map { word in
            word.filter { $0 != 0x22 }
        }
        // The combined form has the operation in front of the type.
        var index = 1
        guard words.count >= 8, words[0].decimal != nil else { return nil }
        if words[1].decimal != nil, words.count >= 9 { index = 2 }
        guard words.count >= index + 7, let type = words[index].recordType,
            let recordClass = words[index + 1].recordClass,
            let name = words[index + 2].domainName, let transport = words[index + 3].transport
        else { return nil }
        (self.type, self.recordClass, self.name, self.transport) = (type, recordClass, name, transport)
        let rest = words[(index + 6)...].dropFirst()
        guard let word = rest.first else { return nil }
        code = word.equals("-") ? nil : word.responseCode
        if let last = words.last, last.last == 0x73 { latency = Array(last.dropLast()).seconds }
    }
}
