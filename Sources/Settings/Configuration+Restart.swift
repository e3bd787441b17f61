extension Configuration {
    /// The keys whose values are not those of another configuration and that a running server cannot take over: what it
    /// opened and started with. Layers, groups, `mode`, the catalog, upstreams and routes are none of them.
    public func keysForRestart(since before: Configuration) -> [String] {
        let (new, old) = (answers, before.answers)
        let keys: [(key: String, isSame: Bool)] = [
            ("listen", listen == before.listen), ("listen-tls", listenTLS == before.listenTLS),
            ("listen-https", listenHTTPS == before.listenHTTPS), ("listen-http", listenHTTP == before.listenHTTP),
            ("tls-cert", certificate == before.certificate), ("tls-key", key == before.key),
            ("source-ports", sourcePorts == before.sourcePorts), ("workers", workers == before.workers),
            ("cache", cacheBytes == before.cacheBytes), ("allow", allow == before.allow),
            ("allow-remote", allowsRemote == before.allowsRemote), ("user", user == before.user),
            ("rate-limit", rateLimit == before.rateLimit), ("capture", capture == before.capture),
            ("dnstap", taps == before.taps), ("flags", showsFlags == before.showsFlags),
            ("log-all", logsAll == before.logsAll), ("admin", admin == before.admin),
            ("max-ttl", new.maximumTTL == old.maximumTTL),
            ("max-negative-ttl", new.maximumNegativeTTL == old.maximumNegativeTTL),
            ("stale", new.staleLimit == old.staleLimit), ("prefetch", new.prefetches == old.prefetches),
            ("stop-rebinding", new.stopsRebinding == old.stopsRebinding),
            ("private-names", new.privateNames == old.privateNames), ("why", new.answersWhy == old.answersWhy),
            ("answer-without-rd", new.answersWithoutRecursionDesired == old.answersWithoutRecursionDesired),
            ("break-dnssec", new.breaksDNSSEC == old.breaksDNSSEC), ("dnssec", new.validates == old.validates),
            ("trust-anchor", new.trustAnchor == old.trustAnchor),
            ("insecure-names", new.insecureNames == old.insecureNames),
        ]
        return keys.filter { !$0.isSame }.map(\.key)
    }
}
