/// Functions of dnsdist 1.7.3 that its configurations call, by what they may do to answers.
enum DnsdistFunctions {
    /// Functions that are performed.
    static let performed: Set<String> = [
        "addAction", "setRules", "clearRules", "mvRuleToTop", "mvRule", "rmRule", "setACL", "addACL",
    ]
    /// Functions that copy what they are given.
    static let copying: Set<String> = ["newSuffixMatchNode", "newDNSNameSet", "newNMG", "newDNSName"]
    /// Functions that change or remove rules, or the clients that are answered.
    static let changing: Set<String> = [
        "setRules", "mvRule", "mvRuleToTop", "rmRule", "clearRules", "setACL", "addACL", "rmACL", "setACLFromFile",
        "setProxyProtocolACL",
    ]
    /// Functions that add rules behind those that are there.
    static let adding: Set<String> = ["addAction"]
    /// Functions that read other files.
    static let includes: Set<String> = ["dofile", "includeDirectory", "loadfile", "loadstring", "require"]
    /// Functions about answers of servers and of the cache, which the rules have let pass.
    static let answering: Set<String> = ["addResponseAction", "addCacheHitResponseAction"]
    /// Functions about other answers, and about clients and names that are blocked in front of the rules.
    static let blocking: Set<String> = [
        "addSelfAnsweredResponseAction", "addDynBlocks", "addDynBlockSMT", "addBPFFilterDynBlocks",
        "setDynBlocksAction",
        "setDefaultBPFFilter", "apply", "block", "blockQName",
    ]
    /// All that may change what becomes of a query.
    static let telling = changing.union(adding).union(answering).union(blocking)

    /// Whether a function decides nothing about queries.
    static func isHarmless(_ name: String) -> Bool {
        // dnsdist ends there.
        if ["os.exit", "shutdown", "showTCPStats"].contains(name) { return false }
        if harmless.contains(name) { return true }
        // Made, and given to nothing.
        if name.first?.isUppercase == true, name.hasSuffix("Rule") || name.hasSuffix("Action") { return true }
        guard DnsdistGlobals.maximum(name) != nil else { return false }
        return ["show", "get", "top", "new", "is", "string.", "math.", "os.", "io."].contains { name.hasPrefix($0) }
    }

    /// Whether a method of an object that is not known decides nothing about queries.
    static func isHarmless(method: String) -> Bool {
        methods.contains(method)
            || ["get", "is", "set", "print", "purge", "dump", "reload", "load"].contains {
                method.hasPrefix($0)
            }
    }

    /// Functions that only whole configurations call.
    static let whole: Set<String> = ["newServer", "setLocal", "addLocal"]

    private static let methods: Set<String> = [
        "add", "addMask", "addMasks", "addPool", "attachFilter", "excludeRange", "expunge", "expungeByName", "first",
        "includeRange", "keys", "rmPool", "toString", "unsetCache", "ping", "lines", "read", "close", "format", "gsub",
        "lower", "match", "sub", "write", "remove", "delete", "clear", "check", "lookup", "unblock",
    ]

    private static let harmless: Set<String> = [
        "addCapabilitiesToRetain", "addConsoleACL", "addDNSCryptBind", "addDOHLocal", "addLocal",
        "addTLSLocal", "assert", "benchRule", "carbonServer", "clearConsoleHistory", "clearDynBlocks",
        "clearQueryCounters", "controlSocket", "delta", "dumpStats", "dynBlockRulesGroup", "errlog",
        "exceedNXDOMAINs", "exceedQRate", "exceedQTypeRate", "exceedRespByterate", "exceedServFails",
        "fixupCase", "generateDNSCryptCertificate", "generateDNSCryptProviderKeys", "generateOCSPResponse", "grepq",
        "hashPassword", "inClientStartup", "inConfigCheck", "infolog", "ipairs",
        "makeIPCipherKey", "makeKey", "makeRule", "pairs", "print",
        "printDNSCryptProviderFingerprint", "reloadAllCertificates", "rmServer", "select",
        "setAPIWritable", "setAddEDNSToSelfGeneratedResponses", "setAllowEmptyResponse", "setCacheCleaningDelay",
        "setCacheCleaningPercentage", "setConsistentHashingBalancingFactor", "setConsoleACL",
        "setConsoleConnectionsLogging", "setConsoleMaximumConcurrentConnections", "setConsoleOutputMaxMsgSize",
        "setDoHDownstreamCleanupInterval", "setDoHDownstreamMaxIdleTime", "setDynBlocksPurgeInterval", "setECSOverride",
        "setECSSourcePrefixV4", "setECSSourcePrefixV6", "setKey", "setLocal",
        "setMaxCachedTCPConnectionsPerDownstream",
        "setMaxIdleDoHConnectionsPerDownstream", "setMaxTCPClientThreads", "setMaxTCPConnectionDuration",
        "setMaxTCPConnectionsPerClient", "setMaxTCPQueriesPerConnection", "setMaxTCPQueuedConnections",
        "setMaxUDPOutstanding", "setOutgoingDoHWorkerThreads", "setOutgoingTLSSessionsCacheCleanupDelay",
        "setOutgoingTLSSessionsCacheMaxTicketsPerBackend", "setOutgoingTLSSessionsCacheMaxTicketValidity",
        "setPayloadSizeOnSelfGeneratedAnswers", "setPoolServerPolicy", "setPoolServerPolicyLua",
        "setPoolServerPolicyLuaFFI", "setPoolServerPolicyLuaFFIPerThread",
        "setProxyProtocolApplyACLToProxiedClients", "setProxyProtocolMaximumPayloadSize", "setQueryCount",
        "setQueryCountFilter", "setRingBuffersLockRetries",
        "setRingBuffersSize", "setRoundRobinFailOnNoServer", "setSecurityPollInterval",
        "setSecurityPollSuffix", "setServFailWhenNoServer", "setServerPolicy", "setServerPolicyLua",
        "setServerPolicyLuaFFI", "setServerPolicyLuaFFIPerThread", "setStaleCacheEntriesTTL",
        "setSyslogFacility", "setTCPDownstreamCleanupInterval", "setTCPDownstreamMaxIdleTime",
        "setTCPInternalPipeBufferSize", "setTCPRecvTimeout", "setTCPSendTimeout",
        "setUDPMultipleMessagesVectorSize", "setUDPSocketBufferSizes", "setUDPTimeout",
        "setVerboseHealthChecks", "setWHashedPertubation", "setWebserverConfig",
        "setWeightedBalancingFactor", "snmpAgent", "table.concat", "testCrypto", "tonumber", "tostring",
        "truncateTC", "type", "unpack", "warnlog", "webserver",
    ]
}
