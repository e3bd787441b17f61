internal import Glibc
internal import Synchronization

/// The octets of a list: a copy of its own that never moves, because rules' names are compared where they stand in it.
@safe
public final class ListOctets: @unchecked Sendable {
    private let storage: UnsafeMutableBufferPointer<UInt8>
    /// The block that the octets stand in; nil where they have memory of their own.
    private let block: TextBlock?

    /// A copy of `text`.
    public init(_ text: Span<UInt8>) {
        let count = text.count
        unsafe (block, storage) = TextBlock.room(for: count)
        guard count > 0 else { return }
        unsafe text.withUnsafeBufferPointer { source in
            if let base = source.baseAddress {
                unsafe UnsafeMutableRawPointer(storage.baseAddress)?.copyMemory(from: base, byteCount: count)
            }
        }
    }

    deinit { if block == nil { unsafe free(storage.baseAddress) } }

    /// How many octets there are.
    public var count: Int { unsafe storage.count }

    /// The octets.
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(storage))
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The octets, without a reference to their owner, which must live at least as long.
    var unowned: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(storage) }
}

/// Memory for the texts of many lists, one behind the other on huge pages: lookups read names in random places of hundreds of
/// lists, and would miss the translation buffer for each on pages of their own. It is given back with the last of its lists.
@safe
private final class TextBlock: @unchecked Sendable {
    private static let size = 32 << 20
    private static let hugePage = 2 << 20
    /// Below so many octets a list has memory of its own: a huge page for a handful of rules would be a waste.
    private static let smallest = 32 << 10

    private let memory: UnsafeMutableRawPointer
    private let size: Int
    /// Octets given away; only under the lock of ``newest``.
    private var used = 0

    private init(atLeast count: Int) {
        let size = max(Self.size, (count + Self.hugePage - 1) / Self.hugePage * Self.hugePage)
        self.size = size
        guard let memory = unsafe aligned_alloc(Self.hugePage, size) else {
            fatalError("out of memory for \(size) octets")
        }
        unsafe self.memory = memory
        unsafe FlatStorage.advise(UnsafeMutableRawBufferPointer(start: memory, count: size))
    }

    deinit { unsafe free(memory) }

    /// The block that is not full yet.
    private static let newest = Mutex<TextBlock?>(nil)

    /// Room for `count` octets: in a block, or where that is nil in memory to be freed.
    static func room(for count: Int) -> (TextBlock?, UnsafeMutableBufferPointer<UInt8>) {
        guard count >= smallest else {
            guard let memory = unsafe malloc(max(count, 1)) else { fatalError("out of memory for \(count) octets") }
            return unsafe (
                nil, UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: count)
            )
        }
        return unsafe newest.withLock { newest in
            // What nobody but this place holds has no lists any more.
            if isKnownUniquelyReferenced(&newest) { newest?.used = 0 }
            let block: TextBlock
            if let newest, newest.size - newest.used >= count {
                block = newest
            } else {
                block = TextBlock(atLeast: count)
                newest = block
            }
            let start = unsafe (block.memory + block.used).assumingMemoryBound(to: UInt8.self)
            block.used += (count + 63) / 64 * 64
            return unsafe (block, UnsafeMutableBufferPointer(start: start, count: count))
        }
    }
}
