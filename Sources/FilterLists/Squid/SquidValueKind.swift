import TextScan

/// What squid 5.7 takes for the value of directives that have one (each was given to `squid -k parse` with fifty values): it
/// refuses to start with another.
enum SquidValueKind {
    /// `on` or `off`.
    case onOrOff
    /// A whole number of 32 bits: decimal, octal or hexadecimal.
    case integer
    /// Any word.
    case text
    /// A time of one second or more with its unit; none needs one.
    case seconds
    /// The same of one millisecond or more.
    case milliseconds
    /// Octets, perhaps with a unit.
    case quantity
    /// The same; -1 is the only one below none.
    case positiveQuantity
    /// A whole number of kilobytes, or with a unit.
    case kilobytes

    /// The kind of a directive's value; nil where none is known.
    static func of(_ directive: Span<UInt8>) -> SquidValueKind? { kinds[directive.octets[...]] }

    /// Whether squid takes the words behind a directive.
    func takes(_ text: Span<UInt8>, _ words: ArraySlice<Range<Int>>) -> Bool {
        guard let first = words.first else { return false }
        let value = text.extracting(first)
        let unit = words.dropFirst().first.map { text.extracting($0).octets }
        switch self {
        case .text: return true
        case .onOrOff: return value.equals("on") || value.equals("off")
        case .integer: return Self.integer(value).map { Int32(exactly: $0) != nil } ?? false
        case .seconds: return Self.isTime(value, unit, inMilliseconds: false)
        case .milliseconds: return Self.isTime(value, unit, inMilliseconds: true)
        case .kilobytes:
            guard let number = Self.integer(value) else { return value.equals("none") }
            return Self.isQuantity(Double(number), unit, takesOctets: false)
        case .quantity, .positiveQuantity:
            if value.equals("none") { return true }
            let whole = Self.integer(value).map { Double($0) }
            guard let number = whole ?? (unit == nil ? nil : Self.decimal(value)) else { return false }
            if number < 0, number != -1, self == .positiveQuantity { return false }
            return Self.isQuantity(number, unit, takesOctets: true)
        }
    }

    private static func isQuantity(_ number: Double, _ unit: [UInt8]?, takesOctets: Bool) -> Bool {
        guard number != 0, number != -1, let unit else { return true }
        let factor: Double
        if takesOctets, unit.span.equalsIgnoringCase("bytes") {
            factor = 1
        } else if unit.span.equalsIgnoringCase("kb") {
            factor = 0x1p10
        } else if unit.span.equalsIgnoringCase("mb") {
            factor = 0x1p20
        } else if unit.span.equalsIgnoringCase("gb") {
            factor = 0x1p30
        } else {
            return false
        }
        return abs(number * factor) < 0x1p63
    }

    private static func isTime(_ value: Span<UInt8>, _ unit: [UInt8]?, inMilliseconds: Bool) -> Bool {
        guard let number = decimal(value), number >= 0 else { return false }
        if number == 0 { return true }
        // What stands behind the singular does not matter.
        guard let unit, let length = units.first(where: { unit.span.hasPrefixIgnoringCase($0.name) })?.milliseconds
        else {
            return false
        }
        let result = number * length
        return result >= (inMilliseconds ? 1 : 1_000) && result < 0x1p31 * 1_000
    }

    private static let units: [(name: StaticString, milliseconds: Double)] = [
        ("millisecond", 1), ("second", 1_000), ("minute", 60_000), ("hour", 3_600_000), ("day", 86_400_000),
        ("week", 604_800_000), ("fortnight", 1_209_600_000), ("month", 2_592_000_000), ("year", 31_557_790_000),
        ("decade", 315_577_900_000),
    ]

    /// A number with a sign or none, in any of the bases of C.
    private static func integer(_ value: Span<UInt8>) -> Int64? {
        var digits = value.octets[...]
        let isNegative = digits.first == 0x2D
        if isNegative || digits.first == 0x2B { digits = digits.dropFirst() }
        var base = 10
        if digits.count > 1, digits.first == 0x30 {
            let isHexadecimal = digits.dropFirst().first.map { $0 | 0x20 } == 0x78
            (base, digits) = isHexadecimal ? (16, digits.dropFirst(2)) : (8, digits.dropFirst())
        }
        guard let first = digits.first, first != 0x2B, first != 0x2D else { return nil }
        return Int64((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self), radix: base)
    }

    /// A decimal number, perhaps with a fraction or an exponent.
    private static func decimal(_ value: Span<UInt8>) -> Double? {
        let octets = value.octets
        let isPlain = octets.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x65, 0x45: true
            default: false
            }
        }
        return isPlain && octets.count < 40 ? Double(String(decoding: octets, as: UTF8.self)) : nil
    }

    private static let kinds: [ArraySlice<UInt8>: SquidValueKind] = {
        var table: [ArraySlice<UInt8>: SquidValueKind] = [:]
        for (kind, names) in directives {
            for name in names.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }) {
                table[Array(name)[...]] = kind
            }
        }
        return table
    }()

    private static let directives: [(kind: SquidValueKind, names: String)] = [
        (
            .onOrOff,
            """
            acl_uses_indirect_client adaptation_send_client_ip adaptation_send_username
            adaptation_uses_indirect_client allow_underscore buffered_logs cache_miss_revalidate
            check_hostnames client_db client_dst_passthru client_persistent_connections collapsed_forwarding
            configuration_includes_quoted_values delay_pool_uses_indirect_client detect_broken_pconn
            digest_generation dns_defnames dns_multicast_local ecap_enable email_err_data
            error_log_languages eui_lookup ftp_eprt ftp_epsv_all ftp_passive ftp_sanitycheck
            ftp_telnet_protocol global_internal_static half_closed_clients host_verify_strict
            http_accel_surrogate_remote httpd_suppress_version_string icap_206_enable
            icap_client_username_encode icap_enable icap_persistent_connections icap_preview_enable
            icap_send_client_ip icap_send_client_username icap_uses_indirect_client icp_hit_stale
            ignore_ims_on_miss ignore_unknown_nameservers log_icp_queries log_mime_hdrs
            log_uses_indirect_client memory_cache_shared memory_pools nonhierarchical_direct offline_mode
            persistent_connection_after_error pinger_enable prefer_direct query_icmp
            redirect_rewrites_host_header redirector_bypass refresh_all_ims reload_into_ims request_entities
            retry_on_error server_persistent_connections shared_memory_locking short_icon_urls
            store_id_bypass storeurl_rewrite_bypass strip_query_terms test_reachability
            tproxy_uses_indirect_client url_rewrite_bypass url_rewrite_host_header vary_ignore_expire via
            wccp2_rebuild_wait
            """
        ),
        (
            .integer,
            """
            adaptation_service_iteration_limit cache_swap_high cache_swap_low client_ip_max_connections
            connect_retries digest_bits_per_entry digest_rebuild_chunk_percentage forward_max_tries
            fqdncache_size happy_eyeballs_connect_gap happy_eyeballs_connect_limit
            happy_eyeballs_connect_timeout high_page_fault_warning high_response_time_warning
            icap_default_options_ttl icap_preview_size icap_retry_limit icap_service_revival_delay
            icp_query_timeout incoming_dns_average incoming_http_average incoming_icp_average
            incoming_tcp_average incoming_udp_average ipcache_high ipcache_low ipcache_size logfile_rotate
            max_filedesc max_filedescriptors max_open_disk_fds maximum_icp_query_timeout
            mcast_icp_query_timeout min_dns_poll_cnt min_http_poll_cnt min_icp_poll_cnt min_tcp_poll_cnt
            min_udp_poll_cnt minimum_direct_hops minimum_direct_rtt minimum_icp_query_timeout netdb_high
            netdb_low quick_abort_pct sleep_after_fork store_objects_per_bucket umask
            url_rewrite_concurrency wccp2_weight wccp_version workers
            """
        ),
        (
            .text,
            """
            accept_filter adaptation_masterx_shared_names announce_file announce_host as_whois_server
            cache_log cache_mgr cache_peer_access cache_replacement_policy cache_store_log cache_swap_log
            cache_swap_state cachemgr_passwd chroot coredump_dir debug_options diskd_program err_html_text
            err_page_stylesheet error_default_language error_directory forwarded_for ftp_epsv ftp_user
            hosts_file http_upgrade_request_protocols httpd_accel_surrogate_id icap_client_username_header
            icon_directory logfile_daemon mail_from mail_program memory_replacement_policy mime_table
            netdb_filename pid_filename pinger_program response_delay_pool store_dir_select_algorithm
            store_id_extras unique_hostname unlinkd_program url_rewrite_extras visible_hostname
            """
        ),
        (
            .seconds,
            """
            announce_period authenticate_cache_garbage_interval authenticate_ip_ttl authenticate_ttl
            background_ping_rate client_idle_pconn_timeout client_lifetime connect_timeout dead_peer_timeout
            digest_rebuild_period digest_rewrite_period forward_timeout ftp_client_idle_timeout
            hopeless_kid_revival_delay icap_connect_timeout icap_io_timeout ident_timeout max_stale
            minimum_expiry_time negative_dns_ttl negative_ttl netdb_ping_period pconn_lifetime pconn_timeout
            peer_connect_timeout persistent_request_timeout positive_dns_ttl read_timeout
            request_start_timeout request_timeout server_idle_pconn_timeout shutdown_lifetime write_timeout
            """
        ),
        (
            .milliseconds,
            """
            dns_retransmit_interval dns_timeout
            """
        ),
        (
            .quantity,
            """
            dns_packet_max maximum_object_size memory_pools_limit minimum_object_size read_ahead_gap
            request_body_max_size store_avg_object_size
            """
        ),
        (
            .positiveQuantity,
            """
            cache_mem digest_swapout_chunk_size maximum_object_size_in_memory reply_header_max_size
            tcp_recv_bufsize
            """
        ),
        (
            .kilobytes,
            """
            quick_abort_max quick_abort_min
            """
        ),
    ]
}
