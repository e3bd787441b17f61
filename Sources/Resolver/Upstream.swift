/// A server to forward to, and how it is reached.
public struct Upstream: Hashable, Sendable, CustomStringConvertible {
    /// What is spoken with it.
    public enum Transport: Hashable, Sendable {
        /// DNS over UDP, and over TCP where an answer does not fit.
        case datagrams
        /// DNS over TCP alone.
        case tcp
        /// DNS over TLS (RFC 7858), strict (RFC 8310 §5): nothing is asked before the server has shown a certificate for
        /// this name, or without one for its address.
        case tls(name: String?)
        /// DNS over HTTPS (RFC 8484), as strict, with HTTP/2 and POST to this path.
        case https(name: String?, path: String)
    }

    /// Where it is.
    public enum Place: Hashable, Sendable, CustomStringConvertible {
        /// At this address.
        case address(SocketAddress)
        /// At the addresses of this host, which the bootstrap resolvers are asked for.
        case host(String, port: UInt16)

        /// The port.
        public var port: UInt16 {
            switch self {
            case .address(let address): address.port
            case .host(_, let port): port
            }
        }

        /// The form that command line and configuration take, always with the port.
        public var description: String {
            switch self {
            case .address(let address): "\(address)"
            case .host(let name, let port): "\(name):\(port)"
            }
        }
    }

    /// Where it is.
    public var place: Place
    /// What is spoken with it.
    public var transport: Transport

    /// An upstream at an address.
    public init(_ address: SocketAddress, _ transport: Transport = .datagrams) {
        self.init(at: .address(address), transport)
    }

    /// An upstream at a place.
    public init(at place: Place, _ transport: Transport = .datagrams) {
        self.place = place
        self.transport = transport
    }

    /// The host whose addresses have to be asked for, if it has a name only.
    public var host: String? { if case .host(let name, _) = place { name } else { nil } }

    /// Whether nobody on the way can read or change what is asked.
    var isEncrypted: Bool {
        switch transport {
        case .datagrams, .tcp: false
        case .tls, .https: true
        }
    }

    /// What its certificate has to be for.
    var certifiedName: String {
        switch transport {
        case .tls(let name?), .https(let name?, _): name
        default:
            switch place {
            case .address(let address): "\(address.address)"
            case .host(let name, _): name
            }
        }
    }

    /// The path that queries are posted to, where it is HTTPS.
    var path: String? {
        if case .https(_, let path) = transport { path } else { nil }
    }

    /// What HTTP calls the server.
    var authority: String {
        let host = certifiedName.contains(":") ? "[\(certifiedName)]" : certifiedName
        return place.port == 443 ? host : "\(host):\(place.port)"
    }

    /// The form that command line and configuration take.
    public var description: String {
        switch transport {
        case .datagrams: (host == nil ? "" : "udp://") + "\(place)"
        case .tcp: "tcp://\(place)"
        case .tls(let name): "tls://\(place)" + (name.map { "#\($0)" } ?? "")
        case .https(let name, let path): "https://\(place)\(path)" + (name.map { "#\($0)" } ?? "")
        }
    }
}
