import DNS
import TextScan

/// DNS events of FortiGate firewalls: `key=value`, separated by blanks or commas, or CEF.
struct FortiGateReader: TextLogReader {
    /// `fortigate`.
    var format: LogFormat { .fortigate }
    /// One line for people.
    var summary: String { "DNS events of FortiGate: key=value, CSV or CEF" }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        if Self.isDNS(message) { return .telling }
        let isOwn = message.firstRange(of: "logid=") != nil || message.firstRange(of: "|Fortinet|Fortigate|") != nil
        return isOwn ? .related : .foreign
    }

    private static func isDNS(_ message: Span<UInt8>) -> Bool {
        if message.firstRange(of: "|Fortinet|") != nil { return message.firstRange(of: "FTNTFGTxid=") != nil }
        return message.firstRange(of: "logid=") != nil && message.firstRange(of: "xid=") != nil
            && (message.firstRange(of: "dns-query") != nil || message.firstRange(of: "dns-response") != nil)
    }

    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout Void,
        _ assembly: inout EventAssembly
    ) {
        guard Self.isDNS(message) else {
            guard recognises(message) == .related else {
                return assembly.unparsed(message, at: position, "not a line of FortiGate")
            }
            return assembly.report.skip("other-event")
        }
        let fields = Fields(message)
        guard let question = fields.question else {
            return assembly.unparsed(message, at: position, "no domain name in qname")
        }
        let isAnswer = fields.isAnswer
        var sighting = MessageSighting(
            isAnswer ? .response : .query,
            question,
            client: fields.client,
            id: fields["xid"]?.port ?? 0,
            time: fields.time(offset: assembly.options.utcOffset) ?? time,
            at: position
        )
        sighting.server = fields.server
        sighting.transport = fields["proto"].map { $0.equals("6") ? .tcp : .udp }
        if isAnswer { fields.readAnswer(question, &sighting) }
        sighting.block = fields.block
        assembly.add(sighting)
    }

    /// The fields of either form under the names of `key=value`.
    private struct Fields {
        private let values: KeyValues
        private let isEvent: Bool

        init(_ message: Span<UInt8>) {
            if let event = CommonEvent(message) {
                (values, isEvent) = (event.fields, true)
                return
            }
            // The first blank or comma behind a value tells what separates.
            var position = message.firstIndex(of: 0x3D) ?? 0
            while position < message.count, message[position] != 0x20, message[position] != 0x2C { position += 1 }
            let separator: UInt8 = position < message.count ? message[position] : 0x20
            (values, isEvent) = (KeyValues(message, separator: separator), false)
        }

        subscript(_ key: String) -> [UInt8]? { values[isEvent ? "FTNTFGT" + key : key] ?? values[key] }

        var isAnswer: Bool {
            let kind = values["eventtype"] ?? values["FTNTFGTsubtype"] ?? values["subtype"] ?? []
            return kind.equals("dns-response")
        }

        var client: SocketAddress? {
            (values[isEvent ? "src" : "srcip"])?.ipAddress.map {
                SocketAddress($0, port: values[isEvent ? "spt" : "srcport"]?.port)
            }
        }

        var server: SocketAddress? {
            (values[isEvent ? "dst" : "dstip"])?.ipAddress.map {
                SocketAddress($0, port: values[isEvent ? "dpt" : "dstport"]?.port)
            }
        }

        /// The root has no name in these logs.
        var question: MessageSighting.Question? {
            var name = self["qname"] ?? Array(".".utf8)
            if name.first == 0x5B, name.last == 0x5D { name = Array(name.dropFirst().dropLast()) }
            guard let parsed = name.domainName else { return nil }
            let type = self["qtypeval"]?.recordType ?? self["qtype"]?.recordType ?? RRType(rawValue: 0)
            return MessageSighting.Question(name: parsed, type: type, recordClass: self["qclass"]?.recordClass ?? .in)
        }

        /// Nanoseconds since 1970 from version 6.2 on, seconds before, or a local date and time.
        func time(offset: Int) -> Int64? {
            if let stamp = self["eventtime"], let time = stamp.read({ LogTime.any($0) }) { return time }
            guard let date = values["date"], let clock = values["time"] else { return nil }
            return (date + [0x20] + clock).read { TimeScan.rfc3339($0, assumedOffset: offset) }
        }

        func readAnswer(_ question: MessageSighting.Question, _ sighting: inout MessageSighting) {
            var chain = AnswerChain(name: question.name, type: question.type)
            (self["ipaddr"] ?? []).read { text in
                var parts = FieldScanner(text, separator: 0x2C)
                while let part = parts.next() { chain.append(text.extracting(part).trimmed) }
            }
            if !chain.records.isEmpty {
                (sighting.rcode, sighting.answers) = (.noError, chain.records)
            } else if let code = self["rcode"]?.responseCode {
                sighting.answer(code)
            } else {
                // Neither addresses nor a code: what the client got is not told.
                sighting.answers = [AnswerRecord(name: question.name, type: RRType(rawValue: 0), data: .unknown)]
            }
        }

        var block: LoggedBlock? {
            let action = (values["action"] ?? values["act"] ?? []).string.lowercased()
            guard action.hasPrefix("block") || action == "redirect" else { return nil }
            let list = self["domainfilterlist"] ?? self["botnetdomain"] ?? self["catdesc"]
            return LoggedBlock(source: values["msg"]?.string ?? action, rule: list?.string)
        }
    }
}
