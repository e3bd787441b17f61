/// What Knot Resolver 5.6 gives to its configurations, without the modules that they load (as it says of itself).
enum KnotGlobals {
    static let functions: Set<String> = [
        "assert", "collectgarbage", "dofile", "error", "eval_cmd", "fromjson", "gcinfo", "getfenv", "getmetatable",
        "help", "hostname", "ipairs", "kluautil_list_dir", "load", "loadfile", "loadstring", "log", "log_debug",
        "log_error", "log_groups", "log_info", "log_level", "log_notice", "log_qry", "log_req", "log_target",
        "log_warn", "map", "mode", "module", "modules_create_table_for_c", "modules_ffi_layer_wrap1",
        "modules_ffi_layer_wrap2", "modules_ffi_layer_wrap_checkout", "modules_ffi_wrap_modcb", "newproxy", "next",
        "option", "package_version", "pairs", "panic", "pcall", "print", "quit", "rawequal", "rawget", "rawset",
        "reorder_RR", "require", "resolve", "select", "setfenv", "setmetatable", "table_print", "todname", "tojson",
        "tonumber", "tostring", "type", "unpack", "user", "verbose", "xpcall",
    ]

    static let tables: Set<String> = [
        "bit", "cache", "coroutine", "debug", "debugging", "detect_time_jump", "detect_time_skew", "env", "event",
        "ffi", "io", "jit", "kres", "math", "modules", "net", "os", "package", "policy", "priming", "string",
        "ta_sentinel", "ta_signal_query", "ta_update", "table", "trust_anchors", "watchdog", "worker",
    ]

    /// The functions of those tables, and of modules; a table that is not here is not known.
    static let members: [String: Set<String>] = [
        "bit": "arshift band bnot bor bswap bxor lshift rol ror rshift tobit tohex",
        "cache": """
        backends checkpoint clear clear_everything close count fssize get max_ttl min_ttl ns_tout \
        open stats
        """,
        "coroutine": "create isyieldable resume running status wrap yield",
        "event": "after cancel recurrent reschedule socket",
        "io": "close flush input lines open output popen read tmpfile type write",
        "kres": """
        packet rrset context dname2str dname2wire knot_pkt_rr lru mk_qflags parse_rdata pkt_t \
        request_t rr2str sockaddr_t str2dname str2ip
        """,
        "math": """
        abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp ldexp log log10 max min modf \
        pow rad random randomseed sin sinh sqrt tan tanh
        """,
        "modules": "list load unload",
        "net": """
        bpf_clear bpf_set bufsize close doh_headers interfaces list listen outgoing_v4 outgoing_v6 \
        proxy_allowed register_endpoint_kind tcp_in_idle tcp_pipeline tls tls_client \
        tls_client_clear tls_handshake_timeout tls_padding tls_server tls_sticket_secret \
        tls_sticket_secret_file
        """,
        "os": "clock date difftime execute exit getenv remove rename setlocale time tmpname",
        "policy": """
        ANSWER DEBUG_ALWAYS DEBUG_CACHE_MISS DEBUG_IF DENY DENY_MSG DROP FLAGS FORWARD IPTRACE \
        MIRROR NO_ANSWER PASS QTRACE REFUSE REQTRACE REROUTE STUB TC TLS_FORWARD add all del domains \
        evaluate pattern rpz slice slice_randomize_psl suffix suffix_common todnames
        """,
        "string": "byte char dump find format gmatch gsub len lower match rep reverse sub upper",
        "table": "concat foreach foreachi getn insert maxn move remove sort",
        "trust_anchors": "add add_file config keyset_publish keyset_write remove set_insecure summary",
        "watchdog": "config deinit init",
        "worker": "coroutine info map resolve resolve_pkt sleep stats",
        "view": "addr rule_dst rule_src tsig",
        "hints": "add_hosts config del get root root_file set ttl use_nodata",
        "stats": "clear_frequent frequent get list set upstreams",
        "predict": "config deinit drain epoch init process sample",
        "bogus_log": "frequent",
        "workarounds": "config",
        "dns64": "config",
        "prefill": "config deinit",
        "nsid": "name",
        "daf": "add clear config deinit del disable enable get init toggle",
        "renumber": "config match_subnet name prefix rule",
    ].mapValues { Set($0.split(separator: " ").map(String.init)) }
}
