public import DNS

/// Why a text is not a resource record in presentation form (RFC 1035 §5.1).
public enum RecordError: Error, Equatable, Sendable {
    /// The text holds no record, more than one, or a `$` directive.
    case notOneRecord
    /// The octets cannot be split into an entry.
    case entry(EntryFault)
    /// The owner is not a name.
    case owner(NameError)
    /// The owner is left out and there is no earlier record to take it from.
    case ownerUnknown
    /// The name is relative and the origin is not known, because the `$ORIGIN` before it could not be read.
    case originUnknown
    /// The TTL is not a number of seconds (units `s m h d w` allowed) below 2³².
    case badTTL(String)
    /// There is no type.
    case missingType
    /// The type is not known and not written `TYPE123`.
    case unknownType(String)
    /// There is no RDATA.
    case missingData
    /// RDATA written as `\# length hex` is not that (RFC 3597 §5).
    case badGenericData
    /// RDATA is well written but does not have the layout of its type.
    case badLayout(RRType)
    /// A name in RDATA whose first label is an escaped `@` or `@` with more behind it: libldns would take it for the
    /// origin (RFC 1035 §5.1 means a free-standing `@` only). The generic form says it without doubt.
    case originLabel
    /// libldns refused the RDATA.
    case library(LibraryError)
}

extension RecordError: CustomStringConvertible {
    /// The reason in one sentence without a full stop.
    public var description: String {
        switch self {
        case .notOneRecord: "not exactly one resource record"
        case .entry(let fault): fault.description
        case .owner(let error): "owner is not a domain name: \(error.reason)"
        case .ownerUnknown: "no owner name, and none to take over from the entry before"
        case .originUnknown: "relative name, but the last $ORIGIN could not be read"
        case .badTTL(let text): "TTL '\(text)' is not a number of seconds below 4294967296"
        case .missingType: "no record type"
        case .unknownType(let text): "unknown record type '\(text)'"
        case .missingData: "no RDATA"
        case .badGenericData: "RDATA after \\# is not a length and that many octets in hexadecimal"
        case .badLayout(let type): "RDATA does not have the layout of \(type)"
        case .originLabel: "name in RDATA starts with a label '@' that libldns takes for the origin"
        case .library(let error): "libldns: \(error)"
        }
    }
}

extension NameError {
    var reason: String {
        switch self {
        case .empty: "it is empty"
        case .emptyLabel: "it has an empty label"
        case .labelTooLong: "a label is longer than 63 octets"
        case .nameTooLong: "it is longer than 255 octets"
        case .badEscape: "a backslash is not followed by a character or by three digits up to 255"
        case .malformedWire: "its wire form is broken"
        }
    }
}
