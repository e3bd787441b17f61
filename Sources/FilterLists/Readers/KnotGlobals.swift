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

    /// Tables of which any field may be looked up.
    static let free: Set<String> = [
        "cache", "env", "kres", "math", "modules", "net", "os", "policy", "string", "trust_anchors", "worker",
    ]

    /// Modules that are there before any is loaded.
    static let loaded: Set<String> = [
        "cache", "detect_time_jump", "detect_time_skew", "edns_keepalive", "extended_error", "iterate", "policy",
        "priming",
        "refuse_nord", "ta_sentinel", "ta_signal_query", "ta_update", "validate", "watchdog",
    ]

    /// Those that it brings and that need nothing else.
    static let modules = loaded.union([
        "bogus_log", "daf", "dns64", "dnstap", "hints", "nsid", "predict", "prefill", "rebinding", "renumber",
        "serve_stale",
        "stats", "view", "workarounds",
    ])

    /// Those that may be unloaded without a difference.
    static let removable: Set<String> = [
        "detect_time_jump", "detect_time_skew", "edns_keepalive", "extended_error", "priming", "refuse_nord",
        "ta_sentinel", "ta_signal_query", "ta_update", "watchdog",
    ]

    /// Numbers that have a name: sizes, and times in milliseconds.
    static let numbers: [String: Double] = [
        "kB": 1024, "MB": 1_048_576, "GB": 1_073_741_824, "sec": 1000, "second": 1000, "min": 60_000, "minute": 60_000,
        "hour": 3_600_000, "day": 86_400_000,
    ]

    /// Types of records that may be named.
    static let types: Set<String> = [
        "A", "AAAA", "ANY", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "SVCB",
        "TXT",
    ]
}
