/// What ``ZoneReader`` makes of one entry of a master file.
public enum ZoneEntry: Equatable, Sendable {
    /// A resource record.
    case record(ZoneRecord)
    /// Something that gave no record.
    case diagnostic(ZoneDiagnostic)
}

/// A record and where its text stands.
public struct ZoneRecord: Equatable, Sendable {
    /// The record.
    public let record: ResourceRecord
    /// The line its entry starts on, counted from 1.
    public let line: Int
    /// The octets of its entry in the source: from the first to the last that is neither blank nor comment.
    public let bytes: Range<Int>
}

/// Why an entry gave no record, and where it stands.
public struct ZoneDiagnostic: Equatable, Sendable, CustomStringConvertible {
    /// The line the entry starts on, counted from 1.
    public let line: Int
    /// The octets of the entry in the source.
    public let bytes: Range<Int>
    /// What is wrong.
    public let fault: ZoneFault

    /// The line and the reason; always printable ASCII.
    public var description: String { "line \(line): \(fault)" }
}

/// Why an entry gave no record.
public enum ZoneFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The entry is not a record.
    case record(RecordError)
    /// `$INCLUDE` or `$GENERATE`, which are not followed: its records are missing from the result.
    case notFollowed(directive: String)
    /// A `$` directive that no RFC defines.
    case unknownDirective(String)
    /// The argument of `$ORIGIN` is missing, not a name, or not alone; relative names fail until the next one.
    case badOrigin
    /// The argument of `$TTL` is missing, not a number of seconds, or not alone; the directive has no effect.
    case badTTL

    /// The reason in one sentence without a full stop.
    public var description: String {
        switch self {
        case .record(let error): error.description
        case .notFollowed(let directive): "\(directive) is not followed: records it would give are missing"
        case .unknownDirective(let directive): "unknown directive '\(directive)'"
        case .badOrigin: "$ORIGIN needs one domain name; relative names are refused until the next $ORIGIN"
        case .badTTL: "$TTL needs one number of seconds below 4294967296; it is ignored"
        }
    }
}
