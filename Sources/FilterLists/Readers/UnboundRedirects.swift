import DNS
import LDNS
import Policy
import TextScan

/// Looks for local data that Unbound 1.17.1 refuses: below the apex of a zone that redirects, or beside an alias at it; of the
/// server clause, or of a view.
///
/// Most lists state the data of such a zone right behind it, so that only the rest is kept, as places in the text; names are
/// compared in wire form.
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

    private enum Kind: UInt8 {
        case plain, redirect, turnedOff
    }

    /// What stands at the apex of a zone that redirects.
    private struct Apex {
        var hasData = false
        var hasAlias = false

        /// Adds a record; false where Unbound refuses it.
        mutating func add(isAlias: Bool) -> Bool {
            defer { (hasData, hasAlias) = (true, hasAlias || isAlias) }
            return !hasData || !hasAlias && !isAlias
        }

        /// Adds what stands behind another statement of the zone; false where Unbound refuses it.
        mutating func merge(_ other: Apex) -> Bool {
            defer { (hasData, hasAlias) = (hasData || other.hasData, hasAlias || other.hasAlias) }
            return !(hasData && other.hasData && (hasAlias || other.hasAlias))
        }
    }

    private struct Zone {
        var name: Extent
        var line: UInt32
        var kind: Kind
        /// Of data right behind it.
        var apex = Apex()
    }

    private struct Place {
        var name: Extent
        var rule: Extent
        var line: UInt32
        var type: RRType
        var recordClass: RRClass
        /// Whether the name is the reverse one of an address.
        var isPointer: Bool
    }

    private struct Known {
        var redirects: Bool
        var apex = Apex()
    }

    private struct ClassedName: Hashable {
        var name: DomainName
        var recordClass: RRClass

        init(_ name: DomainName, _ recordClass: RRClass) { (self.name, self.recordClass) = (name, recordClass) }
    }

    private var zones: [Zone] = []
    private var places: [Place] = []
    /// Data right behind a zone that do not go together.
    private var conflicts: [(zone: Int, rule: Extent, line: UInt32)] = []
    /// Whether some name may lie in a zone that redirects.
    private var mayRefuse = false
    private var hasAliases = false

    /// Takes a zone; nil for the type of one that only takes away a zone of Unbound's own.
    mutating func zone(_ name: Range<Int>, _ type: LocalZoneType?, line: Int) {
        let isRedirect = type == .redirect || type == .informRedirect
        let kind: Kind = type == nil ? .turnedOff : isRedirect ? .redirect : .plain
        zones.append(Zone(name: Extent(name), line: UInt32(line), kind: kind))
        mayRefuse = mayRefuse || isRedirect
    }

    /// Takes data in the words of a statement.
    mutating func data(
        _ text: Span<UInt8>,
        _ value: Range<Int>,
        _ record: ResourceRecord,
        rule: Range<Int>,
        line: Int
    ) {
        guard let owner = Self.firstWord(text, value) else { return }
        let isAlias = record.type == .cname
        if let zone = zones.last, zone.kind == .redirect, record.recordClass == .in, record.type != .ds,
            Self.isSame(text, zone.name.range, owner)
        {
            hasAliases = hasAliases || isAlias
            if !zones[zones.count - 1].apex.add(isAlias: isAlias) {
                conflicts.append((zones.count - 1, Extent(rule), UInt32(line)))
            }
            return
        }
        // The zone that Unbound has for `localhost` redirects, too.
        let isEscaped = text.extracting(owner).firstIndex(of: 0x5C) != nil
        mayRefuse = mayRefuse || isEscaped || record.owner.isEqualOrBelow(Self.localhost)
        add(owner, record, rule, line, isPointer: false)
    }

    /// Takes the pointer of an address.
    mutating func pointer(
        _ text: Span<UInt8>,
        _ value: Range<Int>,
        _ record: ResourceRecord,
        rule: Range<Int>,
        line: Int
    ) {
        guard let address = Self.firstWord(text, value) else { return }
        add(address, record, rule, line, isPointer: true)
    }

    private static func firstWord(_ text: Span<UInt8>, _ value: Range<Int>) -> Range<Int>? {
        var fields = FieldScanner(text.extracting(value))
        return fields.next()?.moved(by: value.lowerBound)
    }

    private mutating func add(
        _ name: Range<Int>,
        _ record: ResourceRecord,
        _ rule: Range<Int>,
        _ line: Int,
        isPointer: Bool
    ) {
        places.append(
            Place(
                name: Extent(name),
                rule: Extent(rule),
                line: UInt32(line),
                type: record.type,
                recordClass: record.recordClass,
                isPointer: isPointer
            )
        )
    }

    fileprivate static let localhost = OwnLocalZones.beyondNetworks[0]

    // MARK: - Looking

    /// The zones that Unbound has of its own.
    static let ownZones = Set(OwnLocalZones.beyondNetworks + OwnLocalZones.ofNetworks)
    /// Those where local networks are not blocked.
    static let ownZonesBeyondNetworks = Set(OwnLocalZones.beyondNetworks)

    /// The zones of class IN.
    private struct Zones {
        var stated: [DomainName: Known] = [:]
        /// Those of Unbound's own that no statement takes away.
        var own: Set<DomainName>
        /// How many labels the names of zones have.
        var depths: Set<Int> = []

        /// The closest zone that data lie in; those about a delegation lie in the one above.
        /// - Complexity: O(octets of the name, for each depth that zones have)
        func closest(to owner: DomainName, _ type: RRType) -> DomainName? {
            UnboundRedirects.closest(to: owner, type, depths) { stated[$0] != nil || own.contains($0) }
        }

        func redirects(_ zone: DomainName) -> Bool { stated[zone]?.redirects ?? (zone == UnboundRedirects.localhost) }
    }

    /// Refuses data below the apex of a zone that redirects, or beside an alias at it.
    /// - Parameters:
    ///   - own: the zones that Unbound has of its own here
    ///   - addsTurnedOff: whether a zone that takes one of them away is a zone, too, as in a view that goes on
    /// - Complexity: O(octets of zones and data), nothing where no zone redirects
    func finish(own: Set<DomainName>, addsTurnedOff: Bool, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard mayRefuse, !places.isEmpty || !conflicts.isEmpty || hasAliases && zones.count > 1 else { return }
        let zones = table(own, addsTurnedOff, text, &sink)
        let zonesOfOthers = zonesOfOtherClasses(zones, text)
        var apexes: [ClassedName: Apex] = [:]
        for place in places {
            guard let owner = owner(place, text) else { continue }
            let isIn = place.recordClass == .in
            let zone =
                isIn
                ? zones.closest(to: owner, place.type)
                : Self.closest(to: owner, place.type, zones.depths) {
                    zonesOfOthers.contains(ClassedName($0, place.recordClass))
                }
            guard let zone, zones.redirects(zone) else { continue }
            let key = ClassedName(zone, place.recordClass)
            var start = Apex()
            if isIn { start = zones.stated[zone]?.apex ?? Apex(hasData: true) }
            let isTaken = apexes[key, default: start].add(isAlias: place.type == .cname)
            if zone != owner || !isTaken { sink.drop(.notInRedirect, text, place.rule.range, Int(place.line)) }
        }
    }

    /// Of zones with one name the last counts.
    private func table(
        _ own: Set<DomainName>,
        _ addsTurnedOff: Bool,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) -> Zones {
        var found = Zones(own: own)
        found.stated.reserveCapacity(zones.count)
        func name(_ zone: Zone) -> DomainName? {
            try? DomainName(presentation: text.extracting(zone.name.range).octets)
        }
        for zone in zones {
            guard let name = name(zone) else { continue }
            found.depths.insert(name.labelCount)
            if zone.kind != .turnedOff {
                found.stated[name] = Known(redirects: zone.kind == .redirect)
            } else if found.own.contains(name) {
                found.own.remove(name)
            }
        }
        for zone in zones where zone.apex.hasData {
            guard let name = name(zone), found.stated[name]?.redirects == true else { continue }
            if found.stated[name]?.apex.merge(zone.apex) == false {
                sink.drop(.notInRedirect, text, zone.name.range, Int(zone.line))
            }
        }
        for conflict in conflicts {
            guard let name = name(zones[conflict.zone]), found.stated[name]?.redirects == true else { continue }
            sink.drop(.notInRedirect, text, conflict.rule.range, Int(conflict.line))
        }
        if addsTurnedOff {
            for zone in zones where zone.kind == .turnedOff {
                if let name = name(zone) { found.stated[name] = Known(redirects: false) }
            }
        }
        found.depths.formUnion(Self.depths(of: own))
        return found
    }

    private static func depths(of own: Set<DomainName>) -> Set<Int> {
        own.isEmpty ? [] : own.count == ownZones.count ? allDepths : Set(own.map(\.labelCount))
    }

    private static let allDepths = Set(ownZones.map(\.labelCount))

    /// Data of another class make a zone for it like the one that they lie in, the last first, unless there is one.
    private func zonesOfOtherClasses(_ zones: Zones, _ text: Span<UInt8>) -> Set<ClassedName> {
        var others: Set<ClassedName> = []
        for place in places.reversed() where place.recordClass != .in {
            guard let owner = owner(place, text),
                Self.closest(
                    to: owner,
                    place.type,
                    zones.depths,
                    { others.contains(ClassedName($0, place.recordClass)) }
                ) == nil, let zone = zones.closest(to: owner, place.type)
            else { continue }
            others.insert(ClassedName(zone, place.recordClass))
        }
        return others
    }

    /// The longest name at or above another that is one of some, which have certain numbers of labels.
    private static func closest(
        to owner: DomainName,
        _ type: RRType,
        _ depths: Set<Int>,
        _ isZone: (DomainName) -> Bool
    ) -> DomainName? {
        var depth = owner.labelCount
        var position = 0
        if type == .ds, depth > 0 { (position, depth) = (Int(owner.wire[0]) + 1, depth - 1) }
        while true {
            if depths.contains(depth) {
                let name = DomainName(trustedWire: Array(owner.wire[position...]))
                if isZone(name) { return name }
            }
            if depth == 0 { return nil }
            position += Int(owner.wire[position]) + 1
            depth -= 1
        }
    }

    private func owner(_ place: Place, _ text: Span<UInt8>) -> DomainName? {
        let octets = text.extracting(place.name.range).octets
        if place.isPointer { return IPAddress(text: octets)?.reverseName }
        return try? DomainName(presentation: octets)
    }

    /// Whether two names are spelled alike, but for case and a dot at the end.
    private static func isSame(_ text: Span<UInt8>, _ one: Range<Int>, _ other: Range<Int>) -> Bool {
        let (first, second) = (trimmed(text, one), trimmed(text, other))
        guard first - one.lowerBound == second - other.lowerBound else { return false }
        for offset in 0..<(first - one.lowerBound)
        where asciiLowercased(text[one.lowerBound + offset]) != asciiLowercased(text[other.lowerBound + offset]) {
            return false
        }
        return true
    }

    /// The end of a name without the dot behind it.
    private static func trimmed(_ text: Span<UInt8>, _ name: Range<Int>) -> Int {
        name.count > 1 && text[name.upperBound - 1] == 0x2E ? name.upperBound - 1 : name.upperBound
    }
}
