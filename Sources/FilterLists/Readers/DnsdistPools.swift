import DNS
import Policy
import TextScan

/// The pools that have servers in a configuration of dnsdist (`newServer`, `addPool`; compared with 1.7.3): of a pool without
/// any nothing is answered, or SERVFAIL where the configuration says so, whatever its cache may have.
struct DnsdistPools {
    private var pools: Set<[UInt8]> = []
    private var servers = 0
    /// Whether a server may be in any pool.
    private var isOpen = false

    /// Takes a statement that may make a server or put one into a pool.
    mutating func note(_ statement: LuaStatement, _ source: Span<UInt8>) {
        switch statement {
        case .call(let call): note(call, source)
        case .assignment(_, .call(let call), _, _): note(call, source)
        default: break
        }
    }

    private mutating func note(_ call: LuaCall, _ source: Span<UInt8>) {
        if call.isMethod {
            guard source.extracting(call.path[call.path.count - 1]).equals("addPool") else { return }
            return take(call.arguments.first, source)
        }
        guard call.path.count == 1, source.extracting(call.path[0]).equals("newServer") else { return }
        servers += 1
        guard case .table(let fields)? = call.arguments.first else {
            pools.insert([])
            return
        }
        var isNamed = false
        for field in fields {
            guard case .text(let key)? = field.key, source.extracting(key.content).equals("pool") else { continue }
            isNamed = true
            if case .table(let names) = field.value {
                for name in names { take(name.value, source) }
            } else {
                take(field.value, source)
            }
        }
        if !isNamed { pools.insert([]) }
    }

    private mutating func take(_ name: LuaExpression?, _ source: Span<UInt8>) {
        if case .text(let text)? = name { pools.insert(text.octets(source)) } else { isOpen = true }
    }

    /// Whether no server is known to be in a pool. A file that makes no server is a part of one that does.
    func lacks(_ pool: String) -> Bool { servers > 0 && !isOpen && !pools.contains(Array(pool.utf8)) }

    /// Whether no server answers what no rule sends to a pool: none is made in parts that are not run either.
    func lacksDefault(_ source: Span<UInt8>) -> Bool {
        guard lacks(""), source.firstRange(of: "addPool") == nil else { return false }
        var (count, start) = (0, 0)
        while start < source.count,
            let found = source.extracting(start..<source.count).firstRange(of: "newServer")
        {
            count += 1
            start += found.upperBound
        }
        return count == servers
    }

    /// Leaves open what goes to pools without servers.
    func apply(to rules: inout LuaRules, _ source: Span<UInt8>, _ sink: inout RuleSink) {
        guard servers > 0 else { return }
        let lacksDefault = lacksDefault(source)
        for index in rules.rules.indices {
            let rule = rules.rules[index]
            switch rule.action {
            case .route(let pool) where lacks(pool): break
            case .allow where lacksDefault: break
            default: continue
            }
            guard !rule.isPlaceholder else { continue }
            sink.skip(.emptyPool, source, rule.range, rule.line)
            rules.rules[index].action = .unsupported
        }
        // What no rule decides goes to the pool without a name.
        if lacksDefault { rules.rules.append(.open(0..<0, 1)) }
    }
}

/// Where a configuration of dnsdist listens: it does not start with the same place twice.
struct DnsdistListeners {
    private var places: [(address: IPAddress?, port: Int?, text: [UInt8])] = []

    /// Takes a call; false for one that listens where another does.
    mutating func take(_ call: LuaCall, _ name: String, _ source: Span<UInt8>) -> Bool {
        guard let port = Self.ports[name], case .text(let text)? = call.arguments.first else { return true }
        if name == "setLocal" { places = [] }
        let place = Self.place(text.octets(source), port)
        defer { places.append(place) }
        return !places.contains { Self.isShared($0, place) }
    }

    /// An address, in brackets or not, and a port, whatever zeros stand in front of it.
    private static func place(_ text: [UInt8], _ port: Int) -> (address: IPAddress?, port: Int?, text: [UInt8]) {
        func address(_ text: [UInt8]) -> IPAddress? {
            IPAddress(text: text.first == 0x5B && text.last == 0x5D ? Array(text.dropFirst().dropLast()) : text)
        }
        if let whole = address(text) { return (whole, port, text) }
        guard let colon = text.lastIndex(of: 0x3A) else { return (nil, nil, text) }
        let own = Int(String(decoding: text[(colon + 1)...], as: UTF8.self))
        return (address(Array(text[..<colon])), own, text)
    }

    /// Whether one takes what the other needs: all addresses of a machine hold each of its own.
    private static func isShared(
        _ left: (address: IPAddress?, port: Int?, text: [UInt8]),
        _ right: (address: IPAddress?, port: Int?, text: [UInt8])
    ) -> Bool {
        guard let one = left.address, let other = right.address, left.port != nil, right.port != nil else {
            return left.text == right.text
        }
        let any: [IPAddress] = [.v4(0), .v6(0, 0)]
        return left.port == right.port && (one == other || any.contains(one) || any.contains(other))
    }

    private static let ports = [
        "addLocal": 53, "setLocal": 53, "addDOHLocal": 443, "addTLSLocal": 853, "addDNSCryptBind": 443,
        "controlSocket": 5199, "webserver": 8083,
    ]
}
