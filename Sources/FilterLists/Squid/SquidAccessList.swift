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
    /// The word for the type: squid refuses a second one for a name.
    let type: [UInt8]
    var names: (below: [DomainName], exact: [DomainName]) = ([], [])
    var expressions: [[UInt8]] = []
    var clients: [AddressRange] = []
    var ports: [ClosedRange<UInt64>] = []
    var methods: [[UInt8]] = []
    /// Whether it holds for every client.
    var isAll = false
    /// Whether a value is not known here.
    var isOpen = false

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
            } else {
                .other
            }
        isOpen = kind == .other
    }

    /// The lists that squid 5.7 has of its own, by their names in lower case.
    static let builtIn: [[UInt8]: SquidAccessList] = {
        var everybody = SquidAccessList(type: Array("src".utf8).span)
        everybody.isAll = true
        var own = SquidAccessList(type: Array("src".utf8).span)
        own.clients = [
            AddressRange(.v4(0x7F00_0001), prefixLength: 32), AddressRange(.v6(0, 1), prefixLength: 128),
        ].compactMap { $0 }
        var tunnel = SquidAccessList(type: Array("method".utf8).span)
        tunnel.methods = [Array("CONNECT".utf8)]
        // Its own pages are no host that is asked for.
        let manager = SquidAccessList(kind: .method, type: Array("url_regex".utf8))
        // The addresses that a host has are not known.
        let target = SquidAccessList(type: Array("dst".utf8).span)
        let lists = [
            ("all", everybody), ("localhost", own), ("to_localhost", target), ("manager", manager), ("connect", tunnel),
        ]
        return Dictionary(uniqueKeysWithValues: lists.map { (Array($0.0.utf8), $0.1) })
    }()

    private init(kind: Kind, type: [UInt8]) {
        (self.kind, self.type) = (kind, type)
    }

    /// Adds a value; false where squid would refuse to start.
    mutating func add(_ value: [UInt8], isExpression: Bool, ignoresCase: Bool) -> Bool {
        switch kind {
        case .host where isExpression: return add(expression: value, ignoresCase: ignoresCase)
        case .host: return add(name: value)
        case .client: return add(client: value)
        case .port:
            let parts = value.split(separator: 0x2D, omittingEmptySubsequences: false).map {
                Array($0).span.decimalValue
            }
            guard parts.count <= 2, let first = parts[0], let last = parts[parts.count - 1], first <= last,
                last <= 65_535
            else {
                return false
            }
            ports.append(first...last)
        case .method: methods.append(value)
        case .other: break
        }
        return true
    }

    private mutating func add(name value: [UInt8]) -> Bool {
        let isBelow = value.first == 0x2E
        let text = isBelow ? Array(value.dropFirst()) : value
        let isPlain = text.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        // No host has such a name, so the value does nothing.
        guard isPlain, text.last != 0x2E, let name = try? DomainName(presentation: text), !name.isRoot else {
            return true
        }
        if isBelow { names.below.append(name.lowercased) } else { names.exact.append(name.lowercased) }
        return true
    }

    private mutating func add(expression value: [UInt8], ignoresCase: Bool) -> Bool {
        let hasCapitals = value.contains { $0 &- 0x41 < 26 }
        if hasCapitals && !ignoresCase || !PosixExpression.isPortable(value.span) {
            isOpen = true
        } else {
            expressions.append(value)
        }
        return true
    }

    /// `all`, an address, `address/length`, `address/mask`, `first-last`; names and longer forms are not known here.
    private mutating func add(client value: [UInt8]) -> Bool {
        if value.elementsEqual("all".utf8) {
            isAll = true
            return true
        }
        guard value.first != 0x2D else { return false }
        if let slash = value.firstIndex(of: 0x2F), let mask = IPAddress(text: value[(slash + 1)...]), mask.isV4 {
            guard let address = IPAddress(text: value[..<slash]), address.isV4, let length = mask.maskLength else {
                isOpen = true
                return true
            }
            clients += AddressRange(address, prefixLength: length).map { [$0] } ?? []
            return true
        }
        guard let ranges = AddressListReader.ranges(value), !value.contains(0x3A) || !value.contains(0x2D) else {
            isOpen = true
            return true
        }
        clients += ranges
        return true
    }

    /// Whether it holds for a request, as far as method and port tell; nil where they do not.
    func holds(for request: Request) -> Bool? {
        switch kind {
        case .port: ports.contains { $0.contains(request.port) }
        case .method: methods.contains { $0.span.equalsIgnoringCase(request.method) }
        case .client where isAll: true
        default: nil
        }
    }
}

extension Span where Element == UInt8 {
    fileprivate var decimalValue: UInt64? { decimal }
}

extension IPAddress {
    /// The length of the prefix that an IPv4 mask stands for; nil when it is none.
    fileprivate var maskLength: Int? {
        guard case .v4(let mask) = self else { return nil }
        let length = (~mask).leadingZeroBitCount
        return length == 32 || mask << UInt32(length) == 0 ? length : nil
    }
}
