import DNS
import Policy
import TextScan

/// The values of one `acl` of squid.conf, all its lines together.
struct SquidAccessList {
    /// What is asked of a request.
    enum Kind: Equatable {
        /// The host's name; its parts are properties of names.
        case host
        /// The client's address.
        case client
        /// The port that is asked for.
        case port
        /// The method.
        case method
        /// The hour.
        case time
        /// Other lists: one of them, or all of a line.
        case group
        /// Something else.
        case other
    }

    /// A request that update clients make.
    struct Request {
        let method: StaticString
        let port: UInt64
        /// A plain request, and a tunnel.
        static let all = [Request(method: "GET", port: 80), Request(method: "CONNECT", port: 443)]
    }

    let kind: Kind
    /// Its name as it is first said: `deny_info` compares with case.
    var name: [UInt8] = []
    /// The word for the type: squid refuses a second one for a name.
    let type: [UInt8]
    var names: (below: [DomainName], exact: [DomainName]) = ([], [])
    /// Where these stand, and the value that is added next.
    private var namePlaces: (below: NameProperty.Places, exact: NameProperty.Places) = (.init(), .init())
    var nextPlace = ListEntry(path: "", line: 0, text: "")
    private(set) var expressions: [(pattern: [UInt8], entry: ListEntry)] = []
    /// What holds for the hosts of expressions that are not evaluated.
    var widened: [NameCondition] = []
    private(set) var clients = SquidAddresses()
    var ports: [ClosedRange<UInt64>] = []
    var methods: [[UInt8]] = []
    private(set) var hours = SquidHours()
    /// Of other lists: alternatives, in each of which all must hold.
    private(set) var groups: [[[UInt8]]] = []
    /// The values of a line of `all-of` so far.
    private var together: [[UInt8]] = []
    /// The values of `dstdomain` and where each stands, to find those that squid does not start with.
    private var values: [UInt8] = []
    private var entries: [SquidReader.Entry] = []
    private var entryPlaces = NameProperty.Places()
    /// Whether the names of hosts that are spelled as addresses are looked up, too: unless `-n` is said.
    var looksUpAddresses = true
    /// Whether a value is not known here.
    var isOpen = false
    /// Why values are not known that stand in a file.
    private(set) var missing: UnsupportedReason?

    /// What becomes of a value.
    enum Addition {
        case added
        /// squid goes on without it.
        case ignored
        /// squid refuses to start.
        case refused
    }

    /// Whether its values are regular expressions that are known here.
    var isExpression: Bool { type.elementsEqual("dstdom_regex".utf8) }

    /// A list of a type that squid.conf names.
    init(type: Span<UInt8>) {
        self.type = type.octets
        kind =
            if type.equals("dstdomain") || type.equals("dstdom_regex") {
                .host
            } else if type.equals("src") {
                .client
            } else if type.equals("port") {
                .port
            } else if type.equals("method") {
                .method
            } else if type.equals("time") {
                .time
            } else if type.equals("any-of") || type.equals("all-of") {
                .group
            } else {
                .other
            }
        isOpen = kind == .other
    }

    /// The lists that squid 5.7 has of its own, by their names in lower case.
    static let builtIn: [[UInt8]: SquidAccessList] = {
        var everybody = SquidAccessList(type: Array("src".utf8).span)
        _ = everybody.clients.addAll()
        var own = SquidAccessList(type: Array("src".utf8).span)
        for address in [IPAddress.v4(0x7F00_0001), .v6(0, 1)] {
            _ = own.clients.add(AddressRange(address, prefixLength: address.isV4 ? 32 : 128).map { [$0] } ?? [])
        }
        var tunnel = SquidAccessList(type: Array("method".utf8).span)
        tunnel.methods = [Array("CONNECT".utf8)]
        // Its own pages are no host that is asked for.
        let manager = SquidAccessList(kind: .method, type: Array("url_regex".utf8))
        // The addresses that a host has are not known.
        let target = SquidAccessList(type: Array("dst".utf8).span)
        let lists = [
            ("all", everybody), ("localhost", own), ("to_localhost", target), ("manager", manager), ("connect", tunnel),
        ]
        return Dictionary(
            uniqueKeysWithValues: lists.map { name, list in
                var named = list
                named.name = Array((name == "connect" ? "CONNECT" : name).utf8)
                return (Array(name.utf8), named)
            }
        )
    }()

    private init(kind: Kind, type: [UInt8]) {
        (self.kind, self.type) = (kind, type)
    }

    /// Adds a value of the statement with this number.
    mutating func add(_ value: [UInt8], at place: Int, ignoresCase: Bool) -> Addition {
        switch kind {
        case .host where isExpression: return add(expression: value, ignoresCase: ignoresCase)
        case .host: return add(name: value, place)
        case .client: return add(client: value)
        case .port:
            guard let range = SquidValues.ports(value) else { return .refused }
            ports.append(range)
        case .method: methods.append(value)
        case .time: return hours.add(value) ? .added : .refused
        case .group where type.elementsEqual("any-of".utf8): groups.append([value])
        case .group: together.append(value)
        case .other where type.elementsEqual("srcdomain".utf8): noteEntry(value, place)
        case .other: return SquidValues.accepts(value, of: type) ? .added : .refused
        }
        return .added
    }

    /// Takes over which values another one has, so that those that squid refuses together are found.
    mutating func keepEntries(of other: SquidAccessList) {
        (entries, values, entryPlaces) = (other.entries, other.values, other.entryPlaces)
    }

    /// Notes that values stand in a file that is not read; those of hosts that are known still hold.
    mutating func lacks(_ values: UnsupportedReason) {
        missing = missing ?? values
        if kind != .host { isOpen = true }
    }

    /// Ends a line of values.
    mutating func endLine() {
        hours.endLine()
        if !together.isEmpty { groups.append(together) }
        together = []
        if kind == .group, groups.isEmpty { isOpen = true }
    }

    /// The first value of `dstdomain` that squid refuses to start with, because of one before it, and the number of its statement.
    var overlap: (statement: Int, entry: ListEntry)? {
        guard let first = SquidReader.overlaps(entries, values.span).min().map({ Int($0) }) else { return nil }
        let (entry, place) = (entries[first], entryPlaces.places[first])
        let value = values.span.extracting(Int(entry.start)..<Int(entry.start) + Int(entry.count))
        let text = TerminalText.escaped(value, limit: 120)
        return (Int(entry.line), ListEntry(path: entryPlaces.paths[place.path], line: place.line, text: text))
    }

    /// Keeps a value to be compared with the others; false for those that are not.
    @discardableResult
    private mutating func noteEntry(_ value: [UInt8], _ place: Int) -> Bool {
        guard value.count <= SquidReader.lineLimit, values.count < 1 << 30 else {
            isOpen = true
            return false
        }
        let range = values.count..<values.count + value.count
        entries.append(SquidReader.Entry(range, place, isBelow: value.first == 0x2E))
        Self.note(nextPlace, in: &entryPlaces)
        values += value
        return true
    }

    private mutating func add(name value: [UInt8], _ place: Int) -> Addition {
        let isBelow = value.first == 0x2E
        guard noteEntry(value, place) else { return .added }
        let text = isBelow ? Array(value.dropFirst()) : value
        let isPlain = text.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        // No host has such a name, so the value does nothing.
        guard isPlain, text.last != 0x2E, let name = try? DomainName(presentation: text), !name.isRoot else {
            return .added
        }
        if isBelow {
            names.below.append(name.lowercased)
            Self.note(nextPlace, in: &namePlaces.below)
        } else {
            names.exact.append(name.lowercased)
            Self.note(nextPlace, in: &namePlaces.exact)
        }
        return .added
    }

    private static func note(_ entry: ListEntry, in places: inout NameProperty.Places) {
        places.places.append(places.place(entry.path, entry.line, isWord: entry.isWord))
    }

    private mutating func add(expression value: [UInt8], ignoresCase: Bool) -> Addition {
        let plain = ignoresCase ? value : PosixExpression.aboutLowerCase(value)
        if let plain, PosixExpression.isPortable(value.span) {
            var entry = nextPlace
            entry.text = TerminalText.escaped(value.span, limit: 120)
            expressions.append((plain, entry))
        } else {
            widened.append(PosixExpression.widened(value.span, regardsCase: !ignoresCase))
        }
        return .added
    }

    /// `all`, an address, `address/length`, `address/mask`, `first-last`; names and longer forms are not known here.
    private mutating func add(client value: [UInt8]) -> Addition {
        if Self.wordsForAll.contains(where: { value.elementsEqual($0.utf8) }) { return clients.addAll() }
        guard value.first != 0x2D, SquidValues.isRange(value), !SquidValues.hasBadAddress(value) else {
            return .refused
        }
        var ranges = AddressListReader.ranges(value)
        if let slash = value.firstIndex(of: 0x2F), let mask = IPAddress(text: value[(slash + 1)...]), mask.isV4 {
            ranges = nil
            if let address = IPAddress(text: value[..<slash]), address.isV4, let length = mask.maskLength {
                ranges = AddressRange(address, prefixLength: length).map { [$0] }
            }
        }
        guard let ranges, !value.contains(0x3A) || !value.contains(0x2D),
            let result = clients.add(ranges)
        else {
            isOpen = true
            return .added
        }
        return result
    }

    private static let wordsForAll: [String] = [
        "all", "0/0", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "0.0.0.0-255.255.255.255", "0.0.0.0-0.0.0.0/0",
    ]

    /// Whether it holds for a request, as far as method and port tell; nil where they do not.
    func holds(for request: Request) -> Bool? {
        switch kind {
        case .port: ports.contains { $0.contains(request.port) }
        case .method: methods.contains { $0.span.equalsIgnoringCase(request.method) }
        case .client where clients.isAll: true
        default: nil
        }
    }

    /// What it asks of host, client and hour.
    func condition(
        _ properties: inout [NameProperty],
        _ clients: inout [[AddressRange]],
        _ hours: inout [Int: [Range<Int>]]
    ) -> QueryCondition {
        switch kind {
        case .time:
            guard !self.hours.minutes.isEmpty else { return .constant(false) }
            clients.append([])
            hours[clients.count - 1] = self.hours.minutes
            return .client(clients.count - 1)
        case .client:
            guard !self.clients.ranges.isEmpty else { return .constant(false) }
            clients.append(self.clients.ranges)
            return .client(clients.count - 1)
        case .host:
            var parts: [QueryCondition] = []
            func add(_ property: NameProperty) {
                properties.append(property)
                parts.append(.property(properties.count - 1))
            }
            if !names.below.isEmpty { add(.belowNames(names.below, at: namePlaces.below)) }
            if !names.exact.isEmpty { add(.isOneName(names.exact, at: namePlaces.exact)) }
            for expression in expressions { add(.regex(expression.pattern, .tre, at: expression.entry)) }
            for condition in widened { add(.undecided(condition, .regexDialect)) }
            if let missing { add(.undecided(.constant(true), missing)) }
            // What it does look at is how it writes an address itself.
            if looksUpAddresses || !parts.isEmpty && names.below.isEmpty { add(.namesOfAddresses) }
            return parts.isEmpty ? .constant(false) : parts.count == 1 ? parts[0] : .any(parts)
        case .port, .method, .group, .other: return .constant(false)
        }
    }
}

extension Span where Element == UInt8 {
    var decimalValue: UInt64? { decimal }
}

extension IPAddress {
    /// The length of the prefix that an IPv4 mask stands for; nil when it is none.
    fileprivate var maskLength: Int? {
        guard case .v4(let mask) = self else { return nil }
        let length = (~mask).leadingZeroBitCount
        return length == 32 || mask << UInt32(length) == 0 ? length : nil
    }
}
