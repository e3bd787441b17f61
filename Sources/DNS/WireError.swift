/// Why octets are not the DNS element they claim to be. Offsets are octets from the start of the message.
public enum WireError: Error, Equatable, Sendable {
    /// The octets end inside the element that starts at `offset`.
    case truncated(offset: Int)
    /// A label length octet uses the reserved types 01 or 10 (RFC 1035 §4.1.4, RFC 6891 §5).
    case badLabelType(offset: Int)
    /// A compression pointer does not point strictly backwards (RFC 1035 §4.1.4: "a prior occurrence").
    case badPointer(offset: Int)
    /// The expanded name is longer than 255 octets (RFC 1035 §3.1).
    case nameTooLong(offset: Int)
    /// RDLENGTH disagrees with the content that its type prescribes (RFC 1035 §3.2.1).
    case badRDATA(offset: Int)
    /// A value is outside what the protocol allows at this place.
    case badValue(offset: Int)
    /// Octets are left after the last record that the header announces.
    case trailingOctets(offset: Int)

    /// Octets from the start of the message at which the fault shows.
    public var offset: Int {
        switch self {
        case .truncated(let offset), .badLabelType(let offset), .badPointer(let offset), .nameTooLong(let offset),
            .badRDATA(let offset), .badValue(let offset), .trailingOctets(let offset):
            offset
        }
    }
}

/// Why a text is not a domain name in presentation form. Offsets are octets from the start of the text.
public enum NameError: Error, Equatable, Sendable {
    /// There is no text at all; the root is written `.`.
    case empty
    /// Two dots without a label between them, or a leading dot.
    case emptyLabel(offset: Int)
    /// A label is longer than 63 octets (RFC 1035 §2.3.4).
    case labelTooLong(offset: Int)
    /// The wire form is longer than 255 octets (RFC 1035 §2.3.4).
    case nameTooLong
    /// A backslash that is not followed by a character or by three digits up to 255 (RFC 1035 §5.1).
    case badEscape(offset: Int)
    /// The octets given as wire form are not exactly one uncompressed name.
    case malformedWire(offset: Int)
}

extension NameError: CustomStringConvertible {
    /// What is wrong, for people; positions are counted from 1.
    public var description: String {
        switch self {
        case .empty: "it is empty; the root is written `.`"
        case .emptyLabel(let offset): "an empty label at character \(offset + 1)"
        case .labelTooLong(let offset): "a label longer than 63 octets at character \(offset + 1)"
        case .nameTooLong: "longer than 255 octets"
        case .badEscape(let offset):
            "a backslash without a character or three digits up to 255 at character \(offset + 1)"
        case .malformedWire(let offset): "no single uncompressed name, at octet \(offset + 1)"
        }
    }
}

extension WireError: CustomStringConvertible {
    /// What is wrong, for people; octets are counted from 0, as dissectors do.
    public var description: String {
        switch self {
        case .truncated(let offset): "cut off at octet \(offset)"
        case .badLabelType(let offset): "a reserved label type at octet \(offset)"
        case .badPointer(let offset): "a compression pointer that does not point backwards at octet \(offset)"
        case .nameTooLong(let offset): "a name longer than 255 octets at octet \(offset)"
        case .badRDATA(let offset): "RDATA that does not fit its type at octet \(offset)"
        case .badValue(let offset): "a value that may not stand there at octet \(offset)"
        case .trailingOctets(let offset): "octets behind the last record, from octet \(offset)"
        }
    }
}
