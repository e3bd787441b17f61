/// What is known about one error code of an update client.
public struct ClientError: Sendable, Hashable {
    /// Where to look; not a proof of what happened.
    public enum Stage: String, Sendable, CaseIterable, Codable {
        /// Name resolution.
        case dns
        /// Routes, firewalls, sinkholes, time-outs.
        case reachability
        /// Proxy settings and authentication.
        case proxy
        /// Certificates, inspection, revocation, clock.
        case tls
        /// Status codes and web-service faults.
        case http
        /// What arrived is not what was asked for.
        case content
    }

    /// The code.
    public let code: ErrorCode
    /// The names that headers give it; empty when no source has one.
    public let symbols: [String]
    /// The Win32 number inside, when the source names it.
    public let win32: UInt16?
    /// What it means.
    public let meaning: String
    /// Where to look.
    public let stage: Stage
    /// The first thing to check.
    public let checkFirst: String
    /// Ids of ``Source``s.
    public let sources: [String]
    /// Where sources disagree.
    public let conflict: String?
    /// Anything else.
    public let note: String?

    /// An error of its parts.
    public init(
        code: ErrorCode,
        symbols: [String],
        win32: UInt16? = nil,
        meaning: String,
        stage: Stage,
        checkFirst: String,
        sources: [String] = [],
        conflict: String? = nil,
        note: String? = nil
    ) {
        self.code = code
        self.symbols = symbols
        self.win32 = win32
        self.meaning = meaning
        self.stage = stage
        self.checkFirst = checkFirst
        self.sources = sources
        self.conflict = conflict
        self.note = note
    }
}
