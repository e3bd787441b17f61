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
}
