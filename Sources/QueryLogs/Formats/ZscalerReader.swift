import DNS
import TextScan

/// DNS logs of Zscaler Internet Access through NSS, JSON.
struct ZscalerReader: JSONLogReader {
    /// `zscaler`.
    var format: LogFormat { .zscaler }
    /// One line for people.
    var summary: String { "DNS log of Zscaler (NSS), JSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        guard record.has("event.dns_req") || record.has("dns_req") else { return .no }
        return record.has("event.reqaction") || record.has("reqaction") || record.has("sourcetype") ? .certain : .likely
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        let inner = record.index("event").flatMap { record.isObject($0) ? $0 : nil } ?? 0
        var fields: [String: [UInt8]] = [:]
        for member in record.elements(inner) where fields.count < 128 {
            fields[record.key(member)] = Self.plain(record.octets(member))
        }
        guard let name = fields["dns_req"]?.domainName else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name in dns_req")
        }
        let type = fields["dns_reqtype"]?.recordType ?? RRType(rawValue: 0)
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = (fields["datetime"] ?? fields["time"]).flatMap { assembly.clock.time(of: $0) }
        event.client = (fields["clt_sip"] ?? fields["clientip"])?.socketAddress
        event.server = fields["srv_dip"]?.ipAddress.map { SocketAddress($0, port: fields["srv_dport"]?.port) }
        event.transport = fields["protocol"]?.transport
        event.latency = fields["durationms"]?.milliseconds
        Self.readAnswer(fields["dns_resp"] ?? [], &event)
        for (action, rule) in [("reqaction", "reqrulelabel"), ("resaction", "resrulelabel")] {
            guard let word = fields[action]?.string, word.lowercased().contains("block"), event.block == nil else {
                continue
            }
            event.block = LoggedBlock(source: word, rule: fields[rule]?.string)
        }
        assembly.add(event)
    }

    private static func readAnswer(_ text: [UInt8], _ event: inout QueryEvent) {
        if text.isEmpty || text.equals("None") { return }
        if text.equals("EMPTY_RESP") { return event.answer(.noError, []) }
        if text.decimal == nil, let code = text.responseCode { return event.answer(code) }
        var chain = AnswerChain(name: event.name, type: event.type)
        text.read { all in
            var parts = FieldScanner(all, separator: 0x2C)
            while let part = parts.next() { chain.append(all.extracting(part).trimmed) }
        }
        event.answer(.noError, chain.records)
    }

    /// `%20` and the like.
    private static func plain(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(0x25) else { return text }
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == 0x25, index + 2 < text.count,
                let octet = Encodings.hexadecimal(Array(text[(index + 1)...(index + 2)]))?.first
            {
                result.append(octet)
                index += 3
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}
