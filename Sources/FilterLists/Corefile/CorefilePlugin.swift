/// What a plugin of CoreDNS is to access rules and to `hosts` (`plugin.cfg` 1.12, which says the order in which it asks them).
enum CorefilePlugin {
    /// Decides nothing about an answer to a question of class IN, or only gets it.
    case neutral
    /// Asked behind access rules and in front of `hosts`.
    case behindAccess
    /// Asked behind both, so that it decides nothing that those refuse.
    case behindHosts
    /// Anything else: what stands in front, what the parser knows, and plugins of others that are in use.
    case other

    /// Whether it is asked behind access rules.
    var isBehindAccess: Bool { self == .behindAccess || self == .behindHosts }

    /// The plugin that a directive names; nil for none that is known.
    static func named(_ word: [UInt8]) -> CorefilePlugin? { all[String(decoding: word, as: UTF8.self)] }

    private static let all: [String: CorefilePlugin] = {
        let kinds: [(CorefilePlugin, [String])] = [
            (
                .neutral,
                [
                    "forward", "cache", "errors", "log", "health", "ready", "prometheus", "reload", "loop", "bind",
                    "bufsize", "geoip", "cancel", "chaos", "debug", "dnssec", "dnstap", "grpc", "loadbalance",
                    "metadata",
                    "minimal", "multisocket", "nsid", "pprof", "quic", "root", "secondary", "sign", "timeouts", "tls",
                    "trace", "transfer", "tsig", "header",
                ]
            ),
            (
                .behindAccess,
                ["any", "rewrite", "autopath", "template"]
            ),
            (
                .behindHosts,
                [
                    "hosts", "route53", "azure", "clouddns", "k8s_external", "kubernetes", "file", "auto", "etcd",
                    "erratic", "whoami", "on", "nomad",
                ]
            ),
            (
                .other,
                [
                    "acl", "dns64", "grpc_server", "https", "https3", "import", "local", "proxyproto", "startup",
                    "shutdown", "view",
                    "ads", "alias", "alternate", "block", "blocklist", "dnsredir", "fanout", "filter", "gslb",
                    "k8s_gateway", "kubernetai", "mdns", "meship", "mysql", "netbox", "pdsql", "proxy", "records",
                    "redis",
                    "redisc", "rrl", "tailscale", "unbound", "wgsd",
                ]
            ),
        ]
        let pairs = kinds.flatMap { kind, names in names.map { ($0, kind) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()
}
