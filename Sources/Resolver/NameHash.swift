internal import DNS

/// What an answer depends on besides the name: type, the DO and CD bits (class is always IN), and who asks and when, as far
/// as the policy tells that apart.
struct AnswerKey: BitwiseCopyable, Equatable {
    /// The class of the client; 0 where there is but one.
    var client: UInt32 = 0
    /// The class of the time.
    var hour: UInt16 = 0
    /// The type asked for.
    var type: UInt16
    /// The number of the group of clients that the way of the query names; 0 for none.
    var group: UInt8 = 0
    /// Bit 0: DO, bit 1: CD, bit 2: the real answer, whatever the policy says.
    var flags: UInt8

    /// The key of a query.
    init(_ query: ClientQuery) {
        type = query.type
        flags = (query.dnssecOK ? 1 : 0) | (query.checkingDisabled ? 2 : 0)
    }

    /// A key from its parts.
    init(type: UInt16, dnssecOK: Bool, checkingDisabled: Bool) {
        self.type = type
        flags = (dnssecOK ? 1 : 0) | (checkingDisabled ? 2 : 0)
    }

    /// The key of the real answer to the same question.
    var real: AnswerKey {
        var key = self
        key.client = 0
        key.hour = 0
        key.group = 0
        key.flags |= 4
        return key
    }

    /// Whether no policy has a say.
    var isReal: Bool { flags & 4 != 0 }
    /// Whether DNSSEC records are wanted.
    var dnssecOK: Bool { flags & 1 != 0 }
    /// Whether validation is not wanted.
    var checkingDisabled: Bool { flags & 2 != 0 }
}

/// A keyed hash of a lower-case name and an answer key: multiply-and-fold over 8 octets at a time.
///
/// `seed` is random per process, so that clients cannot choose names that collide.
/// - Complexity: O(octets / 8)
@inline(__always)
func keyedHash(_ name: borrowing NameBuffer, _ key: AnswerKey, seed: UInt64) -> UInt64 {
    let tail = UInt64(key.client) << 32 | UInt64(key.type) << 16 | UInt64(key.flags) << 8 | UInt64(name.count)
    var hash = foldedProduct(seed ^ tail, 0x9E37_79B9_7F4A_7C15)
    hash = unsafe name.span.withUnsafeBytes { octets in
        var hash = hash
        var offset = 0
        while offset &+ 8 <= octets.count {
            let word = unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = foldedProduct(hash ^ word, 0xD6E8_FEB8_6659_FD93)
            offset &+= 8
        }
        var last: UInt64 = 0
        while offset < octets.count {
            unsafe last = last << 8 | UInt64(octets[offset])
            offset &+= 1
        }
        return foldedProduct(hash ^ last, 0xA076_1D64_78BD_642F ^ seed)
    }
    return hash
}
