import DNS
import Synchronization

/// The text of a name in lower case with dots, on the stack.
struct NameText: ~Copyable {
    /// Keeps the compiler from making copies, as in ``DNS/NameBuffer``.
    private let place = Atomic<UInt8>(0)
    /// The wire form with a dot for the length of every label, and room to read words at its end.
    private var storage: InlineArray<264, UInt8> = InlineArray(repeating: 0)
    private var count = 0
    /// Whether every dot stands between labels: only then is what has the same text the same name.
    private(set) var isExact = false

    /// No text, to be replaced.
    init() {}

    /// The text of a name.
    init(_ name: borrowing NameBuffer) { fill(name) }

    /// Replaces the text by that of a name.
    /// - Complexity: O(octets)
    @inline(__always)
    mutating func fill(_ name: borrowing NameBuffer) {
        let size = name.count
        count = max(size - 2, 0)
        let each: UInt64 = 0x0101_0101_0101_0101
        var text = storage.mutableSpan
        isExact = unsafe text.withUnsafeMutableBytes { text in
            let hasDot: UInt64 = unsafe name.padded.withUnsafeBytes { wire in
                var (found, start) = (UInt64(0), 0)
                while start < size {
                    let word = unsafe wire.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                    unsafe text.storeBytes(of: word, toByteOffset: start, as: UInt64.self)
                    let others = word ^ 0x2E &* each
                    found |= (others &- each) & ~others & (0x80 &* each)
                    start &+= 8
                }
                return found
            }
            let starts = name.labelStarts
            for label in 0..<name.labelCount { unsafe text[Int(starts[label])] = 0x2E }
            return hasDot == 0
        }
    }

    /// The text.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(1..<(count + 1)) }
    }

    /// Whether the octets of the text from the label that starts at `start` of the wire form on are those of a list, in whatever
    /// case; only for names whose text ``isExact``.
    @inline(__always)
    func ends(_ start: Int, with list: UnsafeBufferPointer<UInt8>, at place: Int, _ length: Int) -> Bool {
        unsafe storage.span.withUnsafeBytes { text in
            var offset = 0
            while offset < length {
                let octets = min(8, length &- offset)
                let own = unsafe text.loadUnaligned(fromByteOffset: start &+ 1 &+ offset, as: UInt64.self)
                let other = unsafe NameHashing.word(list, place &+ offset, octets)
                guard (own ^ asciiLowercased(other)) << UInt64(64 &- octets &* 8) == 0 else { return false }
                offset &+= 8
            }
            return true
        }
    }
}
