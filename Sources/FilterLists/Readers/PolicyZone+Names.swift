import DNS
import TextScan

/// Which names Knot Resolver and PowerDNS take.
extension PolicyZone {
    /// Whether Knot Resolver's scanner takes a name: labels of letters, digits, `-`, `_`, `/`, stars and escapes.
    static func isScanned(_ name: Span<UInt8>) -> Bool {
        var index = 0
        while index < name.count {
            switch name[index] {
            case 0x2A, 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F: break
            case 0x5C: index += 1
            case 0x40: return name.count == 1
            default: return false
            }
            index += 1
        }
        return true
    }
}

extension DomainName {
    /// Whether an alias of a policy zone that leads here stands for an action.
    var isPolicyAction: Bool {
        let labels = lowercased.labels
        guard labels.count == 1 else { return labels.isEmpty }
        return ["*", "rpz-passthru", "rpz-drop", "rpz-tcp-only"].contains { labels[0].elementsEqual($0.utf8) }
    }
}
