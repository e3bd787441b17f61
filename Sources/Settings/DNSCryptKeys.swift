/// The keys of dnscrypt-proxy's configuration (`config.go`, `monitoring_ui.go`); it does not start with others.
enum DNSCryptKeys {
    /// What a table holds.
    private indirect enum Shape: Sendable {
        /// A value whose inside is not looked at here.
        case value
        /// These keys.
        case keys([String: Shape])
        /// Tables of one shape under names of the owner's.
        case named(Shape)
        /// A list of tables.
        case each(Shape)
    }

    private static func keys(_ words: String, _ tables: [String: Shape] = [:]) -> Shape {
        var keys = tables
        for word in words.split(separator: " ") { keys[String(word)] = .value }
        return .keys(keys)
    }

    private static let root = keys(
        """
        log_level log_file log_file_latest use_syslog server_names disabled_server_names listen_addresses user_name \
        force_tcp http3 http3_probe timeout keepalive proxy cert_refresh_concurrency cert_refresh_delay \
        cert_ignore_timestamp pqdnscrypt dnscrypt_ephemeral_keys lb_strategy lb_estimator block_ipv6 block_unqualified \
        block_undelegated enable_hot_reload cache cache_size cache_neg_ttl cache_neg_min_ttl cache_neg_max_ttl \
        cache_min_ttl cache_max_ttl reject_ttl cloak_ttl forwarding_rules cloaking_rules require_dnssec require_nolog \
        require_nofilter dnscrypt_servers doh_servers odoh_servers ipv4_servers ipv6_servers max_clients \
        timeout_load_reduction fallback_resolvers bootstrap_resolvers ignore_system_dns schedules log_files_max_size \
        log_files_max_age log_files_max_backups tls_disable_session_tickets tls_cipher_suite tls_prefer_rsa \
        tls_key_log_file netprobe_address netprobe_timeout offline_mode http_proxy refused_code_in_responses \
        blocked_query_response query_meta cloak_ptr edns_client_subnet
        """,
        [
            "local_doh": keys("listen_addresses path cert_file cert_key_file"),
            "monitoring_ui": keys(
                """
                enabled listen_address username password tls_certificate tls_key enable_query_log privacy_level \
                max_query_log_entries max_memory_mb prometheus_enabled prometheus_path
                """
            ),
            "query_log": keys("file format ignored_qtypes"),
            "nx_log": keys("file format"),
            "blocked_names": keys("blocked_names_file log_file log_format"),
            "blacklist": keys("blacklist_file log_file log_format"),
            "whitelist": keys("whitelist_file log_file log_format"),
            "allowed_names": keys("allowed_names_file log_file log_format"),
            "blocked_ips": keys("blocked_ips_file log_file log_format"),
            "ip_blacklist": keys("blacklist_file log_file log_format"),
            "allowed_ips": keys("allowed_ips_file log_file log_format"),
            "captive_portals": keys("map_file"),
            "static": .named(keys("stamp")),
            "sources": .named(keys("url urls minisign_key cache_file format refresh_delay cache_ttl prefix")),
            "broken_implementations": keys("broken_query_padding fragments_blocked"),
            "anonymized_dns": keys(
                "skip_incompatible direct_cert_fallback",
                ["routes": .each(keys("server_name via"))]
            ),
            "doh_client_x509_auth": credentials,
            "tls_client_auth": credentials,
            "dns64": keys("prefix resolver"),
            "ip_encryption": keys("key algorithm"),
        ]
    )

    private static let credentials = keys("", ["creds": .each(keys("server_name client_cert client_key root_ca"))])

    /// The keys of a file that dnscrypt-proxy does not know: where their values stand, and what to say.
    static func unknown(_ table: TOMLTable) -> [(offset: Int, text: String)] {
        var found: [(offset: Int, text: String)] = []
        check(table, root, &found)
        return found
    }

    private static func check(_ table: TOMLTable, _ shape: Shape, _ found: inout [(offset: Int, text: String)]) {
        for (key, node) in table.ordered {
            switch shape {
            case .value, .each: return
            case .named(let inner): check(node, inner, &found)
            case .keys(let keys):
                if let inner = keys[key.lowercased()] {
                    check(node, inner, &found)
                } else {
                    let name = NodeReader.shortened(key)
                    found.append((node.offset, "`\(name)` is no key of dnscrypt-proxy, which does not start with it"))
                }
            }
        }
    }

    /// Values of another kind are none of its business: whoever reads them says so.
    private static func check(_ node: TOMLNode, _ shape: Shape, _ found: inout [(offset: Int, text: String)]) {
        switch (node.value, shape) {
        case (.table(let table), .keys), (.table(let table), .named): check(table, shape, &found)
        case (.list(let list), .each(let inner)): for item in list.nodes { check(item, inner, &found) }
        default: break
        }
    }
}
