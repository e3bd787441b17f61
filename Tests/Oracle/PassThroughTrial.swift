import Catalog
import DNS
import FilterLists
import Findings
import Foundation
import Policy
import Settings

/// The rules of a folder (`Zones/passthru`) that let the names of a profile pass, beside a list that blocks these names, all names above
/// them and all aliases: `--passthru DIR`, or `--passthru DIR/PROFILE` for one profile. The engines are asked whether the names pass and others stay blocked.
struct PassThroughTrial {
    /// Where the files are.
    let folder: String
    /// The one profile that is asked about.
    let only: String?

    private static let types: [RRType] = [.a, .aaaa]

    init(path: String) {
        let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        folder = isFolder ? path : parts.dropLast().joined(separator: "/")
        only = isFolder ? nil : parts.last.map(String.init)
    }

    /// 0 without a mismatch, 1 with one, 3 when less was compared than was asked for.
    func run(_ setups: [EngineSetup]) -> Int32 {
        var (all, isWhole) = (Tally(), true)
        let whole = BuiltInCatalog.load().catalog
        for setup in setups {
            guard let suffix = Self.suffix(of: setup.engine) else { continue }
            for profile in whole.profiles.keys.map(\.rawValue).sorted() {
                let catalog = whole.selecting(profiles: [Profile(rawValue: profile)])
                // There is a file where more is needed than space that others share.
                guard catalog.endpoints.contains(where: { !$0.isShared }), only.map({ $0 == profile }) ?? true
                else { continue }
                let path = "\(folder)/\(profile).\(suffix)"
                var tally = Tally()
                do {
                    let rules = try String(contentsOfFile: path, encoding: .utf8)
                    try play(rules, path, catalog, setup, &tally)
                    say("\(path): \(setup.engine.rawValue) \(tally.description)")
                } catch {
                    say("\(path): \(setup.engine.rawValue): \(error)")
                    isWhole = false
                }
                all.add(verdicts: tally.verdicts, unsupported: tally.unsupported, open: tally.open)
                all.mismatches += tally.mismatches
            }
        }
        say("all pass-through \(all.description)")
        return all.mismatches > 0 ? 1 : all.verdicts > 0 && isWhole ? 0 : 3
    }

    /// How the file for an engine ends; nil for one that there is none for.
    private static func suffix(of engine: Engine) -> String? {
        switch engine {
        case .dnsmasq: "dnsmasq.conf"
        case .unbound: "unbound.conf"
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: "rpz"
        default: nil
        }
    }

    private func play(
        _ rules: String,
        _ path: String,
        _ catalog: EndpointCatalog,
        _ setup: EngineSetup,
        _ tally: inout Tally
    ) throws {
        guard let socket = LoopbackSocket() else { throw EngineRefusal(log: "no port is free") }
        let needed = Self.needed(catalog)
        let exceptions = PassThrough(setup.engine, catalog: catalog)?.exceptions ?? []
        let blocked = Self.controls(needed).filter { name in !exceptions.contains { $0.covers(name) } }
        var round = Round()
        round.blocked = ["ready0.probe"]
        round.aliases = CatalogNames.aliases
        // Where the nearest name decides, names that nobody has seen are blocked by the names above them alone.
        let known = Set(exceptions.map(\.name))
        let hasNearest = [.longestFirst, .localZone].contains(setup.engine.profile.order)
        let list = Self.list(
            of: hasNearest ? needed.filter(known.contains) : needed,
            in: Self.domains(of: needed),
            besides: known,
            setup.engine
        )
        switch setup.engine {
        case .dnsmasq: round.lists = [("rules", .dnsmasq, list + rules), ("hosts", .hosts, "\n")]
        case .unbound: round.lists = [("rules", .unbound, list + rules)]
        default: round.lists = [("zone0", .rpz, rules + "ready0.probe CNAME .\n"), ("zone1", .rpz, list)]
        }
        round.questions = (needed + blocked).flatMap { name in Self.types.map { (name.description, $0) } }
        let comparison = Comparison(setup: setup)
        tally.mismatches += Self.faults(try comparison.model(round).stack, needed, blocked)
        try comparison.play(
            round,
            on: socket,
            patience: .seconds(30),
            again: "Scripts/oracle --passthru \(folder) --engine \(setup.engine.rawValue)",
            &tally
        )
    }

    /// The names of the catalog, and below its wildcards some that nobody has seen, at several depths.
    private static func needed(_ catalog: EndpointCatalog) -> [DomainName] {
        var names = catalog.auditNames.filter { $0.endpoint.pattern.kind != .glob || $0.origin != .synthesised }.map(
            \.name
        )
        for endpoint in catalog.endpoints where !endpoint.isShared && endpoint.pattern.kind == .suffix {
            for below in ["q", "q.r", "x.y.z.patchway"] {
                names += [try? DomainName("\(below).\(endpoint.pattern.base)")].compactMap(\.self)
            }
        }
        var seen: Set<DomainName> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// Names beside those of the catalog, which no rule lets pass.
    private static func controls(_ needed: [DomainName]) -> [DomainName] {
        domains(of: needed).flatMap { domain in
            ["ads.\(domain)", "x.ads.\(domain)"].compactMap { try? DomainName($0) }
        }
    }

    /// The last two labels of names and of their aliases.
    private static func domains(of names: [DomainName]) -> [String] {
        let aliases = CatalogNames.aliases.flatMap { [$0.key, $0.value] }
        let ends = (names.map(\.description) + aliases).map {
            $0.split(separator: ".").suffix(2).joined(separator: ".")
        }
        return Set(ends).sorted()
    }

    /// A list that blocks the names, every name above them and every alias, in as many ways as there are.
    private static func list(
        of names: [DomainName],
        in domains: [String],
        besides known: Set<DomainName>,
        _ engine: Engine
    ) -> String {
        let aliases = Set(CatalogNames.aliases.values).sorted()
        let names = names.map(\.description).sorted()
        switch engine {
        case .dnsmasq:
            // Rules of the same name that give an address win over every exception: none are here.
            let own = Set(known.map(\.description))
            return domains.filter { !own.contains($0) }.map { "address=/\($0)/0.0.0.0\n" }.joined()
                + names.enumerated().map { $0 % 2 == 0 ? "local=/\($1)/\n" : "address=/\($1)/\n" }.joined()
                + "address=/ready0.probe/\n"
        case .unbound:
            let own = names.enumerated().map { index, name in
                index % 2 == 0
                    ? "local-zone: \"\(name)\" always_null\n"
                    : "local-zone: \"\(name)\" redirect\nlocal-data: \"\(name) A 0.0.0.0\"\n"
            }
            return "server:\n" + domains.map { "local-zone: \"\($0)\" always_nxdomain\n" }.joined() + own.joined()
                + "local-zone: ready0.probe always_nxdomain\n"
        default:
            let owners = domains.flatMap { [$0, "*.\($0)"] } + names + aliases.filter { !domains.contains($0) }
            let unique = Set(owners).sorted()
            return "$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n@ NS localhost.\n"
                + unique.map { "\($0) CNAME .\n" }.joined()
        }
    }

    /// Names of which the model says otherwise than what the file is for.
    private static func faults(_ stack: CompiledStack, _ needed: [DomainName], _ blocked: [DomainName]) -> Int {
        var faults = 0
        for (names, passes) in [(needed, true), (blocked, false)] {
            for name in names {
                let chain = CatalogNames.singleChains.chains(from: name).first?.aliases ?? []
                let verdict = stack.verdict(name, type: .a, chain: chain, context: .unknown)
                guard verdict.kind.isPass != passes else { continue }
                say("MISMATCH \(name) is to \(passes ? "pass" : "be blocked"), and gets \(verdict.kind)")
                faults += 1
            }
        }
        return faults
    }
}
