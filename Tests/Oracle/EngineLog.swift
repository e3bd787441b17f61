import Policy

/// What an engine writes about its queries, and how it is told to.
struct EngineLog: Sendable {
    /// The file in its folder; nil where it sends its log to a collector, whose port is `@COLLECTOR@`.
    var file: String?
    /// As what replay must recognise it.
    var format: String
    /// What is given to the engine in place of some of its files.
    var settings: @Sendable (_ file: String, _ text: String) -> String

    /// The log of an engine in a round; nil where it writes none that replay reads, or none that says what was done.
    static func of(_ engine: Engine, _ round: Round) -> EngineLog? {
        // Unbound names the type of a zone, also where tags and addresses of clients have it do something else.
        let words = ["access-control-tag-action", "access-control-tag-data", "local-zone-override"]
        if engine == .unbound, round.lists.contains(where: { list in words.contains { list.text.contains($0) } }) {
            return nil
        }
        return switch engine {
        case .dnsmasq: dnsmasq
        case .unbound, .unboundRPZ: unbound
        case .bindRPZ: bind
        case .pdnsRPZ: recursor
        case .dnsdist: dnsdist
        default: nil
        }
    }

    private static let dnsmasq = EngineLog(file: "queries", format: "dnsmasq") { file, text in
        file == "conf" ? text + "log-queries=extra\nlog-facility=@FOLDER@/queries\n" : text
    }

    private static let unbound = EngineLog(file: "queries", format: "unbound") { _, text in
        let wanted = ["log-queries", "log-replies", "log-local-actions", "log-servfail"].map { "  \($0): yes\n" }
            .joined()
        return text.replacing("  logfile: \"\"\n", with: "  logfile: \"@FOLDER@/queries\"\n\(wanted)")
            .replacing("rpz:\n", with: "rpz:\n  rpz-log: yes\n")
    }

    private static let bind = EngineLog(file: "queries", format: "bind") { _, text in
        text.replacing(
            "logging {",
            with: """
                logging { channel queries { file "@FOLDER@/queries"; print-time yes; print-category yes; print-severity yes; };
                category queries { queries; }; category query-errors { queries; }; category rpz { queries; };
                """
        ).replacing("  recursion yes;\n", with: "  recursion yes;\n  querylog yes;\n")
    }

    private static let recursor = EngineLog(format: "powerdns") { file, text in
        guard file == "policy.lua" else { return text }
        return text + "protobufServer(\"127.0.0.1:@COLLECTOR@\", {logQueries=true, logResponses=true})\n"
    }

    private static let dnsdist = EngineLog(format: "powerdns") { _, text in
        // Rules about queries may name others by their number, so none is added to them.
        text.replacing(
            "dofile(",
            with: """
                collector = newRemoteLogger("127.0.0.1:@COLLECTOR@")
                addResponseAction(AllRule(), RemoteLogResponseAction(collector, nil, true))
                addCacheHitResponseAction(AllRule(), RemoteLogResponseAction(collector, nil, true))
                addSelfAnsweredResponseAction(AllRule(), RemoteLogResponseAction(collector, nil, true))
                dofile(
                """
        )
    }
}
