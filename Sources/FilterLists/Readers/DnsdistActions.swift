import DNS
import Policy
import TextScan

extension DnsdistConfiguration {
    /// The action that a call makes (`dnsdist-lua-actions.cc`); nil when the function makes none.
    mutating func action(_ name: String, _ call: LuaCall) throws(ConfigurationFault) -> DnsdistAction? {
        switch name {
        case "AllowAction": return .ends(.allow, .ruleAllow, types: nil)
        case "DropAction": return .ends(.drop, .block, types: nil)
        case "TCAction": return .ends(.truncate, .block, types: nil)
        case "PoolAction": return .ends(.route(try text(call, 0).octets(source).text), .ruleAllow, types: nil)
        case "RCodeAction", "ERCodeAction":
            _ = try lifetime(call, 1)
            return .ends(try code(number(call, 0)), .block, types: nil)
        case "SpoofAction": return try spoof(call)
        case "SpoofCNAMEAction":
            let target = try domainName(try text(call, 0))
            let record = LocalRecord(type: .cname, ttl: try lifetime(call, 1), data: target.wire)
            return .ends(.records([record]), .block, types: nil)
        case "NegativeAndSOAAction", "SetNegativeAndSOAAction": return try negative(call)
        case "LogAction":
            if let file = call.arguments.first, case .text(let path) = try value(file), !path.octets(source).isEmpty {
                logs.append(call.range)
            }
            return .goesOn
        default:
            if Self.goOn.contains(name) { return .goesOn }
            guard Self.otherActions.contains(name) else { return nil }
            throw .unsupported(.actionKind)
        }
    }

    private func code(_ number: Double) throws(ConfigurationFault) -> RuleAction {
        switch number {
        case 0: return .nodata
        case 2: return .servfail
        case 3: return .nxdomain
        case 5: return .refused
        default: throw .unsupported(.actionKind)
        }
    }

    /// Addresses for their own families and ANY; other types are left to the next rules.
    private mutating func spoof(_ call: LuaCall) throws(ConfigurationFault) -> DnsdistAction {
        let lifetime = try lifetime(call, 1)
        let texts: [LuaText]
        switch try value(call, 0) {
        case .text(let text): texts = [text]
        case .texts(let list): texts = list
        default: throw .unsupported(.program)
        }
        guard texts.count <= 100 else { throw .unsupported(.tooManyParts) }
        guard !texts.isEmpty else { return .goesOn }
        var records: [LocalRecord] = []
        for text in texts {
            guard let address = IPAddress(text: text.octets(source)) else { throw .unreadable }
            records.append(LocalRecord(address, ttl: lifetime))
        }
        let types = Set(records.map(\.type)).sorted { $0.rawValue < $1.rawValue } + [.any]
        return .ends(.records(records), .block, types: types)
    }

    /// `nxd, zone, ttl, mname, rname, serial, refresh, retry, expire, minimum`.
    private mutating func negative(_ call: LuaCall) throws(ConfigurationFault) -> DnsdistAction {
        guard case .boolean(let isNXDomain) = try value(call, 0) else { throw .unsupported(.program) }
        _ = try lifetime(call, 10)
        let zone = try domainName(try text(call, 1))
        var data = try domainName(try text(call, 3)).wire + domainName(try text(call, 4)).wire
        for index in 5..<10 {
            let number = try word(call, index)
            for shift in [24, 16, 8, 0] as [UInt32] { data.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        let record = LocalRecord(type: .soa, ttl: try word(call, 2), data: data)
        let owned = OwnedRecord(owner: zone, record: record)
        return .ends(.negative(isNXDomain: isNXDomain, owned), .block, types: nil)
    }

    private mutating func word(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> UInt32 {
        let number = try number(call, index)
        guard number <= 4_294_967_295 else { throw .bad }
        return UInt32(number)
    }

    private func domainName(_ text: LuaText) throws(ConfigurationFault) -> DomainName {
        let octets = text.octets(source)
        guard let name = octets.isEmpty ? .root : try? DomainName(presentation: octets) else { throw .bad }
        return name
    }

    /// The TTL among the options of an action; options that change flags are not evaluated.
    private mutating func lifetime(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> UInt32? {
        guard index < call.arguments.count else { return nil }
        guard case .table(let fields) = call.arguments[index] else { throw .unsupported(.program) }
        var lifetime: UInt32?
        for field in fields {
            guard case .text(let key)? = field.key else { throw .unsupported(.program) }
            switch (source.extracting(key.content).string, try value(field.value)) {
            case ("ttl", .number(let number)) where number >= 0 && number <= 4_294_967_295: lifetime = UInt32(number)
            case ("aa", .boolean(false)), ("ra", .boolean(true)), ("ad", .boolean(false)): continue
            default: throw .unsupported(.answerOption)
            }
        }
        return lifetime
    }

    /// Whether what a log is written to is no file, or one where logs usually are: with one that cannot be written dnsdist does not
    /// start (1.7.3), so that is taken for granted of these, and said.
    static let isUsualLog: @Sendable ([UInt8]) -> Bool = { path in
        path.isEmpty
            || ["/tmp/", "/var/tmp/", "/var/log/", "/dev/std", "/dev/null"].contains { path.starts(with: $0.utf8) }
    }

    /// Actions after which the next rule is tried, and that change nothing that is modelled.
    private static let goOn: Set<String> = [
        "NoneAction", "DelayAction", "RemoteLogAction", "DnstapLogAction", "SNMPTrapAction", "TeeAction",
        "SetTagAction", "TagAction", "SetSkipCacheAction", "SkipCacheAction", "SetTempFailureCacheTTLAction",
        "TempFailureCacheTTLAction", "SetECSAction", "SetECSOverrideAction", "ECSOverrideAction",
        "SetECSPrefixLengthAction", "ECSPrefixLengthAction", "SetDisableECSAction", "DisableECSAction",
        "SetMacAddrAction", "MacAddrAction", "SetEDNSOptionAction", "SetDisableValidationAction",
        "DisableValidationAction", "SetProxyProtocolValuesAction", "SetAdditionalProxyProtocolValueAction",
        "KeyValueStoreLookupAction", "KeyValueStoreRangeLookupAction",
    ]
    private static let otherActions: Set<String> = [
        "ContinueAction", "HTTPStatusAction", "LuaAction", "LuaFFIAction", "LuaFFIPerThreadAction", "QPSAction",
        "QPSPoolAction", "SetNoRecurseAction", "NoRecurseAction", "SpoofRawAction", "SpoofSVCAction",
    ]
}

extension [UInt8] {
    /// The octets as a string.
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
