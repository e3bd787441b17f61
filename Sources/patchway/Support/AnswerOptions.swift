import ArgumentParser
import DNS
import Reports
import Resolver
import Settings
import TextScan

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
        settings.rebindExempt = privateNames.isEmpty ? file.privateNames : try privateNames.map(Self.name)
        settings.answersWhy = file.answersWhy ?? true
        settings.answersWithoutRecursionDesired = answersWithoutRD || file.answersWithoutRecursionDesired ?? false
    }

    private static func name(_ text: String) throws -> DomainName {
        guard let name = try? DomainName(text) else {
            throw Failure.usage("--private-name \(TerminalText.escaped(text)): write a name such as corp.example")
        }
        return name
    }
}
