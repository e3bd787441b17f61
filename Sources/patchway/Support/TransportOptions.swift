import ArgumentParser
import Resolver
import Settings
import TextScan

/// How clients reach `serve` beside plain UDP and TCP.
struct TransportOptions: ParsableArguments {
    @Option(
        name: .customLong("listen-tls"),
        help: "ADDRESS[:PORT] for DNS over TLS, port 853 without it; repeatable. Needs --tls-cert and --tls-key."
    )
    var listenTLS: [String] = []

    @Option(
        name: .customLong("listen-https"),
        help: "ADDRESS[:PORT] for DNS over HTTPS at /dns-query, port 443 without it; repeatable. Needs the same."
    )
    var listenHTTPS: [String] = []

    @Option(
        name: .customLong("listen-http"),
        help:
            "Loopback ADDRESS[:PORT] for the same without TLS, port 8080 without it, for a proxy in front; repeatable."
    )
    var listenHTTP: [String] = []

    @Option(
        name: .customLong("tls-cert"),
        help: "PEM file: the certificate that clients see, then its chain. SIGHUP reads it again."
    )
    var certificate: String?

    @Option(name: .customLong("tls-key"), help: "PEM file with the certificate's key, without a pass phrase.")
    var key: String?

    @Option(
        name: .customLong("tls-ca"),
        help: "PEM file of the authorities that upstreams' certificates are believed by; the system's without it."
    )
    var authorities: String?

    @Option(
        name: .customLong("rate-limit"),
        help: """
            Answers a second over UDP for each /24 (IPv6: /56) of clients, 0 for any number; 1000 without it where others \
            can reach the server. This host has no limit.
            """
    )
    var rateLimit: Int?

    @Option(
        name: .customLong("admin"),
        help: "Loopback ADDRESS:PORT for /health and /metrics (Prometheus) over HTTP."
    )
    var admin: String?

    @Option(
        name: .customLong("source-ports"),
        help: """
            pool asks upstreams from 256 and more ports chosen at random, each for at most 10,000 queries; fresh from \
            one of its own for every query, which costs more.
            """
    )
    var sourcePorts: String?

    /// Puts what the options say, and where they do not what the configuration file says, into `settings`.
    func apply(_ file: Configuration, to settings: inout ServerConfiguration) throws {
        settings.listenTLS = try Self.addresses(listenTLS, "--listen-tls", 853, file.listenTLS)
        settings.listenHTTPS = try Self.addresses(listenHTTPS, "--listen-https", 443, file.listenHTTPS)
        settings.listenHTTP = try Self.addresses(listenHTTP, "--listen-http", 8080, file.listenHTTP)
        settings.rateLimit = rateLimit ?? file.rateLimit
        settings.authorities = authorities ?? file.authorities
        settings.admin = try admin.map { try Self.address($0, "--admin", 9153) } ?? file.admin.map(SocketAddress.init)
        if let word = sourcePorts ?? file.sourcePorts?.rawValue {
            guard let ports = SourcePorts(rawValue: word) else {
                throw Failure.unknown(word, of: "--source-ports", "no such choice", ["pool", "fresh"])
            }
            settings.sourcePorts = ports
        }
        switch (certificate ?? file.certificate, key ?? file.key) {
        case (let certificate?, let key?): settings.certificate = (certificate, key)
        case (nil, nil):
            guard settings.listenTLS.isEmpty, settings.listenHTTPS.isEmpty else {
                throw Failure.usage(
                    "DNS over TLS or HTTPS needs a certificate; give --tls-cert FILE and --tls-key FILE, both PEM"
                )
            }
        case (_, nil): throw Failure.usage("a certificate without its key; give --tls-key FILE")
        case (nil, _): throw Failure.usage("a key without its certificate; give --tls-cert FILE")
        }
    }

    /// The addresses that an option gives, or without it the configuration file.
    static func addresses(
        _ texts: [String],
        _ option: String,
        _ port: UInt16,
        _ configured: [Configuration.Endpoint]
    ) throws -> [SocketAddress] {
        guard !texts.isEmpty else { return configured.map(SocketAddress.init) }
        return try texts.map { try address($0, option, port) }
    }

    /// The address that an option gives.
    static func address(_ text: String, _ option: String, _ port: UInt16) throws -> SocketAddress {
        guard let address = Configuration.Endpoint(text, defaultPort: port) else {
            let isPort = text.split(separator: ":").last.map { $0.utf8.count > 4 && Int($0) ?? 0 > 65_535 } ?? false
            guard !isPort else {
                throw Failure.usage("\(option) \(TerminalText.escaped(text)): ports end with 65535")
            }
            throw Failure.usage(
                "\(option) \(TerminalText.escaped(text)): write 192.0.2.1:\(port) or [2001:db8::1]:\(port), not a host name"
            )
        }
        return SocketAddress(address)
    }
}

extension SocketAddress {
    /// The socket address of a configured one.
    init(_ endpoint: Configuration.Endpoint) { self.init(endpoint.address, port: endpoint.port) }
}
