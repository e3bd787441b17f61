public import DNS
public import Policy

/// One rule that lets names through, as somebody would write it for an engine.
///
/// What findings propose and what `allow` searches among are these, so that one place knows how an engine says it.
public struct LayerException: Sendable, Hashable {
    /// The engine that reads it.
    public let engine: Engine
    /// Which names it is about.
    public let scope: Scope
    /// The name, in lower case.
    public let name: DomainName

    /// An exception; nil where the engine has no way to say it.
    public init?(_ engine: Engine, _ scope: Scope, _ name: DomainName) {
        guard Self.scopes(of: engine).contains(scope) else { return nil }
        self.engine = engine
        self.scope = scope
        self.name = name.lowercased
    }

    /// What an engine can say, the narrowest first; empty where it has no exceptions.
    public static func scopes(of engine: Engine) -> [Scope] {
        switch engine {
        case .pihole, .adguardHome, .blocky, .dnscryptProxy, .dnsdist, .knotPolicy, .squid: [.exact, .subtree]
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ, .panOS, .fortiGate: [.exact, .below]
        case .technitium, .unbound, .dnsmasq, .squidGuard, .umbrella: [.subtree]
        case .zscaler: [.exact]
        case .hostsFile, .v2ray, .proxifier, .littleSnitch, .lanCache, .coreDNS, .opnsense, .bindZones, .pac,
            .packetFilter:
            []
        }
    }

    /// Whether it is about a name.
    public func covers(_ other: DomainName) -> Bool {
        switch scope {
        case .exact: other == name
        case .subtree: other.isEqualOrBelow(name)
        case .below: other != name && other.isEqualOrBelow(name)
        case .node: false
        }
    }

    /// The line as a list or configuration holds it; of Pi-hole a command.
    public var line: String {
        let isWide = scope != .exact
        switch engine {
        case .pihole: return isWide ? "pihole allow-wild \(name)" : "pihole allow \(name)"
        case .adguardHome: return "@@\(isWide ? "||" : "|")\(name)^$important"
        case .dnscryptProxy: return isWide ? "*.\(name)" : "=\(name)"
        case .blocky, .panOS, .fortiGate: return isWide ? "*.\(name)" : "\(name)"
        case .squid: return isWide ? ".\(name)" : "\(name)"
        case .unbound: return "local-zone: \"\(name).\" always_transparent"
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ:
            return "\(isWide ? "*." : "")\(name) CNAME rpz-passthru."
        case .dnsdist:
            let rule = isWide ? "\"\(name)\"" : "QNameRule(\"\(name)\")"
            return "addAction(\(rule), AllowAction()); mvRuleToTop()"
        case .knotPolicy:
            return "policy.add(policy.\(isWide ? "suffix" : "domains")(policy.PASS, policy.todnames({'\(name)'})))"
        case .dnsmasq: return "server=/\(name)/#"
        default: return "\(name)"
        }
    }

    /// The line with the place where it goes, where the line alone does not say it.
    public var text: String {
        switch engine {
        case .blocky: "allowlists: \(line)"
        case .technitium: "allowed zone: \(line)"
        case .dnscryptProxy: "allowed-names: \(line)"
        default: line
        }
    }
}

/// Exceptions of one engine as a file, or the commands that make them.
public struct ExceptionFile: Sendable {
    /// What they are.
    public let exceptions: [LayerException]
    private let engine: Engine

    /// A file of an engine's exceptions, in their order.
    public init(_ engine: Engine, _ exceptions: [LayerException]) {
        self.engine = engine
        self.exceptions = exceptions
    }

    /// The rules with what has to stand around them.
    public var text: String {
        head + exceptions.map { (engine == .unbound ? "    " : "") + $0.line + "\n" }.joined()
    }

    /// What stands in front of the rules.
    private var head: String {
        switch engine {
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ:
            "$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n@ NS localhost.\n"
        case .unbound: "server:\n"
        default: ""
        }
    }

    /// A text as comments of the file; empty where its format is not known to have any.
    public func comment(_ text: String) -> String {
        guard let mark else { return "" }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { "\(mark) \($0)\n" }.joined()
    }

    private var mark: String? {
        switch engine {
        case .adguardHome: "!"
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: ";"
        case .dnsdist, .knotPolicy: "--"
        // Their documentation names no comments of whole lines.
        case .panOS, .fortiGate, .umbrella, .zscaler: nil
        default: "#"
        }
    }

    /// Where it goes, for people.
    public static func place(of engine: Engine) -> String? {
        switch engine {
        case .pihole: "commands to run on the Pi-hole"
        case .adguardHome: "custom filtering rules, or a list of its own"
        case .blocky: "a list under `allowlists` of the groups that are to have it"
        case .technitium: "allowed zones"
        case .dnscryptProxy: "the file of `allowed_names_file`"
        case .unbound: "a file that is included behind the lists: of several zones of one name the last counts"
        case .bindRPZ: "a zone of its own, the first one in `response-policy`"
        case .unboundRPZ: "a zone of its own, in the first `rpz:` clause"
        case .pdnsRPZ: "a file of its own, in the first `rpzFile`"
        case .knotRPZ: "a file of its own, in the first `policy.rpz`"
        case .dnsdist: "at the end of the configuration; each rule moves itself to the top"
        case .knotPolicy: "in front of all other rules"
        case .dnsmasq: "a file of its own in `conf-dir`, or the end of the configuration"
        case .squid: "a `dstdomain` list that an `http_access` line allows in front of the one that denies"
        case .squidGuard: "a list that `pass` names in front of the others"
        case .panOS: "a domain list of a rule that allows, in front of the one that blocks"
        case .fortiGate: "FQDN addresses of a policy that accepts, in front of the one that denies"
        case .umbrella: "an allow list of the policy"
        case .zscaler: "a URL category of a rule that allows, in front of the one that blocks"
        default: nil
        }
    }
}
