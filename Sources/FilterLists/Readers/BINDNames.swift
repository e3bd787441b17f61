import DNS
import LDNS
import TextScan

/// The names that BIND does not take in a zone of which it is the primary server, unless `check-names` says otherwise
/// (compared with 9.18, type by type).
enum BINDNames {
    /// Whether BIND refuses the zone for the owner of a record or a name in it.
    static func refuses(_ record: ResourceRecord) -> Bool {
        refuses(owner: record.owner, of: record.type) || refuses(data: record.data, of: record.type)
    }

    /// Whether it refuses a type's records under a name.
    static func refuses(owner: DomainName, of type: RRType) -> Bool {
        guard checkedOwners.contains(type.rawValue) else { return false }
        return !isHost(owner.labels.dropFirst(startsWithStar(owner) ? 1 : 0))
            && !(type != .mx && isDirectory(owner))
    }

    /// The same for an owner that stands in a list without escapes.
    static func refuses(owner text: Span<UInt8>) -> Bool {
        let isStar = text.count > 1 && text[0] == 0x2A && text[1] == 0x2E
        var start = isStar ? 2 : 0
        if text.hasPrefixIgnoringCase("gc._msdcs.") { start = 10 }
        if text.count == 1, text[0] == 0x2A { return false }
        var isEdge = true
        for index in start..<text.count {
            switch text[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: isEdge = false
            case 0x2D:
                guard !isEdge, index + 1 < text.count, text[index + 1] != 0x2E else { return true }
            case 0x2E: isEdge = true
            default: return true
            }
        }
        return false
    }

    /// Whether it refuses the name in the data of a record.
    static func refuses(data: [UInt8], of type: RRType) -> Bool {
        switch type.rawValue {
        case 2: !isHost(name(data, at: 0))
        case 6: !isHost(name(data, at: 0)) || !isHost(name(data, at: length(data, at: 0)).dropFirst())
        // A mailbox: the first label is whose it is.
        case 17: !isHost(name(data, at: 0).dropFirst())
        case 15, 18, 21: !isHost(name(data, at: 2))
        case 33: !isHost(name(data, at: 6))
        case 64, 65: data.starts(with: [0, 0]) ? false : !isHost(name(data, at: 2))
        default: false
        }
    }

    /// A, MX, WKS, AAAA and A6.
    private static let checkedOwners: Set<UInt16> = [1, 11, 15, 28, 38]

    private static func startsWithStar(_ name: DomainName) -> Bool {
        name.labels.first?.elementsEqual([0x2A]) ?? false
    }

    /// `gc._msdcs.…`, which Active Directory needs.
    private static func isDirectory(_ name: DomainName) -> Bool {
        let labels = name.lowercased.labels
        guard labels.count > 2, labels[0].elementsEqual("gc".utf8), labels[1].elementsEqual("_msdcs".utf8) else {
            return false
        }
        return isHost(labels.dropFirst(2))
    }

    /// Labels of letters, digits and inner hyphens.
    private static func isHost(_ labels: some Collection<some Collection<UInt8>>) -> Bool {
        labels.allSatisfy { label in
            label.first != 0x2D && Array(label).last != 0x2D
                && label.allSatisfy { octet in
                    switch octet {
                    case 0x2D, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                    default: false
                    }
                }
        }
    }

    /// The octets of the name at a place in data; all of the rest where it is cut off.
    private static func length(_ data: [UInt8], at start: Int) -> Int {
        var end = start
        while end < data.count, data[end] != 0 { end += Int(data[end]) + 1 }
        return min(end + 1, data.count) - start
    }

    private static func name(_ data: [UInt8], at start: Int) -> [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var index = start
        while index < data.count, data[index] != 0 {
            let end = min(index + 1 + Int(data[index]), data.count)
            labels.append(data[(index + 1)..<end])
            index = end
        }
        return labels
    }
}
