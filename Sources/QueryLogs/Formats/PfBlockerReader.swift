import DNS
import TextScan

/// Logs of pfBlockerNG on pfSense: `dnsbl.log` (blocks), `dns_reply.log` and `unified.log`.
struct PfBlockerReader: DelimitedLogReader {
    /// `pfblockerng`.
    var format: LogFormat { .pfblockerng }
    /// One line for people.
    var summary: String { "dnsbl.log, dns_reply.log and unified.log of pfBlockerNG" }

    func recognises(_ row: DelimitedRow, _ state: inout Void) -> RowKind {
        guard row.columns.count >= 8 else { return .foreign }
        let kind = row.columns[0]
        return kind.hasPrefix("DNSBL-") || kind.equals("DNS-reply") || kind.hasPrefix("DNSBL ") ? .record : .foreign
    }

    func take(_ row: DelimitedRow, at position: SourcePosition, _ state: inout Void, _ assembly: inout EventAssembly) {
        let isReply = row.columns[0].equals("DNS-reply")
        guard let name = row.octets(isReply ? 6 : 2).domainName else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name in its column")
        }
        let type = isReply ? row.octets(3).recordType : row.octets(10).recordType
        var event = QueryEvent(name: name, type: type ?? RRType(rawValue: 0), position: position)
        event.time = assembly.clock.time(of: row.octets(1))
        event.client = row.octets(isReply ? 7 : 3).socketAddress
        if isReply { readReply(row, &event) } else { readBlock(row, &event) }
        assembly.add(event)
    }

    /// `DNS-reply,TIME,REPLYTYPE,TYPE,FINALTYPE,TTL,NAME,CLIENT,ANSWER,GEO`
    private func readReply(_ row: DelimitedRow, _ event: inout QueryEvent) {
        let answer = row.octets(8)
        if let code = answer.responseCode, answer.decimal == nil {
            event.answer(code)
            return
        }
        var chain = AnswerChain(name: event.name, type: event.type)
        let ttl = row.octets(5).decimal.flatMap { UInt32(exactly: $0) }
        chain.append(answer.span, ttl: ttl)
        event.answer(.noError)
        if !chain.records.isEmpty { event.answers = chain.records }
    }

    /// `DNSBL-python,TIME,NAME,CLIENT,Python,MODE,GROUP,MATCHED,FEED,+[,TYPE]`: every row is a block.
    private func readBlock(_ row: DelimitedRow, _ event: inout QueryEvent) {
        let group = row.string(6) ?? "DNSBL"
        let matched = row.octets(7).domainName
        let isAlias = row.string(5)?.contains("CNAME") ?? false
        event.block = LoggedBlock(
            source: row.string(8).map { "\(group)/\($0)" } ?? group,
            rule: matched?.description,
            isAlias: isAlias
        )
    }
}
