public import DNS
public import LDNS

/// Keys that are believed without proof, and names below which nothing is validated.
public struct TrustAnchors: Sendable {
    /// The RDATA of the DS and DNSKEY records of a zone.
    struct Anchor: Sendable, Equatable {
        var digests: [[UInt8]] = []
        var keys: [[UInt8]] = []
    }

    private(set) var anchors: [DomainName: Anchor] = [:]
    /// Names that are not validated, with everything below them.
    public var exempt: [DomainName] = []

    /// None: nothing is validated.
    public init() {}

    /// Those of the root zone (IANA, root-anchors.xml: 2017 and 2024).
    public static var root: TrustAnchors {
        var anchors = TrustAnchors()
        anchors.add(
            .root,
            ds: [0x4F, 0x66, 8, 2] + hexadecimal("E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")
        )
        anchors.add(
            .root,
            ds: [0x97, 0x28, 8, 2] + hexadecimal("683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16")
        )
        return anchors
    }

    private static func hexadecimal(_ text: StaticString) -> [UInt8] {
        let digits = Array(String(describing: text).utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
    }

    /// Whether there is none.
    public var isEmpty: Bool { anchors.isEmpty }

    /// Adds the RDATA of a DS record.
    public mutating func add(_ zone: DomainName, ds data: [UInt8]) {
        anchors[zone.lowercased, default: Anchor()].digests.append(data)
    }

    /// Adds the RDATA of a DNSKEY record.
    public mutating func add(_ zone: DomainName, key data: [UInt8]) {
        anchors[zone.lowercased, default: Anchor()].keys.append(data)
    }

    /// Adds a record of a file; false for other types than DS and DNSKEY, and for what is too short to be one.
    public mutating func add(_ record: ResourceRecord) -> Bool {
        guard record.data.count > 4 else { return false }
        switch record.type {
        case .ds: add(record.owner, ds: record.data)
        case .dnskey: add(record.owner, key: record.data)
        default: return false
        }
        return true
    }

    /// The deepest zone at or above a name that keys are known of.
    func zone(above name: DomainName) -> DomainName? {
        var current: DomainName? = name
        while let candidate = current {
            if anchors[candidate] != nil { return candidate }
            current = candidate.parent
        }
        return nil
    }

    /// Whether nothing is validated at a name.
    func exempts(_ name: DomainName) -> Bool { exempt.contains { name.isEqualOrBelow($0) } }
}
