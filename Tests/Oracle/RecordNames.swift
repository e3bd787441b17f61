import DNS

/// Names inside RDATA, in full and in lower case, so that spelling and compression do not matter.
enum RecordNames {
    /// Octets in front of the names, and how many names.
    private static func layout(_ type: RRType) -> (lead: Int, names: Int) {
        switch type {
        case .cname, .ns, .ptr: (0, 1)
        case .mx: (2, 1)
        case .soa: (0, 2)
        default: (0, 0)
        }
    }

    /// RDATA of a record of a message.
    static func expanded(_ record: RecordView, of view: borrowing MessageView) -> [UInt8] {
        let (lead, names) = layout(record.type)
        var octets: [UInt8] = []
        var position = record.dataOffset
        func copy(to end: Int) {
            while position < end {
                octets.append(view.octets[position])
                position += 1
            }
        }
        copy(to: min(record.end, position + lead))
        var name = NameBuffer()
        for _ in 0..<names {
            guard let end = try? name.fill(view.octets, at: position) else { break }
            octets += name.name.wire
            position = end
        }
        copy(to: record.end)
        return octets
    }

    /// RDATA in wire form.
    static func lowercased(_ type: RRType, _ data: [UInt8]) -> [UInt8] {
        let (lead, names) = layout(type)
        guard names > 0 else { return data }
        var octets = Array(data.prefix(lead))
        var position = lead
        for _ in 0..<names {
            var end = position
            while end < data.count, data[end] != 0 { end += Int(data[end]) + 1 }
            guard end < data.count, let name = try? DomainName(wire: Array(data[position...end])) else { return data }
            octets += name.lowercased.wire
            position = end + 1
        }
        return octets + data[position...]
    }
}
