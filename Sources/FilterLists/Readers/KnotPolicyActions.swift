import DNS
import Policy
import TextScan

extension KnotConfiguration {
    /// An action that is named without a call; nil for other names.
    func plainAction(_ name: String) throws(ConfigurationFault) -> KnotAction? {
        switch name {
        case "PASS": return .ends(.allow, .ruleAllow, types: nil)
        case "DENY": return .ends(.nxdomain, .block, types: nil)
        // It answers, with SERVFAIL.
        case "DROP": return .ends(.servfail, .block, types: nil)
        case "NO_ANSWER": return .ends(.drop, .block, types: nil)
        case "REFUSE": return .ends(.refused, .block, types: nil)
        case "TC": return .ends(.truncate, .block, types: nil)
        case "QTRACE", "REQTRACE", "IPTRACE", "DEBUG_ALWAYS", "DEBUG_CACHE_MISS": return .goesOn
        default: return nil
        }
    }

    /// An action that a call makes; nil when the function makes none.
    mutating func madeAction(_ name: String, _ call: LuaCall) throws(ConfigurationFault) -> KnotAction? {
        switch name {
        case "policy.STUB" where !isAboutServers(call), "policy.FORWARD" where !isAboutServers(call): throw .unreadable
        case "policy.STUB", "policy.FORWARD", "policy.TLS_FORWARD":
            return .ends(.route(source.extracting(call.range.clampedText).string), .ruleAllow, types: nil)
        case "policy.MIRROR", "policy.DEBUG_IF": return .goesOn
        case "policy.DENY_MSG": return try denial(call)
        case "policy.ANSWER": return try answer(call)
        case "policy.FLAGS", "policy.REROUTE": throw .unsupported(.actionKind)
        default: return nil
        }
    }

    /// Whether an action names servers by their addresses, without which Knot Resolver does not start.
    private func isAboutServers(_ call: LuaCall) -> Bool {
        switch call.arguments.first {
        case .text(let text): return KnotArguments.isServer(text.octets(source))
        case .table(let fields):
            return !fields.isEmpty
                && fields.allSatisfy { field in
                    if field.key == nil, case .text(let text) = field.value {
                        KnotArguments.isServer(text.octets(source))
                    } else {
                        false
                    }
                }
        default: return false
        }
    }

    private mutating func denial(_ call: LuaCall) throws(ConfigurationFault) -> KnotAction {
        guard call.arguments.count < 2 else { throw .unsupported(.answerOption) }
        guard let first = call.arguments.first else { return .ends(.nxdomain, .block, types: nil) }
        guard case .text(let text) = try value(first) else { throw .unreadable }
        let message = text.octets(source)
        guard message.count < 255 else { throw .bad }
        let owner = [11] + Array("explanation".utf8) + [7] + Array("invalid".utf8) + [0]
        guard let name = try? DomainName(wire: owner) else { throw .bad }
        let record = LocalRecord(type: .txt, ttl: 10_800, data: [UInt8(message.count)] + message)
        return .ends(.negative(isNXDomain: true, OwnedRecord(owner: name, record: record)), .block, types: nil)
    }

    /// `{[kres.type.A] = {rdata = …, ttl = …}, …}`, and whether other types get NODATA.
    private mutating func answer(_ call: LuaCall) throws(ConfigurationFault) -> KnotAction {
        guard case .table(let fields)? = call.arguments.first else { throw .unsupported(.program) }
        var hidesOthers = false
        if call.arguments.count > 1 {
            guard case .boolean(let flag) = call.arguments[1] else { throw .unsupported(.program) }
            hidesOthers = flag
        }
        var records: [LocalRecord] = []
        for field in fields {
            guard let type = type(field.key), case .table(let parts) = field.value else {
                throw .unsupported(.program)
            }
            // One of these would stand for other types as well.
            guard type != .cname, type != .soa else { throw .unsupported(.actionKind) }
            records += try self.records(type, parts)
        }
        guard records.count <= 100, Set(records).count == records.count else { throw .unsupported(.tooManyParts) }
        let types = Set(records.map(\.type)).sorted { $0.rawValue < $1.rawValue }
        if types.isEmpty { return hidesOthers ? .ends(.nodata, .block, types: nil) : .goesOn }
        return .ends(.records(records), .block, types: hidesOthers ? nil : types)
    }

    private func type(_ key: LuaExpression?) -> RRType? {
        switch key {
        case .number(let number) where number >= 0 && number < 65_536: return RRType(rawValue: UInt16(number))
        case .path(let path) where path.count == 3:
            guard source.extracting(path[0]).equals("kres"), source.extracting(path[1]).equals("type") else {
                return nil
            }
            return RRType(source.extracting(path[2]).string)
        default: return nil
        }
    }

    private mutating func records(_ type: RRType, _ parts: [LuaField]) throws(ConfigurationFault) -> [LocalRecord] {
        var lifetime: UInt32 = 1
        var data: [[UInt8]] = []
        for part in parts {
            guard case .text(let key)? = part.key else { throw .unsupported(.program) }
            switch (source.extracting(key.content).string, part.value) {
            case ("ttl", .number(let number)) where number >= 0 && number <= 2_147_483_647: lifetime = UInt32(number)
            case ("rdata", .table(let fields)):
                for field in fields {
                    guard field.key == nil else { throw .unsupported(.program) }
                    data.append(try rdata(field.value, type))
                }
            case ("rdata", let value): data.append(try rdata(value, type))
            default: throw .unsupported(.program)
            }
        }
        guard !data.isEmpty else { throw .unsupported(.program) }
        return data.map { LocalRecord(type: type, ttl: lifetime, data: $0) }
    }

    /// `kres.str2ip("…")`, or the octets themselves.
    private mutating func rdata(_ value: LuaExpression, _ type: RRType) throws(ConfigurationFault) -> [UInt8] {
        let octets: [UInt8]
        switch value {
        case .text(let text): octets = text.octets(source)
        case .call(let call) where call.name(source) == "kres.str2ip":
            guard case .text(let text)? = call.arguments.first, let address = IPAddress(text: text.octets(source))
            else { throw .unsupported(.program) }
            octets = address.octets
        default: throw .unsupported(.program)
        }
        // What the engine makes of data that does not fit its type is not modelled.
        switch type {
        case .a: guard octets.count == 4 else { throw .unsupported(.actionKind) }
        case .aaaa: guard octets.count == 16 else { throw .unsupported(.actionKind) }
        case .txt:
            guard let first = octets.first, octets.count == Int(first) + 1 else { throw .unsupported(.actionKind) }
        default: throw .unsupported(.actionKind)
        }
        return octets
    }
}

extension Range<Int> {
    /// No more of a text than is good to show.
    fileprivate var clampedText: Range<Int> { lowerBound..<Swift.min(upperBound, lowerBound + 200) }
}
