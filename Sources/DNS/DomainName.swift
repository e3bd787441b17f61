/// A domain name that owns its octets: uncompressed wire form with the root octet, validated (RFC 1035 §3.1).
///
/// Use it wherever a name outlives a message: catalogs, chains, findings, logs. The data plane uses ``NameBuffer``.
/// Letter case is kept as given; equality, order and hashing ignore ASCII case (RFC 4343).
public struct DomainName: Sendable {
    /// The wire form, root octet included: 1 to 255 octets.
    public let wire: [UInt8]

    /// The longest wire form, in octets.
    public static let maximumWireLength = 255
    /// The longest label, in octets.
    public static let maximumLabelLength = 63
    /// The name of no labels.
    public static let root = DomainName(trustedWire: [0])

    /// Takes octets that are known to be one valid uncompressed name.
    package init(trustedWire wire: [UInt8]) {
        self.wire = wire
    }

    /// Validates octets as exactly one uncompressed name.
    public init(wire: [UInt8]) throws(NameError) {
        var position = 0
        while true {
            guard position < wire.count else { throw .malformedWire(offset: position) }
            let length = Int(wire[position])
            if length == 0 { break }
            guard length <= Self.maximumLabelLength else { throw .malformedWire(offset: position) }
            position += length + 1
        }
        guard position + 1 == wire.count else { throw .malformedWire(offset: position) }
        guard wire.count <= Self.maximumWireLength else { throw .nameTooLong }
        self.wire = wire
    }

    /// Whether this is the root.
    public var isRoot: Bool { wire.count == 1 }

    /// The number of labels, the root not counted: 0 to 127.
    /// - Complexity: O(labels)
    public var labelCount: Int {
        var count = 0
        var position = 0
        while wire[position] != 0 {
            count += 1
            position += Int(wire[position]) + 1
        }
        return count
    }

    /// The name without its leftmost label, or nil for the root.
    public var parent: DomainName? {
        isRoot ? nil : DomainName(trustedWire: Array(wire[(Int(wire[0]) + 1)...]))
    }

    /// The same name with ASCII letters in lower case.
    public var lowercased: DomainName {
        // Length octets are at most 63 and never look like letters.
        DomainName(trustedWire: wire.map(asciiLowercased))
    }

    /// The octets of each label, leftmost first, without length octets.
    public var labels: [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        var position = 0
        while wire[position] != 0 {
            let end = position + 1 + Int(wire[position])
            result.append(wire[(position + 1)..<end])
            position = end
        }
        return result
    }

    /// Whether this name equals `other` or lies below it, on label boundaries and ignoring case.
    /// - Complexity: O(octets)
    public func isEqualOrBelow(_ other: DomainName) -> Bool {
        let start = wire.count - other.wire.count
        guard start >= 0 else { return false }
        var position = 0
        while position < start {
            guard wire[position] != 0 else { return false }
            position += Int(wire[position]) + 1
        }
        guard position == start else { return false }
        for index in other.wire.indices where asciiLowercased(wire[start + index]) != asciiLowercased(other.wire[index])
        {
            return false
        }
        return true
    }

    /// The name made of `label` in front of this one, or nil when it would be too long.
    public func child(_ label: some Collection<UInt8>) -> DomainName? {
        guard (1...Self.maximumLabelLength).contains(label.count), wire.count + label.count < Self.maximumWireLength
        else { return nil }
        return DomainName(trustedWire: [UInt8(label.count)] + label + wire)
    }

    /// The lookup key whose byte order is the canonical DNS order (RFC 4034 §6.1): labels root-first, lower case,
    /// each followed by a zero octet; octets 0 and 1 inside a label are escaped with 1 so that order is kept.
    /// - Complexity: O(octets)
    public var rootFirstKey: [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(wire.count)
        for label in labels.reversed() {
            for octet in label {
                let lower = asciiLowercased(octet)
                if lower <= 1 { key.append(1) }
                key.append(lower)
            }
            key.append(0)
        }
        return key
    }
}

extension DomainName: Hashable, Comparable {
    /// Whether two names have the same octets, ASCII case ignored (RFC 4343).
    public static func == (left: DomainName, right: DomainName) -> Bool {
        left.wire.span.isEqualFolded(right.wire.span)
    }

    /// Feeds the digest to the hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    /// Canonical DNS order (RFC 4034 §6.1).
    public static func < (left: DomainName, right: DomainName) -> Bool {
        left.rootFirstKey.lexicographicallyPrecedes(right.rootFirstKey)
    }
}
