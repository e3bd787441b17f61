import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Which values squid 5.7 starts with (each was given to `squid -k parse`); of a file that it refuses nothing is known.
struct SquidStartTests {
    private static func kind(_ statement: String) throws -> VerdictKind {
        let text = "acl d dstdomain .a.example\n\(statement)\nhttp_access deny d\nhttp_access allow all\n"
        return try readList(text, .squidConfiguration).verdict("a.example").kind
    }

    @Test(arguments: [
        "acl n src 10.0.0.0/99", "acl n src 10.0.0.0/33", "acl n src 10.0.0.0/", "acl n dst 10.0.0.0/99",
        "acl n maxconn x", "acl n maxconn 0", "acl n random 5", "acl n random x", "acl n time 17:00-9:00",
        "acl n time 9-17", "acl n time 25:00-26:00", "acl n time 9:00-24:01", "http_port bogus", "http_port 0",
        "http_port 70000", "http_port", "http_port 3128x", "cache_dir foo", "cache_dir", "cache_peer foo",
        "cache_peer foo parent", "cache_peer foo parent 3128", "maximum_object_size x", "maximum_object_size",
        "acl n localip 999.1.1.1", "acl n dst 999.1.1.1", "acl n src 256.1", "acl n src 1.2.3.4.5", "acl n src 08.1",
        "acl n src 1.2.3.4-1.2.3.400", "acl n hier_code FOO", "acl n hier_code NONE", "acl n annotate_client x",
        "acl n annotate_client =b", "acl n annotate_transaction a b", "acl n max_user_ip x", "acl n max_user_ip 2x",
        "acl n clientside_mark x", "acl n clientside_mark /1", "acl n client_connection_mark 1x", "acl n has x",
        "acl n has ale", "acl n transaction_initiator peer",
        "cache_mem x", "refresh_pattern (", "refresh_pattern .", "refresh_pattern . 0", "refresh_pattern . 0 20%",
        "visible_hostname", "via", "via x", "via yes", "via On", "via \"on\"", "half_closed_clients 1", "client_db",
        "connect_timeout 5", "connect_timeout 5 sec", "connect_timeout 0.5 seconds", "connect_timeout -1 seconds",
        "connect_timeout 5seconds", "connect_timeout x", "connect_timeout 9999999 years", "shutdown_lifetime 5 s",
        "dns_timeout 5", "dns_timeout 5 microseconds", "connect_timeout 5 milliseconds", "maximum_object_size 5 x",
        "maximum_object_size 5 TB", "maximum_object_size 5.5", "maximum_object_size 5KB", "maximum_object_size -5 x",
        "maximum_object_size 99999999999 GB", "maximum_object_size unlimited", "cache_mem -2", "cache_mem 5 seconds",
        "quick_abort_max 5 bytes", "quick_abort_max 5.5 KB", "logfile_rotate x", "logfile_rotate 5x",
        "logfile_rotate 08", "logfile_rotate 0x", "logfile_rotate 2147483648", "logfile_rotate", "coredump_dir",
        "cache_effective_user nosuchuser", "cache_effective_group nosuchgroup",
        "acl \(String(repeating: "a", count: 63)) src all",
    ])
    func refuses(_ statement: String) throws {
        #expect(try Self.kind(statement) == .unsupported)
    }

    /// Hosts without a dot get the domain, and are asked for with it.
    @Test(arguments: [("nodot", VerdictKind.unsupported), ("a.example", .refused), ("b.example", .pass)])
    func appendsADomain(name: String, kind: VerdictKind) throws {
        let text = "append_domain .a.example\nacl d dstdomain .a.example\nhttp_access deny d\nhttp_access allow all\n"
        #expect(try readList(text, .squidConfiguration).verdict(name).kind == kind)
    }

    @Test(arguments: [
        "acl n src 10.0.0.0/32", "acl n src fe80::/129", "acl n maxconn 5", "acl n random 0.5", "acl n random 1/5",
        "acl n localip 1.2.3", "acl n localip 1.66000", "acl n localip all", "acl n localip 1.2.3.4/255.0.0.0",
        "acl n src 1.2.3.4-5", "acl n src 010.1.1.1", "acl n hier_code HIER_DIRECT PINNED", "acl n annotate_client a=b",
        "acl n annotate_client a+=b", "acl n max_user_ip -s 2", "acl n clientside_mark 0x1/0xff",
        "acl n has ALE request",
        "acl n client_connection_mark 1/2", "acl n transaction_initiator htcp icp", "acl n dst ipv6",
        "acl n random 1:5", "acl n time 9:00-17:00x", "acl n time M9:00-10:00", "http_port 3128",
        "http_port 127.0.0.1:3128", "http_port [::1]:3128 accel", "cache_dir ufs /tmp 100 16 256",
        "cache_peer foo parent 3128 0", "maximum_object_size 4 MB", "maximum_object_size -1 KB", "cache_mem 5",
        "refresh_pattern . 0 20% 4320", "refresh_pattern -i . 0 20% 4320", "visible_hostname x", "via on", "via off",
        "via on x", "connect_timeout 0", "connect_timeout 1 week", "connect_timeout 1.5 minutes",
        "connect_timeout 5 Seconds", "connect_timeout 5 secondsx", "connect_timeout 5 decades", "connect_timeout 0 x",
        "connect_timeout +5 seconds", "dns_timeout 5 milliseconds", "maximum_object_size none",
        "maximum_object_size 5.5 KB", "maximum_object_size -5", "maximum_object_size 0x10", "maximum_object_size 0 x",
        "maximum_object_size 5 Bytes", "cache_mem -1", "quick_abort_max -5 KB", "quick_abort_max 0x10 KB",
        "logfile_rotate 010", "logfile_rotate -0x5", "logfile_rotate +5", "logfile_rotate 5 x", "coredump_dir /x",
        "cache_effective_user proxy", "acl \(String(repeating: "a", count: 62)) src all",
    ])
    func takes(_ statement: String) throws {
        #expect(try Self.kind(statement) == .refused)
    }

    /// Directives with a grammar of their own; `d` is a list and `nosuch` is none.
    @Test(arguments: [
        "icp_port 65536", "icp_port 1x", "icp_port 0x1F", "icp_port", "udp_incoming_address 1.2.3.4/8",
        "udp_incoming_address -1", "wccp2_router 1.2.3.4/8", "shared_transient_entries_limit 1x",
        "icap_service_failure_limit 10 in", "icap_service_failure_limit 10 in 5", "pipeline_prefetch x",
        "url_rewrite_children 0", "url_rewrite_children 1 startup", "url_rewrite_children 1 startup=x",
        "url_rewrite_children 1 x=1", "reply_body_max_size 1 KB nosuch", "reply_body_max_size 1 d",
        "reply_body_max_size -1 KB", "reply_body_max_size x KB", "relaxed_header_parser WARN", "memory_cache_mode x",
        "uri_whitespace Strip", "url_rewrite_timeout 1", "url_rewrite_timeout none", "note k", "note k v nosuch",
        "request_header_add k", "request_header_replace x", "deny_info 999:x d", "deny_info 30x:y d",
        "deny_info 100 d", "deny_info 40:x d", "access_log", "logformat n", "neighbor_type_domain x",
        "append_domain x.", "on_unsupported_protocol none", "on_unsupported_protocol tunnel nosuch",
        "tcp_outgoing_tos 256", "tcp_outgoing_tos 1x d", "tcp_outgoing_tos 0x20 nosuch", "tcp_outgoing_mark 0",
        "tcp_outgoing_mark 1/2 d", "tcp_outgoing_mark 4294967296", "wccp2_service standard", "wccp2_service x 0",
        "wccp2_forwarding_method hash", "wccp2_assignment_method gre", "auth_param nosuch program x",
        "auth_param basic", "icap_service s reqmod_precache", "external_acl_type n /bin/true", "log_access allow d",
        "sslproxy_cafile",
    ])
    func refusesWords(_ statement: String) throws {
        #expect(try Self.kind(statement) == .unsupported)
    }

    @Test(arguments: [
        "icp_port 0", "icp_port +1 x", "udp_incoming_address ::1", "udp_incoming_address any_addr",
        "udp_incoming_address 1.2", "wccp2_router", "wccp2_router 127.0.0.1 127.0.0.2",
        "shared_transient_entries_limit 99999999999", "shared_transient_entries_limit -5 x",
        "icap_service_failure_limit 10 in 5 seconds", "icap_service_failure_limit 0x10", "pipeline_prefetch off x",
        "pipeline_prefetch 0x10", "url_rewrite_children 5 startup=1 idle=1 concurrency=0 queue-size=4",
        "url_rewrite_children 1 on-persistent-overload=die", "reply_body_max_size 1 KB d",
        "reply_body_max_size 1.5 MB", "reply_body_max_size none d", "reply_body_max_size 0 d",
        "relaxed_header_parser warn", "memory_cache_mode always x", "uri_whitespace chop x", "url_rewrite_timeout 0",
        "url_rewrite_timeout 30 seconds on_timeout=bypass", "note k v", "note k v !d", "request_header_replace",
        "request_header_replace User-Agent x", "deny_info", "deny_info ERR_X nosuch", "deny_info 302:http://x e",
        "deny_info TCP_RESET all", "access_log none", "logformat n %>a", "append_domain .x y",
        "on_unsupported_protocol tunnel !d", "tcp_outgoing_tos 0x20 d", "tcp_outgoing_tos 255",
        "tcp_outgoing_mark 4294967295", "mark_client_connection 0x1/0xf", "wccp2_service dynamic 80",
        "wccp2_forwarding_method l2", "wccp2_assignment_method mask", "auth_param basic program /bin/true",
        "external_acl_type n %SRC /bin/true",
    ])
    func takesWords(_ statement: String) throws {
        #expect(try Self.kind(statement) == .refused)
    }

    /// Lists that need a definition in front of them (each was given to `squid -k parse`).
    @Test(arguments: [
        "acl x external nosuch", "acl x external", "acl x external h\nexternal_acl_type h %SRC /bin/true",
        "external_acl_type h %LOGIN /bin/true\nacl x external h", "external_acl_type h %ul /bin/true\nacl x external h",
        "external_acl_type h %SRC /bin/true\nacl x external H",
        "external_acl_type h %SRC /bin/true\nacl x external h a\nacl x external h b",
        "external_acl_type h /bin/true %SRC", "external_acl_type h ttl=5 /bin/true x", "acl x proxy_auth REQUIRED",
        "acl x proxy_auth_regex joe", "acl x proxy_auth REQUIRED\nauth_param basic program /bin/true",
        "auth_param basic children 5\nacl x proxy_auth REQUIRED", "auth_param basic realm r\nacl x proxy_auth REQUIRED",
        "auth_param digest program /bin/true\nacl x proxy_auth REQUIRED",
        "auth_param basic PROGRAM /bin/true\nacl x proxy_auth REQUIRED", "acl x adaptation_service nosuch",
        "acl x adaptation_service s\nicap_service s reqmod_precache icap://127.0.0.1:1/x",
        "icap_service s reqmod_precache icap://127.0.0.1:1/x\nacl x adaptation_service s t",
        // It depends on the machine, or on the build.
        "acl x src host.invalid", "acl x src 192.0.2.1 host.invalid", "acl x dst -n host.invalid",
        "acl x localip host.invalid", "acl x src localhost/32", "acl x src none", "acl x ssl::server_name a.example",
        "acl x at_step SslBump1", "acl x user_cert CN a", "external_acl_type h %USER_CERT /bin/true\nacl x external h",
    ])
    func needsDefinitions(_ statements: String) throws {
        #expect(try Self.kind(statements) == .unsupported)
    }

    @Test(arguments: [
        "external_acl_type h %SRC /bin/true\nacl x external h a b",
        "acl x src localhost 0x7f.1 ::1/128 fe80::1%lo ipv4",
        "external_acl_type h ttl=5 ipv4 children-max=5 %SRC %>{Host} %% /bin/true\nacl x external h",
        "external_acl_type h %LOGIN /bin/true\nauth_param basic program /bin/true\nacl x external h",
        "auth_param basic program /bin/true\nacl x proxy_auth REQUIRED",
        "auth_param ntlm program /bin/true\nacl x proxy_auth",
        "auth_param digest realm r\nauth_param digest program /bin/true\nacl x proxy_auth REQUIRED",
        "icap_service s reqmod_precache icap://127.0.0.1:1/x\nacl x adaptation_service s", "acl x adaptation_service",
        "adaptation_service_chain s nosuch\nacl x adaptation_service s", "acl x dst localhost 10.0.0.0/255.0.0.0",
    ])
    func hasDefinitions(_ statements: String) throws {
        #expect(try Self.kind(statements) == .refused)
    }
}
