/// The functions that dnsdist 1.7.3 gives to its configurations, with how many arguments each takes at most: with a call of
/// another, or with more arguments, it does not start. The rows were made by calling them.
enum DnsdistGlobals {
    /// How many arguments a function takes; nil where there is no such function.
    static func maximum(_ name: String) -> Int? { maximums[name] ?? (library.contains(name) ? .max : nil) }

    /// The tables and objects that are there (printed by it).
    static let tables: Set<String> = [
        "DNSAction", "DNSClass", "DNSCryptExchangeVersion", "DNSOpcode", "DNSQType", "DNSRCode", "DNSResponseAction",
        "DNSSection", "EDNSOptionCode", "_G", "bit", "chashed", "coroutine", "debug", "firstAvailable", "io", "jit",
        "leastOutstanding", "math", "os", "package", "roundrobin", "string", "table", "whashed", "wrandom",
    ]

    /// Those that choose servers.
    static let policies: Set<String> = [
        "chashed", "firstAvailable", "leastOutstanding", "roundrobin", "whashed", "wrandom",
    ]

    /// What the tables of numbers hold.
    static let words: [String: Set<String>] = [
        "DNSAction": """
        Allow Delay Drop HeaderModify NoOp NoRecurse None Nxdomain Pool Refused ServFail Spoof SpoofRaw Truncate
        """,
        "DNSClass": "ANY CHAOS IN NONE", "DNSOpcode": "IQuery Notify Query Status Update",
        "DNSRCode": """
        BADALG BADCOOKIE BADKEY BADMODE BADNAME BADSIG BADTIME BADTRUNC BADVERS FORMERR NOERROR NOTAUTH \
        NOTIMP NOTZONE NXDOMAIN NXRRSET REFUSED SERVFAIL YXDOMAIN YXRRSET
        """,
        "DNSQType": """
        A A6 AAAA ADDR AFSDB ALIAS ANY APL AXFR CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DLV DNAME DNSKEY \
        DS EUI48 EUI64 HINFO HTTPS IPSECKEY IXFR KEY KX L32 L64 LOC LP LUA MAILA MAILB MB MG MINFO MR MX \
        NAPTR NID NS NSEC NSEC3 NSEC3PARAM OPENPGPKEY OPT PTR RKEY RP RRSIG SIG SMIMEA SOA SPF SRV SSHFP \
        SVCB TKEY TLSA TXT URI
        """,
    ].mapValues { Set($0.split(separator: " ").map(String.init)) }

    private static let maximums: [String: Int] = {
        var maximums: [String: Int] = [:]
        for (count, names) in byCount { for name in names.split(separator: " ") { maximums[String(name)] = count } }
        return maximums
    }()

    private static let byCount: [(Int, String)] = [
        (0, "AllRule AllowAction AllowResponseAction DNSSECRule DisableECSAction DisableValidationAction"),
        (0, "DropAction DropResponseAction NoRecurseAction NoneAction RDRule SetDisableECSAction"),
        (0, "SetDisableValidationAction SetNoRecurseAction SetSkipCacheAction SetSkipCacheResponseAction"),
        (0, "SkipCacheAction TCAction TimedIPSetRule TrailingDataRule clearConsoleHistory clearDynBlocks"),
        (0, "clearQueryCounters clearRules delta dumpStats dynBlockRulesGroup getBindCount"),
        (0, "getDNSCryptBindCount getDOHFrontendCount getOutgoingTLSSessionCacheSize getResponseRing getServers"),
        (0, "getStatisticsCounters getTLSFrontendCount inClientStartup inConfigCheck makeKey"),
        (0, "mvCacheHitResponseRuleToTop mvResponseRuleToTop mvRuleToTop mvSelfAnsweredResponseRuleToTop"),
        (0, "newDNSNameSet newNMG newSuffixMatchNode reloadAllCertificates requestDoHStatesDump"),
        (0, "requestTCPStatesDump showACL showBinds showConsoleACL showDNSCryptBinds showDOHFrontends"),
        (0, "showDOHResponseCodes showDynBlocks showPools showResponseLatency showSecurityStatus showServerPolicy"),
        (0, "showTCPStats showTLSContexts showTLSErrorCounters showVersion showWebserverConfig shutdown"),
        (1, "AndRule ContinueAction DSTPortRule DelayAction DelayResponseAction ECSOverrideAction EDNSOptionRule"),
        (1, "EDNSVersionRule ERCodeRule HTTPPathRegexRule HTTPPathRule KeyValueLookupKeyQName"),
        (1, "KeyValueLookupKeyTag LuaAction LuaFFIAction LuaFFIPerThreadAction LuaFFIPerThreadResponseAction"),
        (1, "LuaFFIPerThreadRule LuaFFIResponseAction LuaFFIRule LuaResponseAction LuaRule MacAddrAction NotRule"),
        (1, "OpcodeRule OrRule PoolAction PoolAvailableRule ProbaRule QClassRule QNameRule QNameSetRule QPSAction"),
        (1, "QTypeRule RCodeRule RE2Rule RegexRule SNIRule SNMPTrapAction SNMPTrapResponseAction"),
        (1, "SetECSOverrideAction SetMacAddrAction SetProxyProtocolValuesAction SetTempFailureCacheTTLAction"),
        (1, "TCPRule TempFailureCacheTTLAction addACL addCapabilitiesToRetain addConsoleACL controlSocket errlog"),
        (1, "fixupCase getAction getBind getCacheHitResponseRules getDNSCryptBind getDOHFrontend getPool"),
        (1, "getPoolServers getQueryCounters getRespRing getServer getTLSContext getTLSFrontend getTopBandwidth"),
        (1, "getTopResponseRules getTopRules getTopSelfAnsweredResponseRules help includeDirectory infolog"),
        (1, "makeIPCipherKey makeRule newCA newDNSName newDNSNameFromRaw newDynBPFFilter"),
        (1, "printDNSCryptProviderFingerprint registerDynBPFFilter rmACL rmCacheHitResponseRule rmResponseRule"),
        (1, "rmRule rmSelfAnsweredResponseRule rmServer sendCustomTrap setACL setACLFromFile"),
        (1, "setAddEDNSToSelfGeneratedResponses setAllowEmptyResponse setCacheCleaningDelay"),
        (1, "setCacheCleaningPercentage setConsistentHashingBalancingFactor setConsoleACL"),
        (1, "setConsoleConnectionsLogging setConsoleMaximumConcurrentConnections setConsoleOutputMaxMsgSize"),
        (1, "setDefaultBPFFilter setDoHDownstreamCleanupInterval setDoHDownstreamMaxIdleTime setDropEmptyQueries"),
        (1, "setDynBlocksAction setDynBlocksPurgeInterval setECSOverride setECSSourcePrefixV4"),
        (1, "setECSSourcePrefixV6 setKey setMaxCachedTCPConnectionsPerDownstream"),
        (1, "setMaxIdleDoHConnectionsPerDownstream setMaxTCPClientThreads setMaxTCPConnectionDuration"),
        (1, "setMaxTCPConnectionsPerClient setMaxTCPQueriesPerConnection setMaxTCPQueuedConnections"),
        (1, "setMaxUDPOutstanding setOutgoingDoHWorkerThreads setOutgoingTLSSessionsCacheCleanupDelay"),
        (1, "setOutgoingTLSSessionsCacheMaxTicketValidity setOutgoingTLSSessionsCacheMaxTicketsPerBackend"),
        (1, "setPayloadSizeOnSelfGeneratedAnswers setProxyProtocolACL setProxyProtocolApplyACLToProxiedClients"),
        (1, "setProxyProtocolMaximumPayloadSize setQueryCount setQueryCountFilter setRingBuffersLockRetries"),
        (1, "setRoundRobinFailOnNoServer setRules setSecurityPollInterval setSecurityPollSuffix"),
        (1, "setServFailWhenNoServer setServerPolicy setStaleCacheEntriesTTL setSyslogFacility"),
        (1, "setTCPDownstreamCleanupInterval setTCPDownstreamMaxIdleTime setTCPInternalPipeBufferSize"),
        (1, "setTCPRecvTimeout setTCPSendTimeout setUDPMultipleMessagesVectorSize setUDPTimeout"),
        (1, "setVerboseHealthChecks setWHashedPertubation setWebserverConfig setWeightedBalancingFactor show"),
        (1, "showCacheHitResponseRules showPoolServerPolicy showResponseRules showRules"),
        (1, "showSelfAnsweredResponseRules showServers testCrypto topClients truncateTC unregisterDynBPFFilter"),
        (1, "warnlog"),
        (2, "ECSPrefixLengthAction ERCodeAction HTTPHeaderRule KeyValueLookupKeySuffix KeyValueStoreLookupRule"),
        (2, "KeyValueStoreRangeLookupRule MaxQPSRule PoolOutstandingRule ProxyProtocolValueRule"),
        (2, "QNameLabelsCountRule QNameWireLengthRule QPSPoolAction RCodeAction"),
        (2, "SetAdditionalProxyProtocolValueAction SetECSAction SetECSPrefixLengthAction SetEDNSOptionAction"),
        (2, "SetTagAction SetTagResponseAction SpoofAction SpoofCNAMEAction SpoofRawAction SpoofSVCAction"),
        (2, "SuffixMatchNodeRule TagAction TagResponseAction TagRule TeeAction addLocal exceedNXDOMAINs"),
        (2, "exceedQRate exceedRespByterate exceedServFails generateDNSCryptProviderKeys getTopQueries grepq"),
        (2, "hashPassword mvCacheHitResponseRule mvResponseRule mvRule mvSelfAnsweredResponseRule newCAFromRaw"),
        (2, "newCDBKVStore newFrameStreamTcpLogger newFrameStreamUnixLogger newNetmask newPacketCache"),
        (2, "newQPSLimiter newServer newServerPolicy registerWebHandler setAPIWritable setLocal"),
        (2, "setPoolServerPolicy setRingBuffersSize setServerPolicyLua setServerPolicyLuaFFI"),
        (2, "setServerPolicyLuaFFIPerThread setUDPSocketBufferSizes snmpAgent statNodeRespRing topCacheHitRules"),
        (2, "topResponseRules topRules topSelfAnsweredResponseRules"),
        (3, "DnstapLogAction DnstapLogResponseAction KeyValueLookupKeySourceIP KeyValueStoreLookupAction"),
        (3, "KeyValueStoreRangeLookupAction NetmaskGroupRule RecordsCountRule RemoteLogAction addAction"),
        (3, "addCacheHitResponseAction addResponseAction addSelfAnsweredResponseAction benchRule exceedQTypeRate"),
        (3, "getSlowResponses getTopResponses newLMDBKVStore newRuleAction newSVCRecordParameters"),
        (3, "setPoolServerPolicyLua setPoolServerPolicyLuaFFI setPoolServerPolicyLuaFFIPerThread"),
        (4, "HTTPStatusAction RecordsTypeCountRule RemoteLogResponseAction addBPFFilterDynBlocks addDynBlockSMT"),
        (4, "addDynBlocks addTLSLocal newBPFFilter newDOHResponseMapEntry newRemoteLogger"),
        (5, "LogResponseAction addDNSCryptBind addDOHLocal carbonServer webserver"),
        (6, "LogAction generateOCSPResponse"),
        (7, "MaxQPSIPRule generateDNSCryptCertificate"),
        (11, "NegativeAndSOAAction SetNegativeAndSOAAction"),
    ]

    /// Those of Lua.
    private static let library: Set<String> = Set(
        libraryNames.flatMap { row in row.names.split(separator: " ").map { row.table + $0 } }
    )

    private static let libraryNames: [(table: String, names: String)] = [
        (
            "",
            "assert collectgarbage dofile error gcinfo getfenv getmetatable ipairs load loadfile loadstring module newproxy"
        ),
        ("", "next pairs pcall print rawequal rawget rawset require select setfenv setmetatable tonumber"),
        ("", "topBandwidth topQueries topResponses topSlow tostring type unpack xpcall"),
        ("bit.", "arshift band bnot bor bswap bxor lshift rol ror rshift tobit tohex"),
        ("coroutine.", "create isyieldable resume running status wrap yield"),
        ("debug.", "debug getfenv gethook getinfo getlocal getmetatable getregistry getupvalue setfenv sethook"),
        ("debug.", "setlocal setmetatable setupvalue traceback upvalueid upvaluejoin"),
        ("io.", "close flush input lines open output popen read tmpfile type write"),
        ("jit.", "attach flush off on security status"),
        ("math.", "abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp ldexp log log10 max min"),
        ("math.", "modf pow rad random randomseed sin sinh sqrt tan tanh"),
        ("os.", "clock date difftime execute exit getenv remove rename setlocale time tmpname"),
        ("string.", "byte char dump find format gmatch gsub len lower match rep reverse sub upper"),
        ("table.", "concat foreach foreachi getn insert maxn move remove sort"),
    ]
}
