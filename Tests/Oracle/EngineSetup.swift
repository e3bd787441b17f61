import DNS
import Foundation
import Policy

/// How an engine of this machine is started for a round.
struct EngineSetup {
    /// Where the program is.
    var program: String
    /// Its arguments.
    var arguments: [String]
    /// The configuration file's name and text.
    var configuration: (name: String, text: String)

    /// The engines that can run here at all.
    static let engines: [Engine] = [.dnsmasq, .unbound, .unboundRPZ, .bindRPZ, .pdnsRPZ, .knotRPZ]

    /// The program of an engine; nil when it is not installed.
    static func program(_ engine: Engine) -> String? {
        let name =
            switch engine {
            case .dnsmasq: "dnsmasq"
            case .unbound, .unboundRPZ: "unbound"
            case .bindRPZ: "named"
            case .pdnsRPZ: "pdns_recursor"
            case .knotRPZ: "kresd"
            default: ""
            }
        return name.isEmpty
            ? nil
            : ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/"].map { $0 + name }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The setup for a round; nil when the engine is not installed.
    init?(_ engine: Engine, _ round: Round, upstreamPort: UInt16) {
        guard let program = Self.program(engine) else { return nil }
        self.program = program
        let zones = round.lists.map(\.name)
        let name: String
        let text: String
        switch engine {
        case .dnsmasq:
            (name, text) = ("conf", Self.dnsmasq)
            arguments = ["--keep-in-foreground", "--conf-file=@FOLDER@/conf"]
        case .unbound:
            (name, text) = ("conf", Self.unbound("iterator", round.lists[0].text, zones: []))
            arguments = ["-d", "-c", "@FOLDER@/conf"]
        case .unboundRPZ:
            // Policy zones do nothing unless respip comes first.
            (name, text) = ("conf", Self.unbound("respip iterator", "", zones: zones))
            arguments = ["-d", "-c", "@FOLDER@/conf"]
        case .bindRPZ:
            (name, text) = ("conf", Self.bind(zones))
            arguments = ["-f", "-4", "-n", "1", "-c", "@FOLDER@/conf"]
        case .pdnsRPZ:
            (name, text) = ("recursor.conf", Self.recursor)
            arguments = ["--config-dir=@FOLDER@"]
        case .knotRPZ:
            (name, text) = ("conf", Self.knot(zones))
            arguments = ["-n", "-c", "@FOLDER@/conf", "@FOLDER@"]
        default: return nil
        }
        configuration = (name, text.replacing("@UPSTREAM@", with: String(upstreamPort)))
    }

    /// The files beside the lists.
    static func extraFiles(_ engine: Engine, _ round: Round) -> [(name: String, text: String)] {
        guard engine == .pdnsRPZ else { return [] }
        let lines = round.lists.map { "rpzFile('@FOLDER@/\($0.name)', {policyName='\($0.name)'})\n" }
        return [("policy.lua", lines.joined())]
    }
}

// MARK: - Configurations

extension EngineSetup {
    private static let dnsmasq = """
        port=@PORT@
        listen-address=127.0.0.1
        bind-interfaces
        no-resolv
        no-hosts
        user=root
        group=root
        cache-size=0
        server=127.0.0.1#@UPSTREAM@
        conf-file=@FOLDER@/rules
        addn-hosts=@FOLDER@/hosts

        """

    private static func unbound(_ modules: String, _ rules: String, zones: [String]) -> String {
        let policies = zones.map { "rpz:\n  name: \($0).rpz\n  zonefile: \"@FOLDER@/\($0)\"\n" }.joined()
        return """
            server:
              interface: 127.0.0.1
              port: @PORT@
              username: ""
              chroot: ""
              directory: "@FOLDER@"
              pidfile: ""
              use-syslog: no
              logfile: ""
              do-ip6: no
              do-not-query-localhost: no
              module-config: "\(modules)"
              num-threads: 1
              cache-max-ttl: 0
              cache-max-negative-ttl: 0
              access-control: 127.0.0.0/8 allow
            \(rules)
            remote-control:
              control-enable: no
            forward-zone:
              name: "."
              forward-addr: 127.0.0.1@@UPSTREAM@
            \(policies)
            """
    }

    private static func bind(_ zones: [String]) -> String {
        let policies = zones.map { "zone \"\($0).rpz\"; " }.joined()
        let files = zones.map {
            "zone \"\($0).rpz\" { type primary; file \"@FOLDER@/\($0)\"; check-names ignore; };\n"
        }
        return """
            options {
              directory "@FOLDER@";
              pid-file none;
              session-keyfile none;
              listen-on port @PORT@ { 127.0.0.1; };
              listen-on-v6 { none; };
              recursion yes;
              allow-query { 127.0.0.1; };
              allow-recursion { 127.0.0.1; };
              dnssec-validation no;
              empty-zones-enable no;
              minimal-responses yes;
              forward only;
              forwarders { 127.0.0.1 port @UPSTREAM@; };
              response-policy { \(policies)} qname-wait-recurse no;
            };
            controls { };
            logging { channel out { stderr; severity notice; }; category default { out; }; };
            \(files.joined())
            """
    }

    /// Without `dont-query=` PowerDNS would not ask a server on loopback.
    private static let recursor = """
        local-address=127.0.0.1
        local-port=@PORT@
        daemon=no
        write-pid=no
        socket-dir=@FOLDER@
        allow-from=127.0.0.0/8
        dont-query=
        forward-zones-recurse=.=127.0.0.1:@UPSTREAM@
        dnssec=off
        lua-config-file=@FOLDER@/policy.lua
        threads=1
        pdns-distributes-queries=no
        disable-packetcache=yes
        loglevel=3
        quiet=yes
        security-poll-suffix=
        hint-file=no

        """

    /// `policy.PASS` ends the list of rules, and with it the rule that says where to ask: pass means ask the upstream.
    private static func knot(_ zones: [String]) -> String {
        """
        net.listen('127.0.0.1', @PORT@, { kind = 'dns' })
        modules.unload('priming')
        modules.unload('ta_update')
        modules.unload('ta_signal_query')
        modules.unload('detect_time_skew')
        modules = { 'policy', 'hints > iterate' }
        hints.root({ ['upstream.zz.'] = '127.0.0.1' })
        cache.size = 5 * MB
        trust_anchors.remove('.')
        local ask = policy.STUB('127.0.0.1@@UPSTREAM@')
        local function apply(path)
          local decide = policy.rpz(policy.DENY, path)
          policy.add(function (request, query)
            local action = decide(request, query)
            if action == policy.PASS then return ask end
            return action
          end)
        end
        \(zones.map { "apply('@FOLDER@/\($0)')" }.joined(separator: "\n"))
        policy.add(policy.all(ask))

        """
    }
}
