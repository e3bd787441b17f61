import DNS
import Policy

extension Finding {
    /// What a client is left with.
    public enum Reach: String, Sendable, CaseIterable {
        /// No address.
        case everything
        /// IPv6 addresses only.
        case ipv4
        /// IPv4 addresses only.
        case ipv6
        /// All addresses; other records, such as HTTPS, are lost.
        case otherTypes = "other-types"
    }

    /// What is taken away, judged by the types that were asked about.
    public var reach: Reach {
        func isBroken(_ type: RRType) -> Bool { outcomes.contains { $0.type == type && !$0.kind.isPass } }
        func passes(_ type: RRType) -> Bool { outcomes.contains { $0.type == type && $0.kind.isPass } }
        switch (isBroken(.a), isBroken(.aaaa)) {
        case (true, false): return passes(.aaaa) ? .ipv4 : .everything
        case (false, true): return passes(.a) ? .ipv6 : .everything
        case (true, true): return .everything
        case (false, false): return passes(.a) || passes(.aaaa) ? .otherTypes : .everything
        }
    }
}
