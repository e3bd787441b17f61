import ArgumentParser
import Catalog
import DNS
import Glibc
import Policy
import Reports
import Resolver
import Settings
import TextScan

/// `patchway serve`: the forwarder that flags, enforces or protects.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Forward DNS for clients and flag what filter lists would break.",
        discussion: """
            Modes: shadow answers truthfully and flags; enforce answers as the engines would; protect does too, but never \
            for a name of the catalog. SIGHUP reads lists, mode, catalog, certificate, upstreams and routes again and keeps the \
            old ones when the new ones do not parse; SIGTERM answers what is under way and ends.
            """
    )

    @Option(name: .customLong("config"), help: "A configuration file; options win over it.")
    var config: String?

    @Option(name: .customLong("listen"), help: "ADDRESS:PORT, UDP and TCP; repeatable. 127.0.0.1:5353 without it.")
    var listen: [String] = []

    @Option(name: .customLong("mode"), help: "shadow, enforce or protect.")
    var mode: String?

    @Option(name: .customLong("workers"), help: "Worker threads, one per core to be used.")
    var workers: Int?

    @Option(name: .customLong("cache"), help: "Size of the response cache in MiB.")
    var cache: Int?

    @Option(
        name: .customLong("capture"),
        help: "Append one JSON line per flagged query to this file; - is standard output."
    )
    var capture: String?

    @Option(
        name: .customLong("dnstap"),
        help: "Send flagged queries and their answers as dnstap to unix:PATH, tcp:ADDRESS:PORT or a file; repeatable."
    )
    var taps: [String] = []

    @Flag(
        name: .customLong("flags"),
        help: "Say on standard error which queries for names that updates need would not get the truth."
    )
    var showsFlags = false

    @Flag(name: .customLong("log-all"), help: "Write a JSON line for every query, not only for flagged ones.")
    var logsAll = false

    @Option(
        name: .customLong("allow"),
        help: """
            Clients that may ask, as ADDRESS/BITS; repeatable. Without it this host, and with --allow-remote those in private \
            networks.
            """
    )
    var allow: [String] = []

    @Flag(name: .customLong("allow-remote"), help: "Listen on addresses that other machines can reach.")
    var allowsRemote = false

    @Option(
        name: .customLong("zone"),
        help: "Answer the names of this master file from memory, before everything else."
    )
    var zone: String?

    @Option(
        name: .customLong("user"),
        help:
            "Become this user once the sockets are open; root to stay it, which is refused otherwise where others are served."
    )
    var user: String?

    @OptionGroup var forwarding: ForwardingOptions
    @OptionGroup var transports: TransportOptions
    @OptionGroup var answers: AnswerOptions
    @OptionGroup var stack: StackOptions
    @OptionGroup var catalog: CatalogOptions

    func run() throws {
        ServerSignal.block()
        StandardError.becomeImpatient()
        let file = try config.map(ConfigurationFile.read) ?? Configuration()
        let settings = try settings(file)
        let requested = stack.isEmpty ? file.stack : try stack.requested()
        announceUnused(file)
        let first = try ServedPolicy.load(requested, catalog.over(file))
        first.loaded.announce()
        first.loaded.announceClientRules()
        let server = try Self.started(settings, first.policy)
        let places =
            server.addresses.map(\.description) + server.tlsAddresses.map { "\($0) (TLS)" }
            + server.httpsAddresses.map { "\($0) (HTTPS)" } + server.httpAddresses.map { "\($0) (HTTP)" }
            + server.adminAddresses.map { "\($0) (health, metrics)" }
        StandardError.line(
            "patchway: serving on \(places.joined(separator: ", ")), mode \(settings.mode.rawValue), \(first.loaded.ruleWords)"
        )
        hint(settings, rules: first.loaded.stack.ruleCount)
        ServiceManager.notify("READY=1", Self.status(first))
        let signal = serve(server, InForce(file: file, rules: first.loaded.ruleWords, mode: settings.mode))
        StandardError.line("patchway: \(ServeSummary.text(server.counters))")
        if signal == .stop { throw ExitStatus.interrupted }
    }

    private static func started(_ settings: ServerConfiguration, _ policy: ServerPolicy) throws -> Server {
        do throws(ServerError) {
            let server = try Server(settings, policy: policy)
            try server.start()
            return server
        } catch {
            if case .notLoopback(let address) = error {
                throw Failure.usage("\(address) is reachable by others; say --allow-remote if that is meant")
            }
            throw Failure.usage(error.description + Self.hint(error))
        }
    }

    /// What to do about a socket that the system refuses.
    private static func hint(_ error: ServerError) -> String {
        guard case .socket(_, let code) = error else { return "" }
        switch code {
        case EADDRINUSE:
            return "; another server has it (`ss -lntup` says which): stop that, or give another ADDRESS:PORT"
        case EACCES: return "; ports below 1024 are for root: start it as root with --user NAME, or give another port"
        case EADDRNOTAVAIL: return "; it is no address of this machine (`ip address` says which are)"
        default: return ""
        }
    }

    /// What a file says and is not used, because options say otherwise.
    private func announceUnused(_ file: Configuration) {
        if let config, !stack.isEmpty, !file.layers.isEmpty {
            StandardError.line(
                "patchway: the layers of \(TerminalText.escaped(config)) are not used: "
                    + "\(stack.stack == nil ? "--list" : "--stack") names others"
            )
        }
        guard let path = stack.stack, let (other, _) = try? ConfigurationFile.parse(path) else { return }
        var keys = other.keysForRestart(since: Configuration())
        if other.mode != nil { keys.insert("mode", at: 0) }
        if !other.upstreams.isEmpty { keys.append("upstreams") }
        if !other.routes.isEmpty { keys.append("routes") }
        guard !keys.isEmpty, other.origin == nil else { return }
        StandardError.line(
            "patchway: of \(TerminalText.escaped(path)) only the layers are used, not \(keys.joined(separator: ", ")); "
                + "--config takes all of it"
        )
    }

    /// What a newcomer would miss otherwise.
    private func hint(_ settings: ServerConfiguration, rules: Int) {
        if rules == 0, settings.localZone == nil {
            StandardError.line("patchway: no lists, so nothing will be flagged; give --list FILE or layers in --config")
        } else if rules > 0, settings.capturePath == nil, settings.taps.isEmpty, !settings.showsFlags {
            StandardError.line(
                "patchway: flagged queries are only counted; --flags says them, --capture FILE (or -) writes them"
            )
        }
    }

    /// Handles signals until the server is to end; returns the one that ended it.
    private func serve(_ server: Server, _ first: InForce) -> ServerSignal {
        var inForce = first
        let watchdog = ServiceManager.watchdogInterval
        while true {
            guard let signal = ServerSignal.next(within: watchdog) else {
                if server.isResponsive() { ServiceManager.notify("WATCHDOG=1") }
                continue
            }
            switch signal {
            case .reload:
                ServiceManager.notifyReloading()
                ServiceManager.notify("READY=1", reload(server, &inForce))
                continue
            case .drain:
                ServiceManager.notify("STOPPING=1")
                server.drain()
            case .stop:
                ServiceManager.notify("STOPPING=1")
                server.stop()
            }
            return signal
        }
    }

    private static func status(_ served: ServedPolicy) -> String { "STATUS=\(served.loaded.ruleWords)" }

    /// What was started with, and what was read last.
    private struct InForce {
        /// The configuration that the server was started with.
        let file: Configuration
        var rules: String
        var mode: ServingMode
    }

    /// Reads everything again, instead of what is in force; what the service manager is told about it.
    private func reload(_ server: Server, _ inForce: inout InForce) -> String {
        do {
            let file = try config.map(ConfigurationFile.read) ?? Configuration()
            let next = try ServedPolicy.load(stack.isEmpty ? file.stack : try stack.requested(), catalog.over(file))
            var settings = ServerConfiguration(upstreams: [Upstream]())
            try forwarding.apply(file, to: &settings)
            settings.authorities = transports.authorities ?? file.authorities
            let isMoved = try server.reloadUpstreams(settings)
            if !isMoved { try server.reloadCertificates() }
            let mode = try mode.map(Self.mode) ?? file.mode ?? ServerConfiguration(upstreams: [Upstream]()).mode
            server.reload(next.policy, mode: mode)
            next.loaded.announce()
            next.loaded.announceClientRules()
            var text = "patchway: reloaded, \(next.loaded.ruleWords)"
            if next.loaded.ruleWords != inForce.rules { text += " instead of \(inForce.rules)" }
            if mode != inForce.mode { text += ", mode \(mode.rawValue) instead of \(inForce.mode.rawValue)" }
            StandardError.line(text + (isMoved ? ", other upstreams or routes" : ""))
            let keys = file.keysForRestart(since: inForce.file)
            if !keys.isEmpty {
                StandardError.line(
                    "patchway: only a restart takes over what has changed in \(keys.joined(separator: ", "))"
                )
            }
            (inForce.rules, inForce.mode) = (next.loaded.ruleWords, mode)
            return Self.status(next)
        } catch {
            let text = (error as? Failure)?.text ?? "\(error)"
            StandardError.line("patchway: not reloaded, what was in force stays: \(text)")
            return "STATUS=not reloaded, what was in force stays"
        }
    }

    private static func mode(_ word: String) throws -> ServingMode {
        guard let mode = ServingMode(rawValue: word) else {
            throw Failure.unknown(word, of: "--mode", "no such mode", ServingMode.allCases.map(\.rawValue))
        }
        return mode
    }

    private func settings(_ file: Configuration) throws -> ServerConfiguration {
        var settings = ServerConfiguration(upstreams: [Upstream]())
        try forwarding.apply(file, to: &settings)
        settings.notice = { StandardError.line("patchway: \(TerminalText.escaped($0))") }
        let addresses = try TransportOptions.addresses(listen, "--listen", 53, file.listen)
        do throws(ServerError) { settings.inherited = try ServiceManager.sockets() } catch {
            throw Failure.usage(error.description)
        }
        // What a service manager opened takes the place of the default.
        if !addresses.isEmpty || !settings.inherited.isEmpty { settings.listen = addresses }
        let becomes = user ?? file.user
        settings.staysRoot = becomes == "root"
        settings.user = settings.staysRoot ? nil : becomes
        try transports.apply(file, to: &settings)
        if let mode { settings.mode = try Self.mode(mode) } else if let mode = file.mode { settings.mode = mode }
        settings.workers = workers ?? file.workers ?? settings.workers
        settings.cacheSize = try cache.map(Self.cacheOctets) ?? file.cacheBytes ?? settings.cacheSize
        settings.allowRemote = allowsRemote || file.allowsRemote ?? false
        let ranges = allow.isEmpty ? file.allow : allow
        if !ranges.isEmpty {
            settings.allowedClients = try ranges.map(Self.range)
        } else if settings.allowRemote {
            settings.allowedClients += AddressRange.privateNetworks
        }
        settings.capturePath = capture ?? file.capture
        settings.taps = try taps.isEmpty ? file.taps : taps.map(Self.tap)
        settings.showsFlags = showsFlags || file.showsFlags ?? false
        let needsOutput = settings.taps.isEmpty && (logsAll || file.logsAll == true)
        settings.capturePath = settings.capturePath ?? (needsOutput ? "-" : nil)
        settings.capturesAll = logsAll || file.logsAll ?? false
        try answers.apply(file.answers, to: &settings)
        if let zone { settings.localZone = try ZoneFile.read(zone) }
        guard !settings.upstreams.isEmpty || settings.localZone != nil else {
            throw Failure.usage("no upstream; give --upstream ADDRESS[:PORT], or `upstreams:` in the configuration")
        }
        return settings
    }

    private static func tap(_ text: String) throws -> TapTarget {
        guard let target = TapTarget(text) else {
            throw Failure.usage("--dnstap \(TerminalText.escaped(text)): \(TapTarget.hint)")
        }
        return target
    }

    private static func cacheOctets(_ mebibytes: Int) throws -> Int {
        guard (1...1 << 20).contains(mebibytes) else {
            throw Failure.usage("--cache \(mebibytes): a size in MiB, from 1 to 1048576")
        }
        return mebibytes << 20
    }

    private static func range(_ text: String) throws -> AddressRange {
        guard let range = AddressRange(text) else {
            throw Failure.usage("--allow \(TerminalText.escaped(text)): write 192.0.2.0/24 or 2001:db8::/32")
        }
        return range
    }
}

extension UpdateNeed {
    fileprivate init(_ endpoint: Endpoint) {
        self.init(
            service: endpoint.service.rawValue,
            phase: endpoint.phase.rawValue,
            severity: endpoint.severity.rawValue
        )
    }
}

/// What a server decides by: lists and catalog, read together so that a reload takes both or none.
private struct ServedPolicy {
    var loaded: LoadedStack
    var policy: ServerPolicy

    static func load(_ requested: Configuration.Stack, _ options: CatalogOptions) throws -> ServedPolicy {
        let catalog = try options.load()
        let loaded = try LoadedStack.load(requested, needsRules: true)
        var policy = ServerPolicy(
            stack: loaded.stack,
            layerNames: requested.layers.map(\.name),
            need: { name in
                guard catalog.mayCover(name) else { return nil }
                return catalog.endpoint(matching: name.name).map(UpdateNeed.init)
            },
            isProtected: { catalog.mayCover($0) && catalog.protects($0.name) }
        )
        policy.isKnownAlias = { catalog.mayLead($0, to: $1) }
        policy.layerModes = requested.layers.map(\.mode)
        policy.groups = loaded.groups
        return ServedPolicy(loaded: loaded, policy: policy)
    }
}

/// The last line of a server.
private enum ServeSummary {
    static func text(_ counters: Counters) -> String {
        var parts = [
            "\(counters.queries) queries", "\(counters.hits) from the cache", "\(counters.misses) asked upstream",
        ]
        parts.append("\(counters.flagged) flagged")
        let others: [(String, UInt64)] = [
            ("answered by policy", counters.blocked), ("answered locally", counters.local),
            ("refused or malformed", counters.rejected),
            ("sent to TCP or dropped by the rate limit", counters.rateLimited + counters.droppedByRate),
            ("given although stale", counters.stale), ("withheld", counters.withheld), ("failed", counters.failed),
            ("failed TLS handshakes", counters.failedHandshakes),
            ("failed TLS handshakes with upstreams", counters.upstreamTLSFailures),
            ("records lost", counters.droppedRecords), ("unlike the references", counters.differences),
            ("not compared", counters.droppedComparisons),
        ]
        parts += others.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        return parts.joined(separator: ", ")
    }
}
