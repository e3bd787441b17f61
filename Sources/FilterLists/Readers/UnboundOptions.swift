import TextScan

/// The statements of unbound.conf: the clauses that they stand in, and the values that Unbound 1.17.1 takes for them
/// (`configparser.y` and what reads the values later, compared by starting it). With another keyword, clause or value it does
/// not start, except for values that depend on the machine: files, users and interfaces.
enum UnboundOptions {
    private struct Option {
        /// None for those that stand anywhere.
        var clauses: [UnboundClause]
        /// One for each value; further ones are checked where they are read.
        var values: [UnboundValue]
    }

    /// Whether some version of Unbound has a statement.
    static func isKnown(_ key: Span<UInt8>) -> Bool { table[key.octets[...]] != nil || isLater(key) }

    /// Whether versions behind 1.17 have a statement, so that a file with it is not for that one.
    static func isLater(_ key: Span<UInt8>) -> Bool { later.contains(key.octets[...]) }

    /// Whether a statement may stand in a clause.
    static func stands(_ key: Span<UInt8>, in clause: UnboundClause) -> Bool {
        guard let option = table[key.octets[...]] else { return true }
        return option.clauses.isEmpty || option.clauses.contains(clause)
    }

    /// Whether a statement may have some values, given as places in the text.
    static func accepts(_ text: Span<UInt8>, _ values: [Range<Int>], for key: Span<UInt8>) -> Bool {
        guard let option = table[key.octets[...]] else { return true }
        return zip(option.values, values).allSatisfy { $0.accepts(text.extracting($1)) }
    }

    /// The module that reads a value, where nobody else does: without it Unbound takes any.
    static func module(_ key: Span<UInt8>) -> StaticString? {
        for (name, module) in modules where key.equals(name) { return module }
        return nil
    }

    private static let modules: [(StaticString, StaticString)] = [
        ("domain-insecure", "validator"), ("trust-anchor", "validator"), ("val-nsec3-keysize-iterations", "validator"),
        ("caps-exempt", "iterator"), ("caps-whitelist", "iterator"), ("do-not-query-address", "iterator"),
        ("target-fetch-policy", "iterator"), ("send-client-subnet", "subnetcache"),
        ("client-subnet-zone", "subnetcache"), ("dns64-ignore-aaaa", "dns64"),
    ]

    // MARK: - Tables

    private static let table: [ArraySlice<UInt8>: Option] = {
        var table: [ArraySlice<UInt8>: Option] = [:]
        for (clauses, values, text) in options {
            for word in words(text) { table[word] = Option(clauses: clauses, values: values) }
        }
        return table
    }()

    private static let later = Set(words(laterText))

    private static func words(_ text: String) -> [ArraySlice<UInt8>] {
        text.utf8.split { $0 == 0x20 || $0 == 0x0A }.map { Array($0)[...] }
    }

    private static let options: [([UnboundClause], [UnboundValue], String)] = [
        (
            [.server], [.text],
            """
            access-control access-control-tag access-control-tag-action access-control-tag-data
            access-control-view additional-ssl-port additional-tls-port auto-trust-anchor-file chroot
            client-subnet-opcode define-tag directory dlv-anchor dlv-anchor-file dns64-prefix
            http-endpoint http-user-agent identity infra-cache-lame-size infra-lame-ttl interface
            interface-automatic-ports interface-tag interface-tag-action interface-tag-data
            interface-view ip-address ipsecmod-allow ipsecmod-enabled ipsecmod-hook
            ipsecmod-ignore-bogus ipsecmod-max-ttl ipsecmod-strict ipsecmod-whitelist
            local-zone-override local-zone-tag log-identity logfile low-rtt max-udp-size module-config
            pidfile private-address private-domain proxy-protocol-port response-ip-tag root-hints
            ssl-cert-bundle ssl-service-key ssl-service-pem tls-additional-port tls-additional-ports
            tls-cert-bundle tls-ciphers tls-ciphersuites tls-service-key tls-service-pem
            tls-session-ticket-keys trust-anchor-file trusted-keys-file unknown-server-time-limit
            username version
            """
        ),
        (
            [.server], [.number],
            """
            add-holddown cache-max-negative-ttl cache-max-ttl cache-min-ttl del-holddown delay-close
            edns-tcp-keepalive-timeout fast-server-permil http-max-streams incoming-num-tcp
            infra-cache-max-rtt infra-cache-min-rtt infra-host-ttl ip-ratelimit ip-ratelimit-factor
            jostle-timeout keep-missing low-rtt-pct low-rtt-permil max-client-subnet-ipv4
            max-client-subnet-ipv6 max-ecs-tree-size-ipv4 max-ecs-tree-size-ipv6 max-query-restarts
            max-reuse-tcp-queries max-sent-count min-client-subnet-ipv4 min-client-subnet-ipv6
            outbound-msg-retry outgoing-num-tcp outgoing-tcp-mss ratelimit ratelimit-factor
            serve-expired-client-timeout serve-expired-reply-ttl serve-expired-ttl
            tcp-auth-query-timeout tcp-idle-timeout tcp-mss tcp-reuse-timeout unwanted-reply-threshold
            val-bogus-ttl val-log-level verbosity
            """
        ),
        (
            [.server], [.flag],
            """
            aggressive-nsec client-subnet-always-forward deny-any disable-dnssec-lame-check
            dns64-synthall do-daemonize do-ip4 do-ip6 do-not-query-localhost do-tcp do-udp ede
            ede-serve-expired edns-tcp-keepalive extended-statistics fake-dsa fake-sha1
            harden-algo-downgrade harden-below-nxdomain harden-dnssec-stripped harden-glue
            harden-large-queries harden-referral-path harden-short-bufsize hide-http-user-agent
            hide-identity hide-trustanchor hide-version http-nodelay http-notls-downstream
            ignore-cd-flag infra-keep-probing insecure-lan-zones interface-automatic ip-freebind
            ip-ratelimit-backoff ip-transparent log-local-actions log-queries log-replies log-servfail
            log-tag-queryreply log-time-ascii minimal-responses pad-queries pad-responses
            permit-small-holddown prefer-ip4 prefer-ip6 prefetch prefetch-key qname-minimisation
            qname-minimisation-strict ratelimit-backoff root-key-sentinel rrset-roundrobin serve-expired
            serve-expired-ttl-reset serve-original-ttl shm-enable so-reuseport ssl-upstream
            statistics-cumulative statistics-inhibit-zero tcp-upstream tls-system-cert tls-upstream
            tls-use-sni tls-win-cert trust-anchor-signaling udp-connect udp-upstream-without-downstream
            unblock-lan-zones use-caps-for-id use-syslog use-systemd val-clean-additional
            val-permissive-mode zonemd-permissive-mode
            """
        ),
        (
            [.server], [.name],
            """
            caps-exempt caps-whitelist client-subnet-zone dns64-ignore-aaaa
            """
        ),
        (
            [.server], [.netblock],
            """
            do-not-query-address edns-client-string outgoing-interface send-client-subnet
            """
        ),
        ([.server], [.nameOrNothing], "domain-insecure"),
        ([.server], [.within(12, .max)], "edns-buffer-size"),
        ([.server], [.within(0, 65_535)], "edns-client-string-opcode num-threads"),
        ([.server], [.within(1, .max)], "fast-server-num"),
        (
            [.server], [.size],
            """
            http-query-buffer-size http-response-buffer-size ip-ratelimit-size key-cache-size
            msg-cache-size neg-cache-size ratelimit-size rrset-cache-size so-rcvbuf so-sndbuf
            stream-wait-size
            """
        ),
        (
            [.server], [.nonzero],
            """
            https-port infra-cache-numhosts num-queries-per-thread outgoing-range pad-queries-block-size
            pad-responses-block-size port ssl-port tls-port
            """
        ),
        (
            [.server], [.power],
            """
            infra-cache-slabs ip-ratelimit-slabs key-cache-slabs msg-cache-slabs ratelimit-slabs
            rrset-cache-slabs
            """
        ),
        ([.server], [.text, .access], "interface-action"),
        ([.server], [.within(0, 63)], "ip-dscp"),
        ([.server], [.within(4096, .max)], "msg-buffer-size"),
        ([.server], [.octets], "nsid"),
        ([.server], [.ports], "outgoing-port-avoid outgoing-port-permit"),
        ([.server], [.name, .number], "ratelimit-below-domain ratelimit-for-domain"),
        (
            [.server], [.numberOrNothing],
            """
            shm-key statistics-interval val-max-restart val-sig-skew-max val-sig-skew-min
            """
        ),
        ([.server], [.numbers], "target-fetch-policy"),
        ([.server], [.netblock, .notNegative], "tcp-connection-limit"),
        ([.server], [.anchor], "trust-anchor"),
        ([.server], [.keySizes], "val-nsec3-keysize-iterations"),
        ([.server], [.date], "val-override-date"),
        (
            [.server, .view], [.text],
            """
            local-data local-data-ptr local-zone response-ip response-ip-data
            """
        ),
        ([.view], [.flag], "view-first"),
        ([.view, .stub, .forward, .authority, .rpz], [.text], "name"),
        ([.forward], [.server], "forward-addr"),
        (
            [.forward], [.flag],
            """
            forward-first forward-no-cache forward-ssl-upstream forward-tcp-upstream
            forward-tls-upstream
            """
        ),
        ([.forward], [.host], "forward-host"),
        ([.stub], [.server], "stub-addr"),
        (
            [.stub], [.flag],
            """
            stub-first stub-no-cache stub-prime stub-ssl-upstream stub-tcp-upstream stub-tls-upstream
            """
        ),
        ([.stub], [.host], "stub-host"),
        (
            [.authority], [.flag],
            """
            fallback-enabled for-upstream zonemd-check zonemd-reject-absence
            """
        ),
        ([.authority, .rpz], [.flag], "for-downstream"),
        ([.authority, .rpz], [.text], "allow-notify master primary url zonefile"),
        ([.rpz], [.text], "rpz-action-override rpz-cname-override rpz-log-name tags"),
        ([.rpz], [.flag], "rpz-log rpz-signal-nxdomain-ra"),
        (
            [.remote], [.text],
            """
            control-cert-file control-interface control-key-file control-use-cert server-cert-file
            server-key-file
            """
        ),
        ([.remote], [.flag], "control-enable"),
        ([.remote], [.nonzero], "control-port"),
        (
            [.cachedb], [.text],
            """
            backend redis-expire-records redis-server-host redis-server-port redis-timeout secret-seed
            """
        ),
        (
            [.dnstap], [.flag],
            """
            dnstap-bidirectional dnstap-enable dnstap-log-client-query-messages
            dnstap-log-client-response-messages dnstap-log-forwarder-query-messages
            dnstap-log-forwarder-response-messages dnstap-log-resolver-query-messages
            dnstap-log-resolver-response-messages dnstap-send-identity dnstap-send-version dnstap-tls
            """
        ),
        (
            [.dnstap], [.text],
            """
            dnstap-identity dnstap-ip dnstap-socket-path dnstap-tls-cert-bundle
            dnstap-tls-client-cert-file dnstap-tls-client-key-file dnstap-tls-server-name dnstap-version
            """
        ),
        ([.dnscrypt], [.flag], "dnscrypt-enable"),
        ([.dnscrypt], [.size], "dnscrypt-nonce-cache-size dnscrypt-shared-secret-cache-size"),
        (
            [.dnscrypt], [.power],
            """
            dnscrypt-nonce-cache-slabs dnscrypt-shared-secret-cache-slabs
            """
        ),
        ([.dnscrypt], [.nonzero], "dnscrypt-port"),
        (
            [.dnscrypt], [.text],
            """
            dnscrypt-provider dnscrypt-provider-cert dnscrypt-provider-cert-rotated dnscrypt-secret-key
            """
        ),
        ([.ipset], [.text], "name-v4 name-v6"),
        ([.python], [.text], "python-script"),
        ([.dynlib], [.text], "dynlib-file"),
        ([], [.text], "include include-toplevel"),
    ]
    private static let laterText = """
        answer-cookie cache-min-negative-ttl cachedb-check-when-serve-expired cachedb-no-store cookie-secret
        cookie-secret-file disable-edns-do discard-timeout dns-error-reporting dnstap-sample-rate do-nat64
        harden-unknown-additional harden-unverified-glue ip-ratelimit-cookie iter-scrub-cname iter-scrub-ns
        iter-scrub-promiscuous iter-scrub-rrsig log-destaddr log-thread-id log-time-iso max-global-quota
        max-transfer-size max-transfer-time nat64-prefix quic-port quic-size redis-command-timeout
        redis-connect-timeout redis-logical-db redis-replica-command-timeout redis-replica-connect-timeout
        redis-replica-logical-db redis-replica-server-host redis-replica-server-password
        redis-replica-server-path redis-replica-server-port redis-replica-timeout redis-server-password
        redis-server-path sock-queue-timeout tls-protocols wait-limit wait-limit-cookie
        wait-limit-cookie-netblock wait-limit-netblock
        """
}
