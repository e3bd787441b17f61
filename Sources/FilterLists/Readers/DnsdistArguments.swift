import DNS
import Policy
import TextScan

/// What the functions of dnsdist 1.7.3 take (each called in the running engine with values of several kinds, and with numbers
/// from -1 to far beyond what fits): with anything else it does not start. Methods of objects and what a value means (files,
/// ciphers, powers of two) are not in it.
enum DnsdistArguments {
    /// The arguments of a function, in order; nil where nothing is said here.
    static func forms(_ name: String) -> [LuaForm]? { forms[name] }

    private static let forms: [String: [LuaForm]] = {
        var forms: [String: [LuaForm]] = [:]
        for (form, names) in settings + makers + rules + actions {
            for name in names.split(separator: " ") { forms[String(name)] = form }
        }
        return forms
    }()

    private static let number = LuaForm.number(0...2_147_483_647)
    private static let word = LuaForm.number(0...65_535)
    private static let rule = LuaForm.object("Rule")
    private static let name = LuaForm.check { $0.isEmpty || (try? DomainName(presentation: $0)) != nil }
    /// `ADDRESS[:PORT]`, `[ADDRESS]:PORT`.
    private static let address = LuaForm.either([.check { isAddress($0) }, .number(0...0)])
    /// Networks, `!` in front of those that are left out.
    private static let networks = LuaForm.check { text in
        text.split(separator: 0x2C).allSatisfy { part in
            let part = part.drop { $0 == 0x20 || $0 == 0x21 }.prefix { $0 != 0x20 }
            return AddressRange(String(decoding: part, as: UTF8.self)) != nil
        }
    }
    private static let table = LuaForm.options([:])

    private static func isAddress(_ text: [UInt8]) -> Bool {
        if IPAddress(text: text) != nil { return true }
        guard let colon = text.lastIndex(of: 0x3A), let port = Array(text[(colon + 1)...]).span.decimal, port < 65_536
        else {
            return text.first == 0x5B && text.last == 0x5D && IPAddress(text: Array(text[1..<(text.count - 1)])) != nil
        }
        let host = text[..<colon]
        if host.first == 0x5B, host.last == 0x5D { return IPAddress(text: Array(host.dropFirst().dropLast())) != nil }
        return IPAddress(text: Array(host))?.isV4 == true
    }

    private static let locals: [String: LuaForm] = [
        "reusePort": .boolean, "tcpFastOpenQueueSize": word, "tcpListenQueueSize": word, "maxInFlight": word,
        "maxConcurrentTCPConnections": word, "interface": .text, "cpus": .list(word),
    ]

    private static let server: [String: LuaForm] = {
        var forms: [String: LuaForm] = ["address": .text, "checkName": name, "pool": .either([.text, .list(.text)])]
        for key in ["name", "checkType", "tls", "source"] { forms[key] = .text }
        for key in [
            "qps", "order", "retries", "tcpConnectTimeout", "tcpSendTimeout", "tcpRecvTimeout", "checkClass",
            "maxCheckFailures", "checkInterval", "rise", "maxInFlight",
        ] { forms[key] = number }
        for key in [
            "tcpFastOpen", "ipBindAddrNoPort", "setCD", "mustResolve", "useClientSubnet", "disableZeroScope",
            "useProxyProtocol", "reconnectOnUp", "checkTCP", "tcpOnly",
        ] { forms[key] = .boolean }
        forms["checkFunction"] = .function
        forms["cpus"] = .list(word)
        forms["sockets"] = .number(0...1000)
        forms["checkTimeout"] = .number(0...10_000)
        // It must be a UUID.
        forms["id"] = .check { $0.count == 36 }
        return forms
    }()

    private static let web: [String: LuaForm] = [
        "password": .text, "apiKey": .text, "customHeaders": table, "acl": networks,
        "statsRequireAuthentication": .boolean, "maxConcurrentConnections": number,
        "hashPlaintextCredentials": .boolean,
    ]

    private static let cache: [String: LuaForm] = [
        "deferrableInsertLock": .boolean, "dontAge": .boolean, "keepStaleData": .boolean, "parseECS": .boolean,
        "cookieHashing": .boolean, "maxNegativeTTL": number, "maxTTL": number, "minTTL": number,
        "numberOfShards": .number(1...1000), "staleTTL": number, "temporaryFailureTTL": number,
        "skipOptions": .list(word),
    ]

    private static let flags: [String: LuaForm] = [
        "aa": .boolean, "ra": .boolean, "ad": .boolean, "ttl": .number(-1...4_294_967_296),
    ]
    private static let answer = LuaForm.optional(.options(flags))
    private static let optional = LuaForm.optional(.text)
    private static let files = LuaForm.optional(.either([.text, .list(.text)]))

    private typealias Row = ([LuaForm], String)

    private static let settings: [Row] = [
        ([.boolean], "fixupCase setAddEDNSToSelfGeneratedResponses setAllowEmptyResponse setConsoleConnectionsLogging"),
        ([.boolean], "setDropEmptyQueries setECSOverride setProxyProtocolApplyACLToProxiedClients setQueryCount"),
        ([.boolean], "setRoundRobinFailOnNoServer setServFailWhenNoServer setVerboseHealthChecks truncateTC"),
        ([number], "setCacheCleaningDelay setCacheCleaningPercentage setConsistentHashingBalancingFactor"),
        ([number], "setConsoleMaximumConcurrentConnections setConsoleOutputMaxMsgSize setDynBlocksPurgeInterval"),
        ([number], "setMaxCachedTCPConnectionsPerDownstream setMaxIdleDoHConnectionsPerDownstream"),
        ([number], "setMaxTCPConnectionDuration setMaxTCPConnectionsPerClient setMaxTCPQueriesPerConnection"),
        ([number], "setMaxTCPQueuedConnections setOutgoingTLSSessionsCacheCleanupDelay setWHashedPertubation"),
        ([number], "setOutgoingTLSSessionsCacheMaxTicketValidity setOutgoingTLSSessionsCacheMaxTicketsPerBackend"),
        ([number], "setPayloadSizeOnSelfGeneratedAnswers setProxyProtocolMaximumPayloadSize"),
        ([number], "setRingBuffersLockRetries setSecurityPollInterval setStaleCacheEntriesTTL"),
        ([number], "setTCPInternalPipeBufferSize setTCPRecvTimeout setTCPSendTimeout setUDPTimeout"),
        ([number], "setWeightedBalancingFactor setECSSourcePrefixV4 setECSSourcePrefixV6"),
        ([word], "setDoHDownstreamCleanupInterval setDoHDownstreamMaxIdleTime setTCPDownstreamCleanupInterval"),
        ([word], "setTCPDownstreamMaxIdleTime"), ([.number(1...65_535)], "setMaxUDPOutstanding"),
        ([.number(0...1000)], "setMaxTCPClientThreads"), ([.number(0...256)], "setOutgoingDoHWorkerThreads"),
        ([.number(0...65_536)], "setUDPMultipleMessagesVectorSize"), ([number, number], "setUDPSocketBufferSizes"),
        ([.number(0...1_000_000), .optional(.number(0...1000))], "setRingBuffersSize"),
        ([.text], "errlog infolog warnlog setKey setSecurityPollSuffix setSyslogFacility show"),
        ([.text], "printDNSCryptProviderFingerprint makeIPCipherKey"),
        ([.text, .text], "generateDNSCryptProviderKeys"),
        ([.text, .optional(number)], "hashPassword"), ([rule, .optional(number), optional], "benchRule"),
        ([.either([.text, .list(.text)]), .optional(number)], "grepq"), ([optional], "testCrypto"),
        ([address, .optional(.options(locals))], "addLocal setLocal"), ([address], "controlSocket"),
        ([networks], "addConsoleACL"), ([.either([networks, .list(networks)])], "setConsoleACL"),
        ([address, files, files, .optional(.either([.text, .list(.text)])), .optional(table)], "addDOHLocal"),
        ([address, .either([.text, .list(.text)]), .either([.text, .list(.text)]), .optional(table)], "addTLSLocal"),
        ([address, optional, .optional(number), optional, optional], "carbonServer"),
        ([address, optional, optional, .optional(table), .optional(.either([.text, .list(.text)]))], "webserver"),
        ([.optional(.options(web))], "setWebserverConfig"), ([.boolean, optional], "snmpAgent setAPIWritable"),
        ([address, .text, files, files, .optional(.options(locals))], "addDNSCryptBind"),
        ([.function], "setQueryCountFilter"), ([.object("Policy")], "setServerPolicy"),
        ([.object("Policy"), .text], "setPoolServerPolicy"), ([.text, .function], "setServerPolicyLua"),
        ([.text, .function], "setServerPolicyLuaFFI"),
        ([.text, .function, .text], "setPoolServerPolicyLua setPoolServerPolicyLuaFFI"),
        ([.either([.text, .list(.text)])], "addCapabilitiesToRetain"),
        ([.either([.text, .having("address", .options(server))]), .optional(number)], "newServer"),
    ]

    private static let makers: [Row] = [
        ([name], "newDNSName"), ([.number(1...10_000_000), .optional(.options(cache))], "newPacketCache"),
        ([.text], "getPool"), ([.text, .function], "newServerPolicy"), ([number, number], "newQPSLimiter"),
        ([address, .optional(number), .optional(number), .optional(number)], "newRemoteLogger"),
        ([address, .optional(table)], "newFrameStreamTcpLogger"),
        ([.text, .optional(table)], "newFrameStreamUnixLogger"),
        ([number, number], "exceedNXDOMAINs exceedQRate exceedRespByterate exceedServFails"),
        ([number, number, number], "exceedQTypeRate"), ([.optional(number)], "topClients topRules topResponseRules"),
    ]

    private static let rules: [Row] = [
        ([.either([.text, .list(.text), rule, .object("newDNSName")])], "makeRule"),
        ([.list(rule)], "AndRule OrRule"), ([rule], "NotRule"), ([.boolean], "TCPRule"), ([name], "QNameRule"),
        ([number], "DSTPortRule EDNSOptionRule EDNSVersionRule ERCodeRule OpcodeRule QClassRule RCodeRule ProbaRule"),
        ([.either([number, .text])], "QTypeRule"), ([number, number], "QNameLabelsCountRule QNameWireLengthRule"),
        ([.text, .text], "HTTPHeaderRule"), ([.text], "HTTPPathRegexRule HTTPPathRule PoolAvailableRule RE2Rule"),
        ([.text], "RegexRule SNIRule LuaFFIPerThreadRule"), ([.text, number], "PoolOutstandingRule"),
        ([.function], "LuaRule LuaFFIRule"), ([number, .optional(number)], "MaxQPSRule"),
        ([number, .optional(number), .optional(number)], "MaxQPSIPRule"),
        ([number, optional], "ProxyProtocolValueRule"),
        ([.object("newNMG"), .optional(.boolean), .optional(.boolean)], "NetmaskGroupRule"),
        ([.object("newSuffixMatchNode"), .optional(.boolean)], "SuffixMatchNodeRule"),
        ([.object("newDNSNameSet")], "QNameSetRule"), ([number, number, number], "RecordsCountRule"),
        ([number, number, number, number], "RecordsTypeCountRule"), ([.text, optional], "TagRule"),
    ]

    private static let actions: [Row] = [
        ([.object("Action")], "ContinueAction"), ([number], "DelayAction DelayResponseAction MacAddrAction QPSAction"),
        ([number], "SetMacAddrAction SetTempFailureCacheTTLAction TempFailureCacheTTLAction"),
        ([.boolean], "ECSOverrideAction SetECSOverrideAction"),
        ([number, number], "ECSPrefixLengthAction SetECSPrefixLengthAction"),
        ([number, answer], "RCodeAction ERCodeAction"), ([.text], "PoolAction LuaFFIPerThreadAction"),
        ([number, .text], "QPSPoolAction SetAdditionalProxyProtocolValueAction SetEDNSOptionAction"),
        ([number, .text, optional, answer], "HTTPStatusAction"),
        ([optional, .optional(.boolean), .optional(.boolean), .optional(.boolean)], "LogAction"),
        ([.function], "LuaAction LuaFFIAction"), ([optional], "SNMPTrapAction"),
        ([.text, .text], "SetTagAction TagAction"), ([address, .optional(.boolean)], "TeeAction"),
        ([name, answer], "SpoofCNAMEAction"),
        ([.either([.text, .list(.text)]), answer], "SpoofAction SpoofRawAction"),
    ]
}
