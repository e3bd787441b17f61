import DNS
import FilterLists
import Foundation
import Policy
import TestSupport
import Testing

private let dnsmasq = "/usr/sbin/dnsmasq"
private let unbound = "/usr/sbin/unbound"

private func isInstalled(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: program) }

/// Random rules and names, decided by us and by the engine itself on loopback.
@Suite(.serialized) final class LiveEngineTests {
    /// The same rules in every run of the gate; `PATCHWAY_SEED` explores others.
    private static let seed =
        ProcessInfo.processInfo.environment["PATCHWAY_SEED"].flatMap(UInt64.init) ?? 1

    private var generator: SeededGenerator

    init() { generator = SeededGenerator(seed: Self.seed) }

    /// Every name of up to four labels of `a b c` below six zones.
    private func names() -> [String] {
        var result: [String] = []
        for zone in 0..<6 {
            var level = ["r\(zone).rz"]
            result += level
            for _ in 0..<3 {
                level = level.flatMap { name in ["a", "b", "c"].map { "\($0).\(name)" } }
                result += level
            }
        }
        return result
    }

    private func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &generator)]
    }

    private func compare(_ engine: LiveEngine, _ loaded: LoadedLayer, _ title: String, atLeast: Int) throws {
        var score = SuiteScore("live \(title) seed \(Self.seed)")
        for name in names() {
            for type in [RRType.a, .aaaa, .txt] {
                let theirs = engine.outcome(name, type) ?? "DROP"
                let verdict = try loaded.verdict(name, type)
                let answer = verdict.answer?.text ?? ""
                let ours =
                    switch verdict.kind {
                    case .pass, .route: ScriptedUpstream.answers[type] ?? "NODATA"
                    case .nxdomain: "NXDOMAIN"
                    case .nodata: "NODATA"
                    case .sinkhole, .redirect: answer
                    case .refused: "REFUSED"
                    case .drop: "DROP"
                    case .servfail: "SERVFAIL"
                    case .truncate: "TC NODATA"
                    case .unsupported: "?"
                    }
                // The order of records is nobody's promise; behind an alias the engine goes on.
                let isSame =
                    theirs.split(separator: " ").sorted() == ours.split(separator: " ").sorted()
                    || (ours.hasPrefix("CNAME=") && theirs.hasPrefix(ours + " "))
                score.check(
                    isSame,
                    "\(name) \(type): \(theirs), not \(ours); \(verdict.matched?.rule.text ?? "no rule")"
                )
            }
        }
        score.report(atLeast: atLeast)
    }

    @Test(.enabled(if: isInstalled(dnsmasq), "dnsmasq is not installed"))
    func dnsmasqRules() throws {
        let upstream = try #require(ScriptedUpstream())
        defer { upstream.stop() }
        var rules: [String] = []
        for name in names() where Int.random(in: 0..<4, using: &generator) == 0 {
            rules.append(
                pick([
                    "address=/\(name)/", "address=/\(name)/#", "address=/\(name)/0.0.0.0", "address=/\(name)/::",
                    "address=/\(name)/198.18.0.7", "local=/\(name)/", "server=/\(name)/#", "address=/*.\(name)/#",
                    "address=/*.\(name)/", "address=/*\(name)/", "address=/*\(name)/#",
                    "host-record=\(name),198.18.0.9", "address=/.\(name)/0.0.0.0",
                    "address=/\(name)/0.0.0.0\naddress=/\(name)/::", "server=/\(name)/127.0.0.1#\(upstream.port)",
                    "local=/\(name)/\naddress=/\(name)/0.0.0.0",
                ])
            )
        }
        var hosts: [String] = []
        for name in names() where Int.random(in: 0..<12, using: &generator) == 0 {
            hosts.append(
                pick(["0.0.0.0 \(name)", ":: \(name) x.\(name)#", "127.0.0.1 \(name) # x", "198.18.1.1 \(name)"])
            )
        }
        let head = """
            port=@PORT@
            listen-address=127.0.0.1
            bind-interfaces
            no-resolv
            no-hosts
            user=root
            group=root
            cache-size=0
            server=127.0.0.1#\(upstream.port)
            addn-hosts=@FOLDER@/hosts

            """
        let text = rules.joined(separator: "\n") + "\n"
        let hostsText = hosts.joined(separator: "\n") + "\n"
        let engine = try #require(
            try LiveEngine(
                dnsmasq,
                arguments: ["--keep-in-foreground", "--conf-file=@FOLDER@/conf"],
                files: [("conf", head + text), ("hosts", hostsText)]
            )
        )
        defer { engine.stop() }
        let loaded = try LayerLoader.load(
            [
                ListInput(path: "conf", octets: Array(text.utf8)),
                ListInput(path: "hosts", octets: Array(hostsText.utf8)),
            ],
            engine: .dnsmasq
        )
        try compare(engine, loaded, "dnsmasq", atLeast: 700)
    }

    private func unboundHead(_ upstream: ScriptedUpstream, modules: String) -> String {
        """
        server:
          interface: 127.0.0.1
          port: @PORT@
          username: ""
          chroot: ""
          directory: "@FOLDER@"
          pidfile: ""
          use-syslog: no
          logfile: "@FOLDER@/log"
          do-not-query-localhost: no
          module-config: "\(modules)"
          num-threads: 1
          access-control: 127.0.0.0/8 allow

        """
    }

    private func unboundTail(_ upstream: ScriptedUpstream) -> String {
        """
        remote-control:
          control-enable: no
        forward-zone:
          name: "."
          forward-addr: 127.0.0.1@\(upstream.port)

        """
    }

    @Test(.enabled(if: isInstalled(unbound), "unbound is not installed"))
    func unboundLocalZones() throws {
        let upstream = try #require(ScriptedUpstream())
        defer { upstream.stop() }
        var rules: [String] = []
        for name in names() where Int.random(in: 0..<5, using: &generator) == 0 {
            let type = pick([
                "static", "transparent", "typetransparent", "redirect", "always_nxdomain", "always_nodata",
                "always_refuse", "always_null", "always_transparent", "refuse", "inform",
            ])
            rules.append("local-zone: \"\(name).\" \(type)")
            if Int.random(in: 0..<2, using: &generator) == 0 {
                let owner = type == "redirect" ? name : pick([name, "a.\(name)", "b.\(name)", "c.b.\(name)"])
                rules.append("local-data: \"\(owner). \(pick(["A 198.18.0.7", "AAAA ::", "TXT x", "A 0.0.0.0"]))\"")
            }
        }
        let text = rules.joined(separator: "\n") + "\n"
        let conf = unboundHead(upstream, modules: "iterator") + text + unboundTail(upstream)
        let engine = try #require(
            try LiveEngine(unbound, arguments: ["-d", "-c", "@FOLDER@/conf"], files: [("conf", conf)])
        )
        defer { engine.stop() }
        try compare(engine, readList(text, .unbound), "unbound local-zone", atLeast: 700)
    }

    @Test(.enabled(if: isInstalled(unbound), "unbound is not installed"))
    func unboundPolicyZones() throws {
        let upstream = try #require(ScriptedUpstream())
        defer { upstream.stop() }
        func zone(_ origin: String) -> String {
            var text =
                "$TTL 60\n$ORIGIN \(origin).\n@ IN SOA localhost. root.localhost. 1 3600 600 86400 60\n@ IN NS localhost.\n"
            for name in names() where Int.random(in: 0..<5, using: &generator) == 0 {
                let owner = Bool.random(using: &generator) ? name : "*.\(name)"
                let actions = [
                    "CNAME .", "CNAME *.", "CNAME rpz-passthru.", "A 0.0.0.0", "AAAA ::", "TXT \"x\"",
                    "CNAME garden.zz.", "CNAME rpz-tcp-only.", "A 198.18.0.7",
                ]
                let action = actions[Int.random(in: 0..<actions.count, using: &generator)]
                text += "\(owner) \(action)\n"
                if action.hasPrefix("A "), Bool.random(using: &generator) { text += "\(owner) AAAA ::1\n" }
            }
            return text
        }
        let zones = [zone("one.rpz"), zone("two.rpz")]
        let clauses = ["one", "two"].map { "rpz:\n  name: \($0).rpz\n  zonefile: \"@FOLDER@/\($0)\"\n" }.joined()
        let conf = unboundHead(upstream, modules: "respip iterator") + unboundTail(upstream) + clauses
        let engine = try #require(
            try LiveEngine(
                unbound,
                arguments: ["-d", "-c", "@FOLDER@/conf"],
                files: [("conf", conf), ("one", zones[0]), ("two", zones[1])]
            )
        )
        defer { engine.stop() }
        let loaded = try LayerLoader.load(
            zones.enumerated().map { ListInput(path: "zone\($0)", octets: Array($1.utf8)) },
            engine: .unboundRPZ
        )
        try compare(engine, loaded, "unbound rpz", atLeast: 700)
    }
}
