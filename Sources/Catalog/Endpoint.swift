/// One catalog entry: a name pattern that an update service needs, and what is known about it.
public struct Endpoint: Sendable, Hashable {
    /// Whether the client accepts only the vendor's own certificates there, so that TLS inspection breaks it.
    public enum Pinning: String, Sendable, CaseIterable {
        /// It does.
        case yes
        /// It does not.
        case no
        /// Nobody says.
        case unknown
        /// Not TLS, or the certificate does not matter.
        case notApplicable = "na"
    }

    /// Scheme and port, `https/443`.
    public struct Transport: Sendable, Hashable, CustomStringConvertible {
        /// The scheme in lower case: `https`, `http`, `dns`, `udp`, `tcp`, `mqtt`, `amqp`.
        public let scheme: String
        /// The port on the server's side.
        public let port: UInt16

        /// Reads `scheme/port`; nil when it is not that.
        public init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0,
                parts[0].utf8.allSatisfy({ (0x61...0x7A).contains($0) })
            else { return nil }
            scheme = String(parts[0])
            self.port = port
        }

        /// `scheme/port`.
        public var description: String { "\(scheme)/\(port)" }
    }

    /// The names.
    public var pattern: EndpointPattern
    /// Whether these names are CDN or cloud space that others use too. Shared endpoints document a need; lookups leave
    /// them out unless asked, because exempting them would exempt a large part of the web.
    public var isShared: Bool
    /// Whose names they are.
    public var service: Service
    /// The step that needs them.
    public var phase: Phase
    /// How they are reached.
    public var transports: [Transport]
    /// Whether the client pins certificates.
    public var pinning: Pinning
    /// How bad it is when they do not resolve.
    public var severity: Severity
    /// What stops, in a few words; nil when nobody says.
    public var breaks: String?
    /// The client's error codes that sources tie to these very names.
    public var errors: [ErrorCode]
    /// Who needs them.
    public var profiles: [Profile]
    /// Ids of ``Source``s.
    public var sources: [String]
    /// Traps and disagreements.
    public var note: String?

    /// An endpoint of its parts.
    public init(
        pattern: EndpointPattern,
        isShared: Bool = false,
        service: Service,
        phase: Phase,
        transports: [Transport] = [],
        pinning: Pinning = .unknown,
        severity: Severity,
        breaks: String? = nil,
        errors: [ErrorCode] = [],
        profiles: [Profile] = [],
        sources: [String] = [],
        note: String? = nil
    ) {
        self.pattern = pattern
        self.isShared = isShared
        self.service = service
        self.phase = phase
        self.transports = transports
        self.pinning = pinning
        self.severity = severity
        self.breaks = breaks
        self.errors = errors
        self.profiles = profiles
        self.sources = sources
        self.note = note
    }
}
