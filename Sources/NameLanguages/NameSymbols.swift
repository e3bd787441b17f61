/// A set of the octets that names are made of here: small letters, digits, `-`, `_`, and the dot between labels.
///
/// Names may hold any octet, but hosts of update services hold these, and filters compare them in small letters. What is said
/// of every name is said of the names of these octets.
public struct NameSymbols: Hashable, Sendable {
    /// Bit n: the n-th octet of ``alphabet``.
    var bits: UInt64

    /// The octets, those first that a name for people is best made of; the dot is the last.
    public static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789-_.".utf8)
    /// The bit of every octet; above 63 for those that no name has here.
    private static let places: [UInt8] = {
        var places = [UInt8](repeating: .max, count: 256)
        for (place, octet) in alphabet.enumerated() { places[Int(octet)] = UInt8(place) }
        return places
    }()

    /// Every octet, the dot included.
    public static let all = NameSymbols(bits: 1 << UInt64(alphabet.count) - 1)
    /// The dot.
    public static let dot = NameSymbols(0x2E)
    /// Those that stand in labels.
    public static let label = NameSymbols(bits: all.bits & ~dot.bits)
    /// None.
    public static let none = NameSymbols(bits: 0)

    init(bits: UInt64) { self.bits = bits }

    /// One octet; the empty set where no name has it.
    public init(_ octet: UInt8) {
        let place = Self.places[Int(octet)]
        bits = place < 64 ? 1 << UInt64(place) : 0
    }

    /// The octets for which something holds.
    public init(where holds: (UInt8) -> Bool) {
        self = Self.alphabet.reduce(into: .none) { if holds($1) { $0.formUnion(NameSymbols($1)) } }
    }

    /// Whether there are none.
    public var isEmpty: Bool { bits == 0 }
    /// The octets that are not in it.
    public var inverted: NameSymbols { NameSymbols(bits: Self.all.bits & ~bits) }
    /// The first octet.
    var first: UInt8 { Self.alphabet[bits.trailingZeroBitCount] }

    /// Whether an octet is in it.
    public func contains(_ octet: UInt8) -> Bool { bits & NameSymbols(octet).bits != 0 }
    /// Adds octets.
    public mutating func formUnion(_ other: NameSymbols) { bits |= other.bits }
}

/// How long names may be.
public struct NameLimits: Hashable, Sendable {
    /// Octets of a label.
    public var label: Int
    /// Octets of a name with the dots between its labels.
    public var name: Int

    /// Limits of one's own.
    public init(label: Int, name: Int) {
        self.label = label
        self.name = name
    }

    /// Those of the DNS: 63 octets a label, and 255 of a name in wire form, where two more stand than in its text.
    public static let dns = NameLimits(label: 63, name: 253)

    func allow(_ text: [UInt8]) -> Bool {
        text.count <= name
            && text.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { $0.count <= label }
    }
}
