import Foundation
import Policy

/// How the oracle runs an engine of this machine. One file per engine, `EngineSetup+NAME.swift`, and one line in ``all``.
struct EngineSetup: Sendable {
    /// The engine whose model is compared.
    var engine: Engine
    /// The name of the program.
    var program: String
    /// Its arguments; `@FOLDER@` and `@PORT@` are filled in.
    var arguments: [String]
    /// Seconds that addresses of the upstream live. BIND looks them up in its cache once more when it has rules about them,
    /// and finds none when their second has passed.
    var addressLifetime: UInt32 = 0
    /// Fills a round with random rules, and with questions beyond the common ones.
    var makeRules: @Sendable (inout RoundMaker, inout Round) -> Void
    /// The configuration files beside the lists: name and text; `@FOLDER@`, `@PORT@` and `@UPSTREAM@` are filled in.
    var files: @Sendable (Round) -> [(name: String, text: String)]
    /// Whether it is asked for hosts over HTTP, not for names over DNS.
    var isProxy = false

    /// The engines that can run here at all.
    static let all: [EngineSetup] = [
        .dnsmasq,
        .unbound,
        .unboundRPZ,
        .bindRPZ,
        .pdnsRPZ,
        .knotRPZ,
        .dnsdist,
        .knotPolicy,
        .squid,
    ]

    /// Where the program is; nil when it is not installed.
    var path: String? {
        ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/"].map { $0 + program }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
