public import DNS

/// Which queries some layers cannot tell apart by who asks and when: for those who keep decisions.
///
/// Addresses fall into classes between the ends of all ranges that rules name, minutes of the week between those of all
/// spans; any of a class stands for all of it.
public struct QueryClasses: Sendable {
    /// The first address of every class but the first, in order.
    private var starts4: [UInt128] = []
    private var starts6: [UInt128] = []
    /// The first minute of the week of every class but the first, in order.
    private var minutes: [Int] = []

    /// The classes of some layers and groups of clients.
    /// - Complexity: O(ranges × log ranges)
    public init(_ layers: [CompiledLayer], groups: [StackGroup] = []) {
        var ends4: Set<UInt128> = []
        var ends6: Set<UInt128> = []
        var spans: Set<Int> = []
        let tellApart = { (range: AddressRange) in
            let first = range.firstAddress.number
            let size = (range.address.isV4 ? 32 : 128) - range.prefixLength
            // What lies behind the last address of all begins no class.
            let (next, isBeyond) = size == 128 ? (0, true) : first.addingReportingOverflow(1 << UInt128(size))
            if range.address.isV4 {
                ends4.formUnion([first, next])
            } else {
                ends6.insert(first)
                if !isBeyond { ends6.insert(next) }
            }
        }
        for layer in layers {
            layer.forEachClientRange(tellApart)
            for rule in layer.guards {
                for span in rule.minutes ?? [] { spans.formUnion([span.lowerBound, span.upperBound]) }
            }
        }
        for group in groups {
            for range in group.ranges { tellApart(range) }
            for span in group.minutes ?? [] { spans.formUnion([span.lowerBound, span.upperBound]) }
        }
        starts4 = ends4.subtracting([0, 1 << 32]).sorted()
        starts6 = ends6.subtracting([0]).sorted()
        minutes = spans.filter { $0 > 0 && $0 < 7 * 1_440 }.sorted()
    }

    /// Whether who asks can matter.
    public var tellClientsApart: Bool { !starts4.isEmpty || !starts6.isEmpty }

    /// Whether it can matter when.
    public var tellHoursApart: Bool { !minutes.isEmpty }

    /// The class of a client.
    /// - Complexity: O(log ranges)
    public func client(_ address: IPAddress) -> UInt32 {
        let own = address.isV4 ? starts4 : starts6
        let place = Self.count(of: own, upTo: address.number)
        return UInt32(address.isV4 ? place : starts4.count + 1 + place)
    }

    /// The class of a minute of the week.
    public func hour(_ minuteOfWeek: Int) -> UInt16 { UInt16(Self.count(of: minutes, upTo: minuteOfWeek)) }

    /// Who asks and when, of some classes; of the client nothing but the address is known.
    public func context(client: UInt32, hour: UInt16) -> QueryContext {
        let isV4 = client <= starts4.count
        let place = isV4 ? Int(client) : Int(client) - starts4.count - 1
        let own = isV4 ? starts4 : starts6
        let address = IPAddress(number: place == 0 ? 0 : own[place - 1], isV4: isV4)
        return QueryContext(
            client: Client(address: address, isKnownByAddressAlone: true),
            minuteOfWeek: hour == 0 ? 0 : minutes[Int(hour) - 1]
        )
    }

    /// How many of some sorted values are not above one.
    private static func count<Value: Comparable>(of values: [Value], upTo value: Value) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension CompiledLayer {
    /// Calls `visit` with every range of clients that a rule names.
    fileprivate func forEachClientRange(_ visit: (AddressRange) -> Void) {
        for rule in guards { for trait in rule.traits { if case .range(let range) = trait { visit(range) } } }
        for record in addressRecords where record.trigger == .client { visit(record.range) }
        localClients?.forEachRange(visit)
    }

    /// Whether rules ask for names, identifiers or tags of clients.
    public var asksForClientNames: Bool {
        guards.contains { rule in
            rule.traits.contains { if case .range = $0 { false } else { true } }
        }
    }
}

extension RuleGuard {
    /// Everything that is asked of a client.
    fileprivate var traits: [ClientTrait] {
        clients.flatMap { $0.anyOf + ($0.noneOf ?? []) + ($0.table?.entries.map(\.trait) ?? []) }
    }
}
