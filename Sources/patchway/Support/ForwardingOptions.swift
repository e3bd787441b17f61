import ArgumentParser
import DNS
import Resolver
import Settings
import TextScan

/// Where `serve` forwards to; options win over the configuration.
struct ForwardingOptions: ParsableArguments {
    @Option(
        name: .customLong("upstream"),
        help: """
            ADDRESS[:PORT], tcp://ADDRESS, tls://ADDRESS#NAME or https://ADDRESS/dns-query#NAME to forward to; repeatable, \
            the preferred one first.
            """
    )
    var upstreams: [String] = []

    @Option(
        name: .customLong("bootstrap"),
        help: """
            ADDRESS[:PORT] of a resolver that is asked for the addresses of upstreams with a host name, such as \
            tls://dns.example; repeatable.
            """
    )
    var bootstrap: [String] = []

    @Option(
        name: .customLong("upstream-strategy"),
        help: """
            failover asks the first one that answers, fastest the one that does so fastest, parallel several at once, \
            round-robin one after the other. failover without it.
            """
    )
    var strategy: String?

    @Option(name: .customLong("parallel"), help: "Upstreams asked at once with `parallel`, from 2 to 8; 2 without it.")
    var width: Int?

    @Option(
        name: .customLong("fail-over-on"),
        help: "A response code after which the next upstream is asked; repeatable. Without it every refusal is one."
    )
    var failOverCodes: [String] = []

    @Option(
        name: .customLong("compare"),
        help: """
            An unfiltered resolver, written as an upstream, that is asked too about names that updates need; what differs and \
            shows a filter is flagged. Repeatable; clients do not wait for it.
            """
    )
    var references: [String] = []

    @Option(
        name: .customLong("probe"),
        help: "Seconds after which upstreams that nobody asks are probed; 0: never, 30 without it."
    )
    var probeInterval: Int?

    @Option(
        name: .customLong("route"),
        help: """
            NAME=UPSTREAM[,UPSTREAM]: forward names at and below this one there, and nowhere else; repeatable, the longest \
            one counts. NAME=default: to the upstreams for everything else.
            """
    )
    var routes: [String] = []

    /// Puts what the options say, and where they do not what the configuration file says, into `settings`.
    func apply(_ file: Configuration, to settings: inout ServerConfiguration) throws {
        settings.upstreams =
            upstreams.isEmpty ? file.upstreams.map(Upstream.init) : try upstreams.map { try Self.upstream($0) }
        settings.probeInterval = probeInterval ?? file.probeInterval ?? settings.probeInterval
        settings.references =
            try references.isEmpty
            ? file.references.map(Upstream.init)
            : references.map {
                try Self.upstream($0, "--compare")
            }
        settings.bootstrap = try TransportOptions.addresses(bootstrap, "--bootstrap", 53, file.bootstrap)
        let asking = try said().over(file.asking)
        settings.asking = AskingRules(asking)
        let routes = routes.isEmpty ? file.routes : try routes.map(Self.route)
        settings.routes = routes.map { route in
            UpstreamRoute(
                route.name,
                to: route.upstreams.map(Upstream.init),
                asking: AskingRules(route.asking.over(asking)),
                fallsBack: route.fallsBack
            )
        }
        let named = (settings.upstreams + settings.routes.flatMap(\.upstreams) + settings.references).first {
            $0.host != nil
        }
        if let named, settings.bootstrap.isEmpty {
            throw Failure.usage(
                "\(named) is a host name; give --bootstrap ADDRESS, a resolver that knows it, or its address: tls://ADDRESS#NAME"
            )
        }
    }

    /// What the options say.
    private func said() throws -> Configuration.Asking {
        var asking = Configuration.Asking()
        if let strategy {
            guard let word = UpstreamStrategy(rawValue: strategy) else {
                let all = UpstreamStrategy.allCases.map(\.rawValue)
                throw Failure.unknown(strategy, of: "--upstream-strategy", "no such strategy", all)
            }
            asking.strategy = word
        }
        if let width {
            guard (2...8).contains(width) else { throw Failure.usage("--parallel \(width): from 2 to 8") }
            asking.width = width
        }
        if !failOverCodes.isEmpty {
            asking.failOverCodes = try failOverCodes.map { text in
                guard let code = Configuration.failOverCodes[text] else {
                    let all = Configuration.failOverCodes.keys.sorted()
                    throw Failure.unknown(text, of: "--fail-over-on", "no such code", all)
                }
                return code
            }
        }
        return asking
    }

    private static func upstream(_ text: String, _ option: String = "--upstream") throws -> Upstream {
        guard let upstream = Configuration.Upstream(text) else {
            throw Failure.usage("\(option) \(TerminalText.escaped(text)): \(Configuration.Upstream.hint)")
        }
        return Upstream(upstream)
    }

    private static func route(_ text: String) throws -> Configuration.Route {
        guard let route = Configuration.Route(text) else {
            throw Failure.usage("--route \(TerminalText.escaped(text)): \(Configuration.Route.hint)")
        }
        return route
    }
}

extension AskingRules {
    /// The rules that a configuration states.
    init(_ asking: Configuration.Asking) {
        self.init()
        strategy = asking.strategy ?? strategy
        width = asking.width ?? width
        failOverCodes = asking.failOverCodes ?? failOverCodes
    }
}

extension Upstream {
    /// The upstream that a configured one is.
    init(_ upstream: Configuration.Upstream) {
        let place: Place =
            switch upstream.place {
            case .endpoint(let endpoint): .address(SocketAddress(endpoint))
            case .host(let name, let port): .host(name, port: port)
            }
        switch upstream.scheme {
        case .udp: self.init(at: place)
        case .tcp: self.init(at: place, .tcp)
        case .tls: self.init(at: place, .tls(name: upstream.name))
        case .https: self.init(at: place, .https(name: upstream.name, path: upstream.path ?? "/dns-query"))
        }
    }
}
