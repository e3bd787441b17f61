internal import Catalog
internal import DNS
public import Findings
public import TextScan

extension ReplayText {
    /// Clients shown of one outcome.
    private static let shown = 10

    /// The clients of captures by what came of their updates, each with its phases.
    public func clients(_ clients: [ClientPhases]) -> String {
        guard !clients.isEmpty else { return "" }
        var text = "\n\(style.bold("By client and phase"))\n"
        for outcome in ClientPhases.Outcome.allCases {
            let those = clients.filter { $0.outcome == outcome }
            guard !those.isEmpty else { continue }
            text += fit("\(outcome.words): \(counted(those.count, "client"))", indent: "  ") + "\n"
            guard outcome != .works, outcome != .untold else { continue }
            let most = style.isVerbose ? those.count : Self.shown
            for client in those.prefix(most) {
                let phases = client.phases.map(Self.words).joined(separator: ", ")
                text += style.wrap("\(client.client): \(phases)", indent: "    ") + "\n"
            }
            if those.count > most { text += "    and \(counted(those.count - most, "client")) more; -v names them\n" }
        }
        return text
    }

    /// `scan fails (2 of 3 names)`.
    private static func words(_ entry: ClientPhases.Entry) -> String {
        var text = "\(entry.phase.rawValue) \(entry.state.word)"
        let wrong = entry.failed.count + entry.stalled.count
        if wrong > 0 { text += " (\(wrong) of \(counted(entry.names, "name")))" }
        let minutes = entry.longestWait / 60_000_000
        if minutes > 0 { text += ", worked after \(minutes) min" }
        return text
    }
}

extension ClientPhases {
    /// Writes the members of a `client` record.
    public func write(to json: inout JSONWriter) {
        json.member("client", client.description)
        json.member("outcome", outcome.word)
        json.array("phases") { array in
            for entry in phases {
                array.object {
                    $0.member("phase", entry.phase.rawValue)
                    $0.member("state", entry.state.word)
                    $0.member("names", entry.names)
                    if !entry.failed.isEmpty { $0.member("failed", entry.failed.map(\.description)) }
                    if !entry.stalled.isEmpty { $0.member("stalled", entry.stalled.map(\.description)) }
                    if entry.longestWait > 0 { $0.member("longest_wait_s", Int(entry.longestWait / 1_000_000)) }
                }
            }
        }
    }
}
