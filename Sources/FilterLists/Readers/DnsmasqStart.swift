import DNS
import Policy
import TextScan

/// What of a configuration as a whole keeps dnsmasq 2.90 from starting, or from answering, or makes that the machine's business
/// (`main`, `src/dnsmasq.c`, and the end of `read_opts`, `src/option.c`; compared with the running engine).
struct DnsmasqStart {
    private typealias Place = (rule: Range<Int>, line: Int)

    /// Options that were said; the last place of each.
    private var said: [String: Place] = [:]
    private var numbers: [String: Int] = [:]
    /// The first statement of which it is open whether dnsmasq starts.
    private var open: (place: Place, reason: UnsupportedReason)?
    private var bound: Place?
    private var resolvFiles = 0
    private var resolvFile: Place?
    private var hasRootAnchor = false
    private var hasDefaultDomain = false
    private var hasDHCPRange = false
    private var leases: Place?
    private var hosts: Set<[UInt8]> = []
    private var aliases: [[UInt8]: (target: [UInt8], place: Place)] = [:]

    /// Notes an option; false for one with which dnsmasq does not start.
    mutating func note(_ option: DnsmasqOption) -> Bool {
        let place = (option.rule, option.line)
        switch DnsmasqArguments.read(option) {
        case .taken: break
        case .refused: return false
        // Its own list says so.
        case .open where option.isElsewhere: break
        case .open(let reason): open = open ?? (place, reason)
        }
        let name = option.name == "dhcp-lease" ? "dhcp-leasefile" : option.name
        if said.updateValue(place, forKey: name) != nil, DnsmasqArguments.once.contains(name) { return false }
        numbers[name] = DnsmasqArguments.integer(option.value)
        switch name {
        case "cname": return noteAlias(option)
        case "interface": noteBound(option) { $0 == Array("lo".utf8) || $0.isEmpty }
        case "listen-address": noteBound(option) { $0.starts(with: Array("127.".utf8)) || $0 == Array("::1".utf8) }
        case "resolv-file":
            resolvFiles += 1
            if !DnsmasqArguments.isOnEveryMachine(option.value) { resolvFile = place }
        case "trust-anchor": hasRootAnchor = hasRootAnchor || option.octets(0) == [0x2E]
        case "domain", "domain-suffix":
            hasDefaultDomain = hasDefaultDomain || option.count == 1 && !option.value.isEmpty
        case "dhcp-range": hasDHCPRange = true
        case "dhcp-leasefile": if !DnsmasqArguments.isOnEveryMachine(option.value) { leases = place }
        case "dhcp-host":
            // An address twice is refused.
            for index in 0..<option.count where IPAddress(text: option.octets(index)) != nil {
                if !hosts.insert(option.octets(index)).inserted { return false }
            }
        default: break
        }
        return true
    }

    private mutating func noteBound(_ option: DnsmasqOption, _ isEverywhere: ([UInt8]) -> Bool) {
        guard !(0..<option.count).allSatisfy({ isEverywhere(option.octets($0)) }) else { return }
        bound = bound ?? (option.rule, option.line)
    }

    /// Notes the aliases of `cname=ALIAS,[ALIAS,…]TARGET[,TTL]`; false for one that is there already.
    private mutating func noteAlias(_ option: DnsmasqOption) -> Bool {
        var last = option.count - 1
        if last > 1, option.octets(last).span.decimal != nil { last -= 1 }
        guard last > 0 else { return true }
        let target = Self.key(option, last)
        for index in 0..<last {
            let alias = Self.key(option, index)
            if aliases.updateValue((target, (option.rule, option.line)), forKey: alias) != nil { return false }
        }
        return true
    }

    private static func key(_ option: DnsmasqOption, _ index: Int) -> [UInt8] {
        option.name(index)?.wire ?? option.octets(index).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    /// The last alias of those that lead to themselves, directly or not.
    private var loop: Place? {
        var done: Set<[UInt8]> = []
        for start in aliases.keys where !done.contains(start) {
            var path: Set<[UInt8]> = []
            var name = start
            while let alias = aliases[name], !done.contains(name) {
                if !path.insert(name).inserted {
                    return path.compactMap { aliases[$0]?.place }.max { $0.line < $1.line }
                }
                name = alias.target
            }
            done.formUnion(path)
        }
        return nil
    }

    /// Says what keeps dnsmasq from starting, and leaves everything open where that is not known.
    mutating func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        // What stands elsewhere is said there.
        for place in refusals where place.line != DnsmasqOption.elsewhere {
            sink.drop(.badStatement, text, place.rule, place.line)
        }
        for (place, reason) in [open.map { ($0.place, $0.reason) }, doubt].compactMap({ $0 })
        where place.line != DnsmasqOption.elsewhere {
            sink.skip(reason, text, place.rule, place.line)
            sink.leaveOpen(.subtree, .root, class: .special, rule: place.rule, line: place.line)
        }
    }

    /// Statements that do not go together.
    private var refusals: [Place] {
        var places: [Place] = []
        if said["bind-interfaces"] != nil, let place = said["bind-dynamic"] { places.append(place) }
        if said["conntrack"] != nil, let place = said["query-port"] { places.append(place) }
        let (least, most) = (numbers["min-port"] ?? 1_024, numbers["max-port"] ?? 65_535)
        if most != 0, most < least, let place = said["max-port"] ?? said["min-port"] { places.append(place) }
        if said["no-poll"] != nil, said["no-resolv"] == nil, resolvFiles > 1, let place = said["resolv-file"] {
            places.append(place)
        }
        if said["dnssec"] != nil, let place = said["cache-size"], numbers["cache-size"] ?? 150 < 150 {
            places.append(place)
        }
        if let loop { places.append(loop) }
        return places
    }

    /// A statement that depends on other files or on the machine, or with which nothing is answered.
    private var doubt: (Place, UnsupportedReason)? {
        if let place = said["port"], numbers["port"] == 0 { return (place, .service) }
        if let place = said["dns-forward-max"], numbers["dns-forward-max"] ?? 1 <= 0 { return (place, .service) }
        if let bound, said["bind-interfaces"] != nil { return (bound, .interface) }
        if let resolvFile, said["no-resolv"] == nil { return (resolvFile, .start) }
        if let leases, hasDHCPRange { return (leases, .start) }
        if let place = said["tftp-root"], said["enable-tftp"] != nil, said["tftp-no-fail"] == nil {
            return (place, .start)
        }
        if let place = said["dhcp-scriptuser"], said["dhcp-script"] != nil { return (place, .start) }
        if let place = said["dnssec-timestamp"], said["dnssec"] != nil { return (place, .start) }
        // The domain and the anchors may be said in a file that is not given.
        if let place = said["dhcp-fqdn"], !hasDefaultDomain { return (place, .start) }
        if let place = said["dnssec"], !hasRootAnchor { return (place, .start) }
        return nil
    }
}
