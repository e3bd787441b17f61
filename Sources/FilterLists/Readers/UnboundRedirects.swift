import DNS
import Policy
import TextScan

/// Looks for local data that Unbound 1.17.1 refuses: below the apex of a zone that redirects, or beside an alias at it.
///
/// Most lists state the data of such a zone right behind it, so that only the rest is kept, as places in the text.
struct UnboundRedirects {
    /// A range in the text, which has fewer than 2^32 octets.
    private struct Extent {
        let start: UInt32
        let count: UInt32

        init(_ range: Range<Int>) {
            start = UInt32(range.lowerBound)
            count = UInt32(range.count)
        }

        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    private struct Place {
        var name: Extent
        var rule: Extent
        var line: UInt32
    }

    private var zones: [(name: Extent, redirects: Bool)] = []
    private var places: [Place] = []
    private var redirects = false
    /// Data seen at the apex of the zone that came last, and whether one of them was an alias.
    private var atApex = (count: 0, hasAlias: false)

    /// Takes a zone of the server clause.
    mutating func zone(_ name: Range<Int>, _ type: LocalZoneType) {
        let isRedirect = type == .redirect || type == .informRedirect
        zones.append((Extent(name), isRedirect))
        redirects = redirects || isRedirect
        atApex = (0, false)
    }

    /// Takes data of the server clause; false where it stands beside an alias, or is one beside others.
    mutating func data(
        _ text: Span<UInt8>,
        owner: Range<Int>,
        isAlias: Bool,
        rule: Range<Int>,
        line: Int
    ) -> Bool {
        if let zone = zones.last, zone.redirects, Self.isSame(text, zone.name.range, owner) {
            atApex = (atApex.count + 1, atApex.hasAlias || isAlias)
            return !(atApex.hasAlias && atApex.count > 1)
        }
        places.append(Place(name: Extent(owner), rule: Extent(rule), line: UInt32(line)))
        return true
    }

    /// Refuses data below the apex of a zone that redirects.
    /// - Complexity: O(zones + data), nothing where no zone redirects
    func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard redirects, !places.isEmpty else { return }
        var known: [UInt64: Bool] = [:]
        known.reserveCapacity(zones.count)
        for zone in zones {
            Self.suffixes(text, zone.name.range) { hash, isWhole in
                if isWhole { known[hash] = zone.redirects }
                return true
            }
        }
        for place in places {
            var closest: (redirects: Bool, isWhole: Bool)?
            Self.suffixes(text, place.name.range) { hash, isWhole in
                if let found = known[hash] { closest = (found, isWhole) }
                return true
            }
            if let closest, closest.redirects, !closest.isWhole {
                sink.drop(.notInRedirect, text, place.rule.range, Int(place.line))
            }
        }
    }

    /// Calls with a hash of every suffix of a name that begins with a label, the shortest first.
    private static func suffixes(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ body: (_ hash: UInt64, _ isWhole: Bool) -> Bool
    ) {
        let end = trimmed(text, name)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var index = end
        while index > name.lowerBound {
            index -= 1
            if text[index] == 0x2E, !body(hash, false) { return }
            hash = (hash ^ UInt64(asciiLowercased(text[index]))) &* 0x100_0000_01B3
        }
        _ = body(hash, true)
    }

    /// The end of a name without the dot behind it.
    private static func trimmed(_ text: Span<UInt8>, _ name: Range<Int>) -> Int {
        name.count > 1 && text[name.upperBound - 1] == 0x2E ? name.upperBound - 1 : name.upperBound
    }

    private static func isSame(_ text: Span<UInt8>, _ one: Range<Int>, _ other: Range<Int>) -> Bool {
        let (first, second) = (trimmed(text, one), trimmed(text, other))
        guard first - one.lowerBound == second - other.lowerBound else { return false }
        for offset in 0..<(first - one.lowerBound)
        where asciiLowercased(text[one.lowerBound + offset]) != asciiLowercased(text[other.lowerBound + offset]) {
            return false
        }
        return true
    }
}
