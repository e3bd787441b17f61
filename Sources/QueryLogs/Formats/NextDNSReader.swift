import DNS
import TextScan

/// Logs of NextDNS as its site gives them out, CSV with a head.
struct NextDNSReader: DelimitedLogReader {
    /// `nextdns`.
    var format: LogFormat { .nextdns }
    /// One line for people.
    var summary: String { "logs of NextDNS, CSV" }

    /// Where the columns are.
    struct State {
        var columns: [String: Int] = [:]
    }

    func begin(_ options: LogOptions, _ report: FileReport) -> (State, EventAssembly) {
        (State(), EventAssembly(options, report))
    }

    func recognises(_ row: DelimitedRow, _ state: inout State) -> RowKind {
        if state.columns.isEmpty {
            let names = row.columns.map { $0.string.lowercased() }
            guard names.contains("timestamp"), names.contains("domain"), names.contains("status"),
                names.contains("query_type") || names.contains("reasons")
            else { return .foreign }
            for (index, name) in names.enumerated() where state.columns[name] == nil { state.columns[name] = index }
            return .head
        }
        return row.columns.count * 2 > state.columns.count ? .record : .foreign
    }

    func take(_ row: DelimitedRow, at position: SourcePosition, _ state: inout State, _ assembly: inout EventAssembly) {
        func column(_ name: String) -> [UInt8] { row.octets(state.columns[name]) }
        guard let name = column("domain").domainName else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name in its column")
        }
        let type = column("query_type").recordType
        var event = QueryEvent(name: name, type: type ?? RRType(rawValue: 0), position: position)
        event.time = column("timestamp").read { LogTime.any($0) }
        event.client = column("client_ip").socketAddress ?? column("device_local_ip").socketAddress
        event.transport = column("protocol").transport
        if column("status").equals("blocked") {
            // What was matched is the alias that was blocked, if it is another name.
            let matched = column("matched_name").domainName
            let reasons = row.string(state.columns["reasons"]) ?? "blocked"
            event.block = LoggedBlock(
                source: reasons,
                rule: matched?.description,
                isAlias: matched.map { $0 != name } ?? false
            )
        }
        assembly.add(event)
    }
}
