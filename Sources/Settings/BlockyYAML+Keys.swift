import DNS
import Policy
import TextScan
internal import Yams

/// The keys that Blocky has. It reads its configuration strictly and does not start with any other (`config/config.go`,
/// `unmarshalConfig`), unless it is of another version than is known here.
extension BlockyYAML {
    private static let loading = ["concurrency", "downloads", "maxErrorsPerSource", "refreshPeriod", "strategy"]
    private static let downloads = [
        "attempts", "cachePath", "cooldown", "readHeaderTimeout", "readTimeout", "timeout", "writeTimeout",
    ]

    /// The keys of a mapping by its path; mappings that are not here have keys of their owner's choice, or none that matter.
    private static let keys: [String: [String]] = [
        "": [
            "blocking", "bootstrapDns", "caching", "certFile", "clientLookup", "conditional", "connectIPVersion",
            "customDNS", "disableIPv6", "dns64", "dnssec", "dohUserAgent", "ecs", "ede", "filtering", "fqdnOnly",
            "hostsFile", "http3", "httpPort", "httpsPort", "keyFile", "log", "logFormat", "logLevel", "logPrivacy",
            "logTimestamp", "minTlsServeVersion", "port", "ports", "prometheus", "queryLog", "rateLimit",
            "rebindingProtection", "redis", "specialUseDomains", "startVerifyUpstream", "statistics", "tlsPort",
            "upstream", "upstreamTimeout", "upstreams",
        ],
        "blocking": [
            "allowlists", "blackLists", "blockTTL", "blockType", "clientGroupsBlock", "denylists", "downloadAttempts",
            "downloadCooldown", "downloadTimeout", "failStartOnListError", "listSchedules", "loading",
            "maxErrorsPerFile", "processingConcurrency", "refreshPeriod", "schedules", "startStrategy", "whiteLists",
        ],
        "blocking.loading": loading, "blocking.loading.downloads": downloads,
        "caching": [
            "cacheTimeNegative", "exclude", "maxItemsCount", "maxTime", "minTime", "prefetchExpires",
            "prefetchMaxItemsCount", "prefetchThreshold", "prefetching",
        ],
        "clientLookup": ["clients", "singleNameOrder", "upstream"],
        "conditional": ["fallbackUpstream", "mapping", "rewrite"],
        "customDNS": ["customTTL", "fallbackUpstream", "filterUnmappedTypes", "mapping", "rewrite", "zone"],
        "dns64": ["enable", "exclusionSet", "prefixes"],
        "dnssec": [
            "cacheExpirationHours", "clockSkewToleranceSec", "maxChainDepth", "maxNSEC3Iterations",
            "maxUpstreamQueries", "trustAnchors", "validate",
        ],
        "ecs": ["forward", "ipv4Mask", "ipv6Mask", "useAsClient"], "ede": ["enable"], "filtering": ["queryTypes"],
        "fqdnOnly": ["enable"], "http3": ["enable"],
        "hostsFile": ["filePath", "filterLoopback", "hostsTTL", "loading", "refreshPeriod", "sources"],
        "hostsFile.loading": loading, "hostsFile.loading.downloads": downloads,
        "log": ["format", "level", "privacy", "timestamp"],
        "ports": ["dns", "dohPath", "freeBind", "http", "https", "proxyProtocol", "tls"],
        "prometheus": ["enable", "path"],
        "queryLog": [
            "creationAttempts", "creationCooldown", "fields", "flushInterval", "ignore", "logRetentionDays", "target",
            "type",
        ],
        "queryLog.ignore": ["domains", "sudn"],
        "rateLimit": ["allowlist", "burst", "enable", "ipv4Prefix", "ipv6Prefix", "rate"],
        "rebindingProtection": ["allowedDomains", "enable"],
        "redis": [
            "address", "connectionAttempts", "connectionCooldown", "database", "password", "required",
            "sentinelAddresses", "sentinelPassword", "sentinelUsername", "username",
        ],
        "specialUseDomains": ["enable", "rfc6762-appendixG"], "statistics": ["enable"],
        "upstreams": ["groups", "init", "quic", "strategy", "timeout", "userAgent"],
        "upstreams.init": ["strategy"], "upstreams.quic": ["keepAlivePeriod", "maxIdleTimeout"],
    ]

    /// Leaves every name open where a key is none of Blocky's, each said with its place.
    mutating func checkKeys(_ node: Node, path: String = "") {
        guard let known = Self.keys[path], case .mapping(let mapping) = node else { return }
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string else { continue }
            if known.contains(key) {
                checkKeys(value, path: path.isEmpty ? key : "\(path).\(key)")
                continue
            }
            let place = path.isEmpty ? "" : " of \(path)"
            note(
                keyNode,
                "unknown-key",
                "Blocky has no key `\(NodeReader.shortened(key))`\(place) as far as is known here, and does not start with "
                    + "one that it has not\(NearestWord.hint(key, known))"
            )
            leaveOpen(.subtree, .root, .special, at: keyNode)
        }
    }
}
