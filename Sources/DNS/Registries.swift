/// A resource record type (IANA "Resource Record (RR) TYPEs"). An open registry, so not an enum.
public struct RRType: RawRepresentable, Hashable, Sendable {
    /// The code on the wire.
    public let rawValue: UInt16
    /// Any code, assigned or not.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// IPv4 address (RFC 1035).
    public static let a = RRType(rawValue: 1)
    /// Authoritative name server (RFC 1035).
    public static let ns = RRType(rawValue: 2)
    /// Canonical name (RFC 1035).
    public static let cname = RRType(rawValue: 5)
    /// Start of authority (RFC 1035).
    public static let soa = RRType(rawValue: 6)
    /// Pointer (RFC 1035).
    public static let ptr = RRType(rawValue: 12)
    /// Host information (RFC 1035).
    public static let hinfo = RRType(rawValue: 13)
    /// Mail exchange (RFC 1035).
    public static let mx = RRType(rawValue: 15)
    /// Text (RFC 1035).
    public static let txt = RRType(rawValue: 16)
    /// IPv6 address (RFC 3596).
    public static let aaaa = RRType(rawValue: 28)
    /// Service location (RFC 2782).
    public static let srv = RRType(rawValue: 33)
    /// Delegation name (RFC 6672).
    public static let dname = RRType(rawValue: 39)
    /// EDNS pseudo record (RFC 6891).
    public static let opt = RRType(rawValue: 41)
    /// DS (RFC 4034).
    public static let ds = RRType(rawValue: 43)
    /// DNSSEC signature (RFC 4034).
    public static let rrsig = RRType(rawValue: 46)
    /// Denial of existence (RFC 4034).
    public static let nsec = RRType(rawValue: 47)
    /// Hashed denial of existence (RFC 5155).
    public static let nsec3 = RRType(rawValue: 50)
    /// Service binding (RFC 9460).
    public static let svcb = RRType(rawValue: 64)
    /// Service binding for HTTPS (RFC 9460).
    public static let https = RRType(rawValue: 65)
    /// Transaction signature (RFC 8945).
    public static let tsig = RRType(rawValue: 250)
    /// Incremental transfer (RFC 1995).
    public static let ixfr = RRType(rawValue: 251)
    /// Zone transfer (RFC 5936).
    public static let axfr = RRType(rawValue: 252)
    /// Certification authority authorization (RFC 8659).
    public static let caa = RRType(rawValue: 257)
    /// All types (RFC 8482).
    public static let any = RRType(rawValue: 255)
}

/// A class (IANA "DNS CLASSes").
public struct RRClass: RawRepresentable, Hashable, Sendable {
    /// The code on the wire.
    public let rawValue: UInt16
    /// Any code, assigned or not.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// Internet.
    public static let `in` = RRClass(rawValue: 1)
    /// Chaos.
    public static let ch = RRClass(rawValue: 3)
    /// No class, in updates only (RFC 2136 §2.4).
    public static let none = RRClass(rawValue: 254)
    /// Any class, in questions and updates only.
    public static let any = RRClass(rawValue: 255)
}

/// An extended response code (IANA "DNS RCODEs"): 4 bits of the header and 8 of the OPT record.
public struct ResponseCode: RawRepresentable, Hashable, Sendable {
    /// The 12-bit code.
    public let rawValue: UInt16
    /// Any code, assigned or not.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// No error.
    public static let noError = ResponseCode(rawValue: 0)
    /// Format error.
    public static let formErr = ResponseCode(rawValue: 1)
    /// Server failure.
    public static let servFail = ResponseCode(rawValue: 2)
    /// Name does not exist.
    public static let nxDomain = ResponseCode(rawValue: 3)
    /// Not implemented.
    public static let notImp = ResponseCode(rawValue: 4)
    /// Refused by policy.
    public static let refused = ResponseCode(rawValue: 5)
    /// Name exists when it should not; for DNAME the target is too long (RFC 2136, RFC 6672).
    public static let yxDomain = ResponseCode(rawValue: 6)
    /// Unsupported EDNS version (RFC 6891).
    public static let badVers = ResponseCode(rawValue: 16)
}

/// An operation code (IANA "DNS OpCodes").
public struct Opcode: RawRepresentable, Hashable, Sendable {
    /// The 4-bit code.
    public let rawValue: UInt8
    /// Any code, assigned or not.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Standard query.
    public static let query = Opcode(rawValue: 0)
}

/// An extended DNS error code (RFC 8914 and IANA "Extended DNS Error Codes").
public struct ExtendedErrorCode: RawRepresentable, Hashable, Sendable {
    /// The INFO-CODE.
    public let rawValue: UInt16
    /// Any code, assigned or not.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// The answer was made up by policy.
    public static let forged = ExtendedErrorCode(rawValue: 4)
    /// Stale answer.
    public static let staleAnswer = ExtendedErrorCode(rawValue: 3)
    /// Stale NXDOMAIN answer.
    public static let staleNXDomainAnswer = ExtendedErrorCode(rawValue: 19)
    /// The server is not ready, for example because it is going down.
    public static let notReady = ExtendedErrorCode(rawValue: 14)
    /// Blocked by the operator's own policy.
    public static let blocked = ExtendedErrorCode(rawValue: 15)
    /// Blocked by an external requirement.
    public static let censored = ExtendedErrorCode(rawValue: 16)
    /// Blocked as the client asked.
    public static let filtered = ExtendedErrorCode(rawValue: 17)
    /// The client may not use this server.
    public static let prohibited = ExtendedErrorCode(rawValue: 18)
    /// No upstream could be reached.
    public static let noReachableAuthority = ExtendedErrorCode(rawValue: 22)
    /// The upstream failed on the network.
    public static let networkError = ExtendedErrorCode(rawValue: 23)
    /// The upstream answered with data that cannot be.
    public static let invalidData = ExtendedErrorCode(rawValue: 24)
}
