public import DNS

/// What validation makes of an answer.
public enum ValidationVerdict: Sendable, Equatable {
    /// Proven by signatures from a trust anchor down; good for so many seconds at most.
    case secure(lifetime: UInt32)
    /// Proven to be unsigned, or beyond what is understood.
    case insecure
    /// Not what the zone's owner signed.
    case bogus(ValidationFault)
    /// Keys could not be had.
    case unanswered
}

/// Why an answer is bogus: an extended error and words.
public struct ValidationFault: Error, Sendable, Equatable {
    /// The code (RFC 8914 §4.7 to §4.13).
    public var code: ExtendedErrorCode
    /// The words for it; names in it are safe to print.
    public var text: String

    init(_ code: ExtendedErrorCode, _ text: String) {
        self.code = code
        self.text = text
    }
}

extension ExtendedErrorCode {
    /// Signatures are not right.
    static let bogus = ExtendedErrorCode(rawValue: 6)
    /// The time of signatures is over.
    static let signatureExpired = ExtendedErrorCode(rawValue: 7)
    /// The time of signatures has not come.
    static let signatureEarly = ExtendedErrorCode(rawValue: 8)
    /// There is no key for the DS records.
    static let keyMissing = ExtendedErrorCode(rawValue: 9)
    /// There are no signatures.
    static let signaturesMissing = ExtendedErrorCode(rawValue: 10)
    /// There is no proof that something does not exist.
    static let denialMissing = ExtendedErrorCode(rawValue: 12)
}

/// Work that one answer may cause (KeyTrap, CVE-2023-50387, and CVE-2023-50868).
struct ValidationBudget: Sendable {
    /// Signatures tried.
    var signatures = 64
    /// Names hashed for NSEC3.
    var hashes = 128
    /// Questions asked for keys and delegations.
    var fetches = 48

    /// Signatures tried for one set.
    static let signaturesOfSet = 8
    /// Keys tried for one signature, where several have its tag.
    static let keysOfSignature = 4
    /// Hash iterations; what has more is taken for unsigned (RFC 9276 §3.2).
    static let iterations = 150

    /// Takes one of something.
    mutating func take(_ part: WritableKeyPath<ValidationBudget, Int>) throws(Stop) {
        guard self[keyPath: part] > 0 else { throw .bogus(ValidationFault(.bogus, "too much work to validate")) }
        self[keyPath: part] -= 1
    }
}

/// Why validation does not go on.
enum Stop: Error {
    /// It needs this answer.
    case needs(DomainName, RRType)
    /// The answer is bogus.
    case bogus(ValidationFault)
    /// Something that is needed cannot be had.
    case unanswered
}
