import TextScan

/// Whether blocks of directives are CoreDNS's: web servers have files of the same form.
struct CorefileShape {
    /// Directives of CoreDNS's plugins.
    private(set) var known = 0
    /// Others.
    private(set) var unknown = 0

    /// Whether all directives are those of plugins.
    var isCorefile: Bool { known > 0 && unknown == 0 }

    /// nil where the first line opens no block.
    init?(_ text: Span<UInt8>) {
        var scanner = LineScanner(text.extracting(0..<min(text.count, 1 << 20)))
        var (isBegun, depth) = (false, 0)
        while let line = scanner.next() {
            let content = text.extracting(line.range).trimmed
            guard content.count > 0, content[0] != 0x23 else { continue }
            let isBlock = content[content.count - 1] == 0x7B
            guard isBegun || isBlock else { return nil }
            isBegun = true
            var fields = FieldScanner(content)
            if depth == 1, let first = fields.next(), content[0] != 0x7D { note(content.extracting(first)) }
            // A block may be closed on the line that opens it.
            for index in 0..<content.count {
                if content[index] == 0x7B { depth += 1 }
                if content[index] == 0x7D { depth = max(0, depth - 1) }
            }
        }
        guard isBegun else { return nil }
    }

    private mutating func note(_ word: Span<UInt8>) {
        if word.count < 32, Self.plugins.contains(word.string) { known += 1 } else { unknown += 1 }
    }

    /// The plugins of CoreDNS (`plugin.cfg` 1.12), what its parser knows, and plugins of others that are in use.
    private static let plugins: Set<String> = [
        "acl", "any", "auto", "autopath", "azure", "bind", "bufsize", "cache", "cancel", "chaos", "clouddns", "debug",
        "dns64", "dnssec", "dnstap", "erratic", "errors", "etcd", "file", "forward", "geoip", "grpc", "grpc_server",
        "header", "health", "hosts", "https", "https3", "import", "k8s_external", "kubernetes", "loadbalance", "local",
        "log", "loop", "metadata", "minimal", "multisocket", "nomad", "nsid", "on", "pprof", "prometheus", "proxyproto",
        "quic", "ready", "reload", "rewrite", "root", "route53", "secondary", "sign", "startup", "shutdown", "template",
        "timeouts", "tls", "trace", "transfer", "tsig", "view", "whoami",
        "ads", "alias", "alternate", "block", "blocklist", "dnsredir", "fanout", "filter", "gslb", "k8s_gateway",
        "kubernetai", "mdns", "meship", "mysql", "netbox", "pdsql", "proxy", "records", "redis", "redisc", "rrl",
        "tailscale", "unbound", "wgsd",
    ]
}
