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
    public var address: SocketAddress
    /// What is spoken with it.
    public var transport: Transport

    /// An upstream.
    public init(_ address: SocketAddress, _ transport: Transport = .datagrams) {
        self.address = address
        self.transport = transport
    }

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
        default: "\(address.address)"
        }
    }

    /// The path that queries are posted to, where it is HTTPS.
    var path: String? {
        if case .https(_, let path) = transport { path } else { nil }
    }

    /// What HTTP calls the server.
    var authority: String {
        let host = certifiedName.contains(":") ? "[\(certifiedName)]" : certifiedName
        return address.port == 443 ? host : "\(host):\(address.port)"
    }

    /// The form that command line and configuration take.
    public var description: String {
        switch transport {
        case .datagrams: "\(address)"
        case .tcp: "tcp://\(address)"
        case .tls(let name): "tls://\(address)" + (name.map { "#\($0)" } ?? "")
        case .https(let name, let path): "https://\(address)\(path)" + (name.map { "#\($0)" } ?? "")
        }
    }
}
