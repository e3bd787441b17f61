import DNS
import TextScan

/// Logs of dnscrypt-proxy: `query.log` in its two forms (tsv, ltsv), `blocked-names.log` and `blocked-ips.log`.
struct DnscryptReader: TextLogReader {
    /// `dnscrypt`.
    var format: LogFormat { .dnscrypt }
    /// One line for people.
    var summary: String { "query, blocked-names and blocked-ips log of dnscrypt-proxy, tsv or ltsv" }

    func recognises(_ message: Span<UInt8>) -> LineKind { DnscryptLine(message) == nil ? .foreign : .telling }

    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout Void,
        _ assembly: inout EventAssembly
    ) {
        guard let line = DnscryptLine(message) else {
            return assembly.unparsed(message, at: position, "not a line of dnscrypt-proxy")
        }
        // Of an alias that was blocked, the name that was asked for stands behind the rule.
        let asked = line.rule.flatMap { $0.read { Self.aliased($0) } }
        guard let name = asked ?? line.name.domainName else {
            return assembly.unparsed(message, at: position, "no domain name")
        }
        var event = QueryEvent(name: name, type: line.type ?? RRType(rawValue: 0), position: position)
        event.time = line.time ?? time
        // Clients may be encrypted, and look like addresses nevertheless.
        event.client = line.client.socketAddress
        event.latency = line.latency
        if let rule = line.rule {
            event.block = LoggedBlock(
                source: line.address == nil ? "blocked name" : "blocked address",
                rule: rule.string,
                isAlias: asked != nil
            )
        }
        Self.apply(line.outcome, to: &event)
        assembly.add(event)
    }

    /// `RULE (alias for [NAME])`
    private static func aliased(_ rule: Span<UInt8>) -> DomainName? {
        guard let found = rule.firstRange(of: "(alias for ["),
            let end = rule.firstIndex(of: 0x5D, from: found.upperBound)
        else { return nil }
        return rule.extracting(found.upperBound..<end).domainName
    }

    /// What a return code means (dnscrypt-proxy `plugins.go`).
    private static func apply(_ outcome: [UInt8], to event: inout QueryEvent) {
        switch outcome.string {
        case "PASS", "FORWARD", "CLOAK": event.answer(.noError)
        // Answered without asking: an address of a portal, no data, or NXDOMAIN.
        case "SYNTH":
            event.answer(.noError)
            event.rcode = nil
        case "NXDOMAIN": event.answer(.nxDomain)
        case "SERVFAIL": event.answer(.servFail)
        case "REJECT": event.block = LoggedBlock(source: "REJECT")
        case "DROP", "NETWORK_ERROR", "SERVER_TIMEOUT", "NOT_READY": event.reply = .none
        default: break
        }
    }
}

/// The fields of one line of dnscrypt-proxy.
private struct DnscryptLine {
    var time: Int64?
    var client: [UInt8] = []
    var name: [UInt8] = []
    var type: RRType?
    var outcome: [UInt8] = []
    var latency: Int64?
    var rule: [UInt8]?
    var address: [UInt8]?

    private static let outcomes: Set<String> = [
        "PASS", "FORWARD", "DROP", "REJECT", "SYNTH", "PARSE_ERROR", "NXDOMAIN", "RESPONSE_ERROR", "SERVFAIL",
        "NETWORK_ERROR", "CLOAK", "SERVER_TIMEOUT", "NOT_READY",
    ]

    init?(_ text: Span<UInt8>) {
        var columns: [[UInt8]] = []
        var fields = FieldScanner(text, separator: 0x09)
        while columns.count < 12, let field = fields.next() { columns.append(text.extracting(field).octets) }
        guard columns.count >= 3 else { return nil }
        if columns[0].hasPrefix("time:") {
            guard takeLabelled(columns) else { return nil }
        } else {
            guard takeColumns(columns) else { return nil }
        }
    }

    /// `time:EPOCH host:CLIENT message:NAME type:TYPE return:CODE cached:0 duration:12 server:NAME relay:-`, or
    /// `time:EPOCH host:CLIENT qname:NAME message:RULE[ ip:ADDRESS]`
    private mutating func takeLabelled(_ columns: [[UInt8]]) -> Bool {
        var values: [String: [UInt8]] = [:]
        for column in columns {
            guard let colon = column.firstIndex(of: 0x3A) else { continue }
            values[String(decoding: column[..<colon], as: UTF8.self)] = Array(column[(colon + 1)...])
        }
        time = values["time"]?.seconds
        guard let host = values["host"], let message = values["message"] else { return false }
        client = host
        if let asked = values["qname"] {
            (name, rule, address) = (asked, message, values["ip"])
            return true
        }
        guard let code = values["return"] else { return false }
        (name, outcome) = (message, code)
        type = values["type"]?.recordType
        latency = values["duration"]?.milliseconds
        return true
    }

    /// `CLIENT NAME TYPE CODE[ 12ms SERVER[ RELAY]]`, `CLIENT NAME RULE`, `CLIENT NAME ADDRESS RULE`; the stamp is off.
    private mutating func takeColumns(_ columns: [[UInt8]]) -> Bool {
        guard columns[0].ipAddress != nil || columns[0].equals("-") else { return false }
        (client, name) = (columns[0], columns[1])
        if columns.count >= 4, Self.outcomes.contains(columns[3].string) {
            type = columns[2].recordType
            outcome = columns[3]
            if columns.count > 4 { latency = columns[4].milliseconds }
            return type != nil
        }
        guard columns.count <= 4, !columns[columns.count - 1].isEmpty else { return false }
        rule = columns[columns.count - 1]
        if columns.count == 4 { address = columns[2] }
        return true
    }
}
