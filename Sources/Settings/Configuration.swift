public import DNS
public import Policy
public import Resolver
public import TextScan

/// What a configuration file says; flags of a command win over it.
///
/// ```yaml
/// listen: [127.0.0.1:5353]
/// upstreams: [192.0.2.53]
/// mode: shadow
/// layers:
///   - name: office filter
///     engine: pihole
///     lists: [gravity.txt, {path: allow.txt, role: exempt}]
/// ```
public struct Configuration: Sendable {
    /// The engine whose own configuration the file is, of which only the layer is taken; nil for files of ours.
    public var origin: Engine?
    /// From which ports `serve` asks upstreams.
    public enum SourcePorts: String, Sendable, CaseIterable {
        /// From those of a pool.
        case pool
        /// From one of its own for every query.
        case fresh
    }

    /// One list of a layer.
    public struct List: Sendable, Equatable {
        /// The path, relative ones resolved against the configuration file's folder.
        public var path: String
        /// Where `fetch` brings it from; what it brings stands at ``path``.
        public var url: String?
        /// The format; nil to detect it.
        public var format: String?
        /// Whether the format follows from where the engine's own configuration names the list.
        public var formatFollows = false
        /// What the list is for.
        public var role: ListRole
        /// Whether nobody said what it is for, so that it may follow from its engine or its name.
        public var leavesRoleOpen: Bool
        /// The groups that it is in (Blocky).
        public var groups: [String] = []
        /// Where the file names it.
        public var line: Int?
        /// Where in the line.
        public var column: Int?
        /// The list itself, where the file holds it.
        public var octets: [UInt8]?
        /// The minutes of the week in which it counts (Blocky `listSchedules`); nil for always.
        public var minutes: [Range<Int>]?
        /// What is done with the triggers of a policy zone in place of what it says (PowerDNS).
        public var zonePolicy: ZonePolicy?
        /// The first option of a zone of PowerDNS Recursor that is stated for it.
        var zoneOption: String?
        /// The rules that are stated in place of a list; nil for lists.
        public var rules: [ConfiguredRule]?
        /// What is known not to be evaluated, such as a list that would have to be fetched.
        public var notEvaluated: [Diagnostic] = []
        /// What decides nothing, although the file states it.
        public var notices: [Diagnostic] = []
        /// Whether it need not hold a rule.
        public var mayBeEmpty = false

        /// A list.
        public init(path: String, format: String? = nil, role: ListRole? = nil, line: Int? = nil, column: Int? = nil) {
            self.path = path
            self.format = format
            self.role = role ?? .block
            leavesRoleOpen = role == nil
            self.line = line
            self.column = column
        }
    }

    /// A client of a layer and its groups of lists.
    public struct ClientEntry: Sendable, Equatable {
        /// Names, addresses, ranges or `default`, with commas between them.
        public var client: String
        /// The groups.
        public var groups: [String]

        /// An entry.
        public init(client: String, groups: [String]) {
            self.client = client
            self.groups = groups
        }
    }

    /// One layer of the stack.
    public struct Layer: Sendable, Equatable {
        /// A name for reports; the engine's without one.
        public var name: String?
        /// The engine; nil to take it from the lists' format.
        public var engine: Engine?
        /// What `serve` does with its hits; nil for what it does with all.
        public var mode: ServingMode?
        /// The engine's block mode; nil for its default.
        public var blockMode: String?
        /// The addresses that the engine answers blocked names with.
        public var blockAddresses: [IPAddress] = []
        /// Seconds to live of answers about blocked names; nil for the engine's default.
        public var blockTTL: UInt32?
        /// Times of the week by name, in minutes since Monday 00:00 (dnscrypt-proxy).
        public var schedules: [String: [Range<Int>]] = [:]
        /// Whether BIND checks the names in policy zones (`check-names fail`, which it does of itself).
        public var checksNames = true
        /// Clients and their groups of lists (Blocky `clientGroupsBlock`); nil when the file does not say.
        public var clients: [ClientEntry]?
        /// How many lines of a list Blocky may fail to read (`maxErrorsPerSource`); nil for any number.
        public var maximumErrors: Int? = BlockyLoading.maximumErrors
        /// The names that Blocky answers itself (`specialUseDomains`).
        public var specialNames = BlockySpecialNames.all
        /// The lists, in order.
        public var lists: [List]

        /// A layer.
        public init(name: String? = nil, engine: Engine? = nil, blockMode: String? = nil, lists: [List]) {
            self.name = name
            self.engine = engine
            self.blockMode = blockMode
            self.lists = lists
        }
    }

    /// An address with a port.
    public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
        /// The address.
        public var address: IPAddress
        /// The port.
        public var port: UInt16

        /// An endpoint.
        public init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }

        /// Port 0 leaves the choice to the system.
        ///
        /// Reads `192.0.2.1`, `192.0.2.1:5353`, `192.0.2.1#5353`, `[2001:db8::1]:5353`, `2001:db8::1` or `:5353`
        /// (loopback).
        public init?(_ text: String, defaultPort: UInt16) {
            var host = Substring(text)
            var port = defaultPort
            if let mark = text.lastIndex(of: "#") {
                guard let value = UInt16(text[text.index(after: mark)...]) else { return nil }
                port = value
                host = text[..<mark]
            } else if text.hasPrefix("["), let close = text.lastIndex(of: "]") {
                let rest = text[text.index(after: close)...]
                if !rest.isEmpty {
                    guard rest.hasPrefix(":"), let value = UInt16(rest.dropFirst()) else { return nil }
                    port = value
                }
                host = text[..<close].dropFirst()
            } else if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
                guard let value = UInt16(text[text.index(after: colon)...]) else { return nil }
                port = value
                host = text[..<colon]
            }
            guard let address = host.isEmpty ? .v4(0x7F00_0001) : IPAddress(host) else { return nil }
            self.init(address: address, port: port)
        }

        /// `address:port`, IPv6 in brackets.
        public var description: String { address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
    }

    /// Where to listen; empty when the file does not say.
    public var listen: [Endpoint] = []
    /// Where to listen for DNS over TLS; empty when the file does not say.
    public var listenTLS: [Endpoint] = []
    /// Where to listen for DNS over HTTPS; empty when the file does not say.
    public var listenHTTPS: [Endpoint] = []
    /// Where to listen for the same without TLS; empty when the file does not say.
    public var listenHTTP: [Endpoint] = []
    /// The certificate that TLS clients see, with its chain: a PEM file.
    public var certificate: String?
    /// Its key: a PEM file.
    public var key: String?
    /// Where to forward to; empty when the file does not say.
    public var upstreams: [Upstream] = []
    /// How they are asked.
    public var asking = Asking()
    /// Resolvers that know the addresses of upstreams with a host name.
    public var bootstrap: [Endpoint] = []
    /// Names that are forwarded to other servers.
    public var routes: [Route] = []
    /// Unfiltered resolvers that answers for update names are compared with.
    public var references: [Upstream] = []
    /// Seconds after which upstreams that nobody asks are probed; 0: never.
    public var probeInterval: Int?
    /// The authorities that upstreams' certificates are believed by: a PEM file.
    public var authorities: String?
    /// What to do with policy hits.
    public var mode: ServingMode?
    /// Worker threads.
    public var workers: Int?
    /// Octets of the response cache.
    public var cacheBytes: Int?
    /// Clients that may ask, as CIDR texts; loopback only when empty.
    public var allow: [String] = []
    /// Answers a second over UDP for each network of clients; 0: any number.
    public var rateLimit: Int?
    /// The user to become once the sockets are open; `root` to stay it.
    public var user: String?
    /// Whether listening beyond loopback is meant.
    public var allowsRemote: Bool?
    /// Where the NDJSON of flagged queries goes.
    public var capture: String?
    /// Where dnstap goes.
    public var taps: [TapTarget] = []
    /// Where `serve` tells its health and metrics.
    public var admin: Endpoint?
    /// From which ports `serve` asks upstreams.
    public var sourcePorts: SourcePorts?
    /// Whether `serve` says flagged queries for update names on standard error.
    public var showsFlags: Bool?
    /// Whether every query is written, not only flagged ones.
    public var logsAll: Bool?
    /// What `serve` does with answers.
    public var answers = Answers()
    /// A catalog file instead of the built-in one.
    public var catalog: String?
    /// The layers, nearest the client first.
    public var layers: [Layer] = []
    /// Which of them clients pass.
    public var groups: [Group] = []

    /// An empty configuration.
    public init() {}
}
