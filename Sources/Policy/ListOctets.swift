internal import Glibc

/// The octets of a list: a copy of its own that never moves, because rules' names are compared where they stand in it.
@safe
public final class ListOctets: @unchecked Sendable {
    private let storage: UnsafeMutableBufferPointer<UInt8>

    /// A copy of `text`.
    public init(_ text: Span<UInt8>) {
        let count = text.count
        let size = max(count, 1)
        // Looked at in random places: huge pages spare the translation buffer.
        let alignment = size >= FlatStorage.threshold ? 2 << 20 : 16
        guard let memory = unsafe aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment) else {
            fatalError("out of memory for \(size) octets")
        }
        // Only whole ones: what the last would hold beyond the list costs memory and serves nobody.
        unsafe FlatStorage.advise(UnsafeMutableRawBufferPointer(start: memory, count: size / (2 << 20) * (2 << 20)))
        if count > 0 {
            unsafe text.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { unsafe memory.copyMemory(from: base, byteCount: count) }
            }
        }
        unsafe storage = UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: UInt8.self, capacity: size),
            count: count
        )
    }

    deinit { unsafe free(storage.baseAddress) }

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
