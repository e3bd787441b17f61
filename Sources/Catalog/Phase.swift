/// The step of an update that needs an endpoint. The set is closed: catalog files use these words and no others.
public enum Phase: String, Sendable, CaseIterable, Codable {
    /// Finding the service; redirects; settings that steer it.
    case detect
    /// Asking which updates apply.
    case scan
    /// Descriptions, policies, compatibility data.
    case metadata
    /// Content.
    case download
    /// Finding peers and caches.
    case peer
    /// Trust lists, revocation, attestation.
    case verify
    /// Device, account and licence tokens.
    case authenticate
    /// Policy, push and device management.
    case manage
    /// Network probes and the clock.
    case connectivity
    /// Cloud protection and reputation.
    case protect
    /// Status, telemetry, crash reports.
    case report
}
