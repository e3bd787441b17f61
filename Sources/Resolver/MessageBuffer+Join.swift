internal import DNS

extension MessageBuffer {
    /// Appends the records of another answer, whose question name stands at `ownerAt` here.
    ///
    /// Both are built as ``AnswerScrubber`` does: pointers only in owners, which are moved along.
    /// - Parameters:
    ///   - last: where the RDATA of the last record taken stands there; nil takes all.
    ///   - age: seconds that TTLs have run since they were right.
    ///   - ttls: gets the places of the TTLs.
    /// - Returns: where the RDATA of the last record stands here; nil when something does not fit.
    mutating func join(
        _ other: Span<UInt8>,
        ownerAt: Int,
        through last: Int? = nil,
        age: UInt32,
        ttls: inout MessageBuffer
    ) -> Int? {
        guard let view = try? MessageView(other) else { return nil }
        // The question's name is not taken along; pointers into it lead into the name at `ownerAt`.
        let question = MessageHeader.size..<(view.answerOffset - 4)
        var shift: Int?
        var isMovable = true
        var end = ownerAt
        view.forEachRecord { record -> Bool in
            guard record.section != .additional, last == nil || record.section == .answer else { return false }
            let distance = shift ?? count - record.nameOffset
            shift = distance
            var rest = record.nameOffset
            while other[rest] > 0, other[rest] < 0xC0 { rest += Int(other[rest]) + 1 }
            append(other.extracting(record.nameOffset..<rest))
            if other[rest] > 0 {
                let place = Int(other.uint16(at: rest) & 0x3FFF)
                let target = question.contains(place) ? ownerAt + place - question.lowerBound : place + distance
                isMovable = isMovable && target < 0x4000
                append16(0xC000 | UInt16(target & 0x3FFF))
                append(other.extracting((rest + 2)..<record.end))
            } else {
                append(other.extracting(rest..<record.end))
            }
            guard !overflowed else { return false }
            let ttlAt = record.ttlOffset + distance
            octets.put32(record.ttl > age ? record.ttl - age : 0, at: ttlAt)
            ttls.append16(UInt16(truncatingIfNeeded: ttlAt))
            let countAt = record.section == .answer ? 6 : 8
            octets.put16(octets.uint16(at: countAt) + 1, at: countAt)
            end = record.dataOffset + distance
            return record.dataOffset != last
        }
        // Only a name that stays the owner of records has to be within the reach of pointers.
        let isReachable = last == nil || end < 0x4000
        return isMovable && isReachable && !overflowed && !ttls.overflowed ? end : nil
    }

    /// Appends the records of a type of another answer as those of the question name.
    mutating func adopt(_ other: Span<UInt8>, _ type: RRType, ttl: UInt32) {
        guard let view = try? MessageView(other) else { return }
        view.forEachRecord { record -> Bool in
            guard record.section == .answer else { return false }
            if record.type == type {
                let data = other.extracting(record.dataOffset..<record.end)
                appendOwn(type, ttl: ttl, data: data.indices.map { data[$0] })
            }
            return true
        }
    }
}
