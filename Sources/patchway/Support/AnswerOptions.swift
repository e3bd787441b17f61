import ArgumentParser
import DNS
import LDNS
import Reports
import Resolver
import Settings
import TextScan
import Validation

/// What `serve` does with the answers of upstreams; options win over the configuration.
struct AnswerOptions: ParsableArguments {
    @Option(name: .customLong("max-ttl"), help: "Seconds that records are kept at most; 86400 without it.")
    var maximumTTL: UInt32?

    @Option(
        name: .customLong("max-negative-ttl"),
        help: "Seconds that negative answers are kept at most; 3600 without it."
    )
    var maximumNegativeTTL: UInt32?

    @Option(
        name: .customLong("stale"),
        help: """
            Seconds after their end for which answers may be given while no upstream answers (RFC 8767); 0: never, 86400 \
            without it.
            """
    )
    var staleLimit: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Renew answers that are still asked for at the end of their life before it ends. On without it."
    )
    var prefetch: Bool?

    @Flag(
        name: .customLong("stop-rebinding"),
        help: "Withhold answers with private addresses, also in address hints (DNS rebinding)."
    )
    var stopsRebinding = false

    @Option(
        name: .customLong("private-name"),
        help: "A name that may have private addresses all the same, with those below it; repeatable."
    )
    var privateNames: [String] = []

    @Flag(
        name: .customLong("break-dnssec"),
        help: "Let the policy rewrite signed answers also for clients that ask for the signatures (DO)."
    )
    var breaksDNSSEC = false

    @Option(
        name: .customLong("dnssec"),
        help: """
            validate: check signatures from the trust anchor down; what is not what its owner signed becomes SERVFAIL. pass, \
            without it: leave that to clients.
            """
    )
    var dnssec: String?

    @Option(
        name: .customLong("trust-anchor"),
        help: "A master file with the DS or DNSKEY records that are believed; those of the root zone without it."
    )
    var trustAnchor: String?

    @Option(
        name: .customLong("insecure-name"),
        help: "A name that is not validated, with those below it; repeatable."
    )
    var insecureNames: [String] = []

    @Flag(
        name: .customLong("answer-without-rd"),
        help: "Answer queries that do not ask for recursion; without it they are refused (cache snooping)."
    )
    var answersWithoutRD = false

    /// Takes what options and file say over into the settings.
    func apply(_ file: Configuration.Answers, to settings: inout ServerConfiguration) throws {
        settings.maximumTTL = maximumTTL ?? file.maximumTTL.map(UInt32.init) ?? settings.maximumTTL
        settings.maximumNegativeTTL =
            maximumNegativeTTL ?? file.maximumNegativeTTL.map(UInt32.init) ?? settings.maximumNegativeTTL
        settings.staleLimit = staleLimit ?? file.staleLimit ?? settings.staleLimit
        settings.prefetches = prefetch ?? file.prefetches ?? settings.prefetches
        settings.breaksDNSSEC = breaksDNSSEC || file.breaksDNSSEC ?? false
        settings.rebindProtection = stopsRebinding || file.stopsRebinding ?? false
        settings.rebindExempt =
            try privateNames.isEmpty ? file.privateNames : privateNames.map { try Self.name($0, "--private-name") }
        settings.trustAnchors = try anchors(file)
        settings.answersWhy = file.answersWhy ?? true
        settings.answersWithoutRecursionDesired = answersWithoutRD || file.answersWithoutRecursionDesired ?? false
    }

    private func anchors(_ file: Configuration.Answers) throws -> TrustAnchors? {
        if let dnssec, dnssec != "pass", dnssec != "validate" {
            throw Failure.unknown(dnssec, of: "--dnssec", "no such choice", ["pass", "validate"])
        }
        let path = trustAnchor ?? file.trustAnchor
        guard dnssec.map({ $0 == "validate" }) ?? file.validates ?? false else {
            if path != nil { throw Failure.usage("a trust anchor is for --dnssec validate") }
            return nil
        }
        var anchors = try path.map(AnchorFile.read) ?? .root
        anchors.exempt =
            try insecureNames.isEmpty ? file.insecureNames : insecureNames.map { try Self.name($0, "--insecure-name") }
        return anchors
    }

    private static func name(_ text: String, _ option: String) throws -> DomainName {
        guard let name = try? DomainName(text) else {
            throw Failure.usage("\(option) \(TerminalText.escaped(text)): write a name such as corp.example")
        }
        return name
    }
}

/// Master files with trust anchors, such as `root.key`.
private enum AnchorFile {
    static func read(_ path: String) throws -> TrustAnchors {
        let octets = try Inputs.octets(path)
        let (records, diagnostics) = ZoneReader().all(in: octets.span)
        let name = TerminalText.escaped(path)
        if let first = diagnostics.first {
            throw Failure.usage("\(name):\(first.line): \(TerminalText.escaped("\(first.fault)"))")
        }
        var anchors = TrustAnchors()
        for record in records where !anchors.add(record.record) {
            throw Failure.usage("\(name):\(record.line): a trust anchor is a DS or DNSKEY record")
        }
        guard !anchors.isEmpty else { throw Failure.usage("\(name): no DS or DNSKEY record") }
        return anchors
    }
}
