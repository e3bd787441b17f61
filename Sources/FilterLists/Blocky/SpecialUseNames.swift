import DNS
import Policy

/// The names that Blocky answers itself behind its lists (`resolver/sudn_resolver.go`), with everything below them. They are
/// rules of a list of their own, so that a verdict can name them.
enum SpecialUseNames {
    private static let nonexistent =
        ["10.in-addr.arpa"] + (16...31).map { "\($0).172.in-addr.arpa" }
        + [
            "168.192.in-addr.arpa", "test", "invalid", "local", "254.169.in-addr.arpa", "8.e.f.ip6.arpa",
            "9.e.f.ip6.arpa", "a.e.f.ip6.arpa", "b.e.f.ip6.arpa", "onion",
        ]
    /// RFC 6762 appendix G.
    private static let ofPrivateNetworks = ["intranet", "internal", "private", "corp", "home", "lan"]

    private typealias Rule = BuiltInNames.Rule

    private static func rules(_ names: BlockySpecialNames) -> [Rule] {
        let absent = nonexistent + (names == .all ? ofPrivateNetworks : [])
        return absent.map { ($0, .nxdomain, .all) } + [
            ("localhost", .records([LocalRecord(.v4(0x7F00_0001), ttl: 0)]), TypeCoverage(only: [.a])),
            ("localhost", .records([LocalRecord(.v6(0, 1), ttl: 0)]), TypeCoverage(only: [.aaaa])),
            ("localhost", .nxdomain, TypeCoverage(except: [.a, .aaaa])),
            // DS is asked for elsewhere.
            ("home.arpa", .nxdomain, TypeCoverage(except: [RRType(rawValue: 43)])),
            ("resolver.arpa", .nodata, .all),
        ]
    }

    /// Adds the rules to a layer of Blocky.
    static func add(_ names: BlockySpecialNames, to builder: inout LayerBuilder) {
        guard names != .none else { return }
        let rules = rules(names)
        BuiltInNames.add(rules, .subtree, as: "special-use names of Blocky", to: &builder)
    }
}
