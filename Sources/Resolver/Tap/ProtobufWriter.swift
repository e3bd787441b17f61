/// Writes the fields of a protocol buffer message, as many kinds as dnstap has.
struct ProtobufWriter {
    /// The message so far.
    private(set) var octets: [UInt8] = []

    /// Forgets the message.
    mutating func removeAll() { octets.removeAll(keepingCapacity: true) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        octets.append(UInt8(rest))
    }

    /// Appends a number or an enumeration.
    mutating func field(_ number: Int, _ value: UInt64) {
        append(varint: UInt64(number) << 3)
        append(varint: value)
    }

    /// Appends a number of 32 bits, whatever its value.
    mutating func field(_ number: Int, fixed value: UInt32) {
        append(varint: UInt64(number) << 3 | 5)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { octets.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// Appends octets, a text or a message.
    mutating func field(_ number: Int, _ value: [UInt8]) {
        append(varint: UInt64(number) << 3 | 2)
        append(varint: UInt64(value.count))
        octets += value
    }
}
