import DNS
import Policy
import TextScan

/// What the functions of dnsdist 1.7.3 take (each called in the running engine with values of several kinds, and with numbers
/// from -1 to far beyond what fits), and what they make: with anything else it was not seen to start.
enum DnsdistArguments {
    /// A function that is named, or a method: `Pool:setCache`; nil for one that was not seen to start.
    static func function(_ name: String) -> LuaFunction? { functions[name] }

    private static let functions: [String: LuaFunction] = {
        var functions: [String: LuaFunction] = [:]
        for (form, names) in settings + makers + rules + actions + methods {
            for name in names.split(separator: " ").map(String.init) {
                functions[name] = LuaFunction(takes: form, makes: made(name))
            }
        }
        functions.merge(LuaLibrary.functions) { own, _ in own }
        return functions
    }()

    /// What a function makes.
    private static func made(_ name: String) -> LuaArgument {
        if let kind = kinds[name] { return .object(kind) }
        guard name.first?.isUppercase == true, !name.contains(":") else { return .unknown }
        for kind in ["ResponseAction", "Action", "Rule"] where name.hasSuffix(kind) { return .object(kind) }
        return .unknown
    }

    private static let kinds: [String: String] = {
        // What `newServerPolicy` makes is no policy to what takes one (1.7.3 says so).
        var kinds = [
            "newRuleAction": "RuleAction", "makeRule": "Rule", "TimedIPSetRule": "TimedIPSetRule", "getPool": "Pool",
            "dynBlockRulesGroup": "DynBlockRulesGroup", "newServer": "Server", "newPacketCache": "PacketCache",
            "exceedQTypeRate": "counts", "hashPassword": "text", "newRemoteLogger": "RemoteLogger",
            "newFrameStreamUnixLogger": "FrameStream", "newFrameStreamTcpLogger": "FrameStream",
        ]
        for name in ["exceedNXDOMAINs", "exceedQRate", "exceedRespByterate", "exceedServFails"] {
            kinds[name] = "counts"
        }
        for name in ["newSuffixMatchNode", "newDNSNameSet", "newNMG", "newDNSName", "newServerPolicy"] {
            kinds[name] = name
        }
        return kinds
    }()

    private static let number = LuaForm.number(0...2_147_483_647)
    private static let word = LuaForm.number(0...65_535)
    private static let rule = LuaForm.object("Rule")
    private static let name = LuaForm.check { isName($0) }
    /// `ADDRESS[:PORT]`, `[ADDRESS]:PORT`.
    private static let address = LuaForm.either([.check { isAddress($0) }, .number(0...0)])
    /// Networks, `!` in front of those that are left out.
    private static let networks = LuaForm.check { text in
        let parts = text.split(separator: 0x2C)
        return !parts.isEmpty
            && parts.allSatisfy { part in
                let part = part.drop { $0 == 0x20 || $0 == 0x21 }.prefix { $0 != 0x20 }
                return AddressRange(String(decoding: part, as: UTF8.self)) != nil
            }
    }
    private static let network = LuaForm.check { isNetwork($0) }
    private static let table = LuaForm.options([:])
    /// 8-4-4-4-12 hexadecimal digits.
    private static let uuid = LuaForm.check { text in
        let parts = text.split(separator: 0x2D, omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { part in part.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } }
    }
    /// What `addAction` makes a rule of: networks are those whose beginning looks like an address.
    private static let place = LuaForm.check { text in
        DnsdistConfiguration.looksLikeNetmask(text.span) || isName(text)
    }
    private static let places = LuaForm.either([
        place, .list(.check { isName($0) || isNetwork($0) }), rule, .object("newDNSName"),
    ])
    private static let selection = LuaForm.optional(.options(["name": .text, "uuid": uuid]))
    private static let action = LuaForm.object("Action")
    private static let responseAction = LuaForm.object("ResponseAction")
    private static let quad = LuaForm.number(0...4_294_967_295)

    private static func isName(_ text: [UInt8]) -> Bool {
        text.isEmpty || (try? DomainName(presentation: text)) != nil
    }

    private static func isNetwork(_ text: [UInt8]) -> Bool {
        AddressRange(String(decoding: text.first == 0x21 ? text.dropFirst() : text[...], as: UTF8.self)) != nil
    }

    static func isAddress(_ text: [UInt8]) -> Bool {
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
        for key in ["name", "checkType", "tls", "subjectName", "dohPath", "healthCheckMode"] { forms[key] = .text }
        // They have to be there, and to mean something to the library of TLS.
        for key in ["source", "caStore", "ciphers", "ciphersTLS13"] { forms[key] = .unseen }
        for key in [
            "qps", "order", "retries", "tcpConnectTimeout", "tcpSendTimeout", "tcpRecvTimeout", "checkClass",
            "maxCheckFailures", "checkInterval", "rise", "maxInFlight", "weight", "addXPF",
        ] { forms[key] = number }
        for key in [
            "tcpFastOpen", "ipBindAddrNoPort", "setCD", "mustResolve", "useClientSubnet", "disableZeroScope",
            "useProxyProtocol", "reconnectOnUp", "checkTCP", "tcpOnly",
        ] { forms[key] = .boolean }
        for key in ["validateCertificates", "releaseBuffers", "enableRenegotiation", "ktls", "addXForwardedHeaders"] {
            forms[key] = .either([.boolean, .unseen])
        }
        forms["checkFunction"] = .function
        forms["cpus"] = .list(word)
        forms["sockets"] = .number(0...1000)
        forms["checkTimeout"] = .number(0...10_000)
        forms["id"] = uuid
        return forms
    }()

    private static let web: [String: LuaForm] = [
        "password": .text, "apiKey": .text, "customHeaders": table, "acl": .either([networks, .check(\.isEmpty)]),
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
    private static let flag = LuaForm.optional(.boolean)
    /// What is there where no certificate is named; one that is named has to be there.
    private static let noFiles = LuaForm.optional(.either([.list(.unseen), .unseen]))
    private static let files = LuaForm.optional(.either([.text, .list(.text)]))
    private static let dynamic = LuaForm.either([.object("DNSAction"), .unseen])
    private static let limits: [LuaForm] = [.optional(dynamic), .optional(number)]
    private static let share = LuaForm.number(0...1)
    private static let power = LuaForm.custom { argument in
        guard case .number(let number) = argument else { return .unseen }
        return [1024, 2048, 4096, 8192, 16_384, 32_768].contains(number) ? .taken : .unseen
    }
    private static let exported = LuaForm.options(["serverID": .text, "ipEncryptKey": .text])
    private static let ip = LuaForm.either([.check { IPAddress(text: $0) != nil }, .unseen])
    private static let type = LuaForm.either([
        word,
        .check { DnsdistGlobals.words["DNSQType"]?.contains(String(decoding: $0, as: UTF8.self).uppercased()) == true },
    ])
    private static let expression = LuaForm.custom { argument in
        guard case .text(let text) = argument, !text.isEmpty else { return .unseen }
        return PosixExpression.isPortable(text.span) || PosixExpression.isExpression(text) ? .taken : .unseen
    }
    private static let re2 = LuaForm.custom { argument in
        guard case .text(let text) = argument else { return .unseen }
        do throws(RegexError) { _ = try NameRegex(text.span, .re2(ignoresCase: true)) } catch {
            if case .syntax = error { return .refused }
        }
        return .taken
    }

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
        ([.text], "makeIPCipherKey sendCustomTrap"), ([.text, .optional(power)], "hashPassword"),
        ([rule, .optional(number), optional], "benchRule"),
        ([.either([.text, .list(.text)]), .optional(number)], "grepq"), ([optional], "testCrypto"),
        ([address, .optional(.options(locals))], "addLocal setLocal"), ([address], "controlSocket"),
        ([networks], "addConsoleACL addACL"),
        ([.either([networks, .list(network)])], "setConsoleACL setACL"), ([.either([network, .unseen])], "rmACL"),
        (
            [address, noFiles, noFiles, .optional(.either([.text, .list(.text)])), .optional(.options(locals))],
            "addDOHLocal"
        ),
        ([address, optional, .optional(number), optional, optional], "carbonServer"),
        ([address, optional, optional, .optional(table), .optional(.either([.text, .list(.text)]))], "webserver"),
        ([.optional(.options(web))], "setWebserverConfig"), ([.boolean, optional], "snmpAgent setAPIWritable"),
        ([dynamic], "setDynBlocksAction"),
        ([.either([.list(.never), .object("counts")]), .text, number, .optional(dynamic)], "addDynBlocks"),
        ([.list(name), .text, .either([number, .unseen]), .optional(dynamic)], "addDynBlockSMT"),
        ([places, action, selection], "addAction"),
        ([places, responseAction, selection], "addResponseAction addCacheHitResponseAction"),
        ([places, responseAction, selection], "addSelfAnsweredResponseAction"),
        ([.list(.object("RuleAction"))], "setRules"),
        (
            [.either([.number(0...1e6), .text])],
            "rmRule rmResponseRule rmCacheHitResponseRule rmSelfAnsweredResponseRule"
        ),
        ([.number(0...1e6), .number(0...1e6)], "mvRule"),
        (
            [],
            "clearConsoleHistory clearDynBlocks clearQueryCounters clearRules delta dumpStats inClientStartup inConfigCheck"
        ),
        ([], "makeKey mvCacheHitResponseRuleToTop mvResponseRuleToTop mvRuleToTop mvSelfAnsweredResponseRuleToTop"),
        ([], "getBindCount getDNSCryptBindCount getDOHFrontendCount getOutgoingTLSSessionCacheSize getServers"),
        (
            [],
            "getStatisticsCounters getTLSFrontendCount showACL showBinds showConsoleACL showDNSCryptBinds showDOHFrontends"
        ),
        ([], "showDOHResponseCodes showDynBlocks showPools showResponseLatency showSecurityStatus showServerPolicy"),
        ([], "showTLSContexts showTLSErrorCounters showVersion showWebserverConfig"),
        (
            [.optional(table)],
            "showCacheHitResponseRules showResponseRules showRules showSelfAnsweredResponseRules showServers"
        ),

        ([address, .text, files, files, .optional(.options(locals))], "addDNSCryptBind"),
        ([.function], "setQueryCountFilter"), ([.check(\.isEmpty)], "showPoolServerPolicy getPoolServers"),
        ([.object("Policy")], "setServerPolicy"),
        ([.object("Policy"), .text], "setPoolServerPolicy"), ([.text, .function], "setServerPolicyLua"),
        ([.text, .function], "setServerPolicyLuaFFI"),
        ([.text, .function, .text], "setPoolServerPolicyLua setPoolServerPolicyLuaFFI"),
        ([.either([.text, .list(.text)])], "addCapabilitiesToRetain"),
        ([.either([.text, .having("address", .options(server))]), .optional(number)], "newServer"),
    ]

    private static let makers: [Row] = [
        ([name], "newDNSName"), ([.number(1...10_000_000), .optional(.options(cache))], "newPacketCache"),
        ([.text], "getPool"), ([.text, .function], "newServerPolicy"), ([number, number], "newQPSLimiter"),
        ([], "dynBlockRulesGroup newSuffixMatchNode newDNSNameSet newNMG"),
        ([places, action, selection], "newRuleAction"),
        ([address, .optional(number), .optional(number), .optional(number)], "newRemoteLogger"),
        ([address], "newFrameStreamTcpLogger"), ([.check { !$0.isEmpty }], "newFrameStreamUnixLogger"),
        ([number, number], "exceedNXDOMAINs exceedQRate exceedRespByterate exceedServFails"),
        ([number, number, number], "exceedQTypeRate"), ([.optional(number)], "topClients topRules topResponseRules"),
        (
            [.optional(number)],
            "topBandwidth topQueries topResponses topSlow topCacheHitRules topSelfAnsweredResponseRules"
        ),
    ]

    private static let rules: [Row] = [
        ([], "AllRule DNSSECRule RDRule TimedIPSetRule TrailingDataRule"), ([places], "makeRule"),
        ([.list(rule)], "AndRule OrRule"), ([rule], "NotRule"), ([.boolean], "TCPRule"), ([name], "QNameRule"),
        ([number], "DSTPortRule EDNSOptionRule EDNSVersionRule ERCodeRule OpcodeRule QClassRule RCodeRule ProbaRule"),
        ([type], "QTypeRule"), ([number, number], "QNameLabelsCountRule QNameWireLengthRule"),
        ([.text, expression], "HTTPHeaderRule"), ([.text], "HTTPPathRule PoolAvailableRule"),
        ([.text], "SNIRule LuaFFIPerThreadRule"), ([expression], "RegexRule HTTPPathRegexRule"), ([re2], "RE2Rule"),
        ([.text, number], "PoolOutstandingRule"),
        ([.function], "LuaRule LuaFFIRule"), ([number, .optional(number)], "MaxQPSRule"),
        ([number, .optional(number), .optional(number)], "MaxQPSIPRule"),
        ([number, optional], "ProxyProtocolValueRule"),
        ([.object("newNMG"), .optional(.boolean), .optional(.boolean)], "NetmaskGroupRule"),
        ([.object("newSuffixMatchNode"), .optional(.boolean)], "SuffixMatchNodeRule"),
        ([.object("newDNSNameSet")], "QNameSetRule"), ([number, number, number], "RecordsCountRule"),
        ([number, number, number, number], "RecordsTypeCountRule"), ([.text, optional], "TagRule"),
    ]

    private static let actions: [Row] = [
        ([], "AllowAction DropAction TCAction NoneAction NoRecurseAction SetNoRecurseAction DisableECSAction"),
        (
            [],
            "SetDisableECSAction DisableValidationAction SetDisableValidationAction SetSkipCacheAction SkipCacheAction"
        ),
        ([], "AllowResponseAction DropResponseAction SetSkipCacheResponseAction"), ([action], "ContinueAction"),
        ([number], "DelayAction DelayResponseAction MacAddrAction QPSAction"),
        ([number], "SetMacAddrAction SetTempFailureCacheTTLAction TempFailureCacheTTLAction"),
        ([.boolean], "ECSOverrideAction SetECSOverrideAction"),
        ([number, number], "ECSPrefixLengthAction SetECSPrefixLengthAction"),
        ([number, answer], "RCodeAction ERCodeAction"), ([.text], "PoolAction LuaFFIPerThreadAction"),
        ([number, .text], "QPSPoolAction SetAdditionalProxyProtocolValueAction SetEDNSOptionAction"),
        ([number, .text, optional, answer], "HTTPStatusAction"),
        // A file has to be one that can be written to.
        (
            [.optional(.either([.check(DnsdistConfiguration.isUsualLog), .unseen])), flag, flag, flag, flag, flag],
            "LogAction"
        ),
        ([.function], "LuaAction LuaFFIAction LuaResponseAction LuaFFIResponseAction"),
        ([optional], "SNMPTrapAction SNMPTrapResponseAction"), ([network, .optional(network)], "SetECSAction"),
        ([.object("RemoteLogger"), .optional(.function), .optional(exported)], "RemoteLogAction"),
        ([.object("RemoteLogger"), .optional(.function), flag, .optional(exported)], "RemoteLogResponseAction"),
        ([.text, .object("FrameStream"), .optional(.function)], "DnstapLogAction DnstapLogResponseAction"),
        ([.boolean, name, quad, name, name, quad, quad, quad, quad, quad, answer], "NegativeAndSOAAction"),
        ([.boolean, name, quad, name, name, quad, quad, quad, quad, quad, answer], "SetNegativeAndSOAAction"),
        ([.text, .text], "SetTagAction TagAction SetTagResponseAction TagResponseAction"),
        ([address, .optional(.boolean)], "TeeAction"),
        ([name, answer], "SpoofCNAMEAction"),
        ([.either([ip, .list(ip)]), answer], "SpoofAction"),
        ([.either([.text, .list(.text)]), answer], "SpoofRawAction"),
    ]

    private static let methods: [Row] = [
        ([.text], "Server:addPool"), ([], "Server:setUp Server:setDown Server:getName Server:isUp"),
        ([.optional(.boolean)], "Server:setAuto"), ([number], "Server:setQPS"),
        ([.object("PacketCache")], "Pool:setCache"), ([], "Pool:unsetCache Pool:getECS"), ([.boolean], "Pool:setECS"),
        ([number], "PacketCache:expunge PacketCache:purgeExpired"),
        ([], "PacketCache:isFull PacketCache:toString PacketCache:printStats PacketCache:getStats"),
        ([.object("newDNSName"), .optional(word), flag], "PacketCache:expungeByName"),
        ([network], "newNMG:addMask"), ([], "newNMG:clear newNMG:size"),
        (
            [.either([name, .object("newDNSName"), .list(.either([name, .object("newDNSName")]))])],
            "newSuffixMatchNode:add"
        ),
        (
            [.either([name, .object("newDNSName"), .list(.either([name, .object("newDNSName")]))])],
            "newSuffixMatchNode:remove"
        ),
        (
            [.object("newDNSName")],
            "newSuffixMatchNode:check newDNSNameSet:add newDNSNameSet:delete newDNSNameSet:check"
        ),
        ([], "newDNSNameSet:clear newDNSNameSet:size newDNSNameSet:empty newDNSName:toString newDNSName:countLabels"),
        (
            [number, number, .text, number] + limits,
            "DynBlockRulesGroup:setQueryRate DynBlockRulesGroup:setResponseByteRate"
        ),
        (
            [number, number, number, .text, number] + limits,
            "DynBlockRulesGroup:setRCodeRate DynBlockRulesGroup:setQTypeRate"
        ),
        ([number, share, number, .text, number, number], "DynBlockRulesGroup:setRCodeRatio"),
        ([.either([network, .list(network)])], "DynBlockRulesGroup:excludeRange DynBlockRulesGroup:includeRange"),
        ([.either([name, .list(name)])], "DynBlockRulesGroup:excludeDomains"),
        ([.boolean], "DynBlockRulesGroup:setQuiet"),
        ([], "DynBlockRulesGroup:apply DynBlockRulesGroup:toString"),
    ]
}
