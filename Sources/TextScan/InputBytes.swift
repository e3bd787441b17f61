internal import Glibc

/// Octets of one input, owned, immutable and shared by reference.
///
/// Small inputs are copies on the heap. Large plain files are private read-only mappings, so that a list of a gigabyte
/// costs no copy; if another process truncates such a file while it is read, the process gets SIGBUS.
@safe
public final class InputBytes: @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer
    private let isMapping: Bool

    /// Takes over memory from `malloc`, or from `mmap` when `isMapping`; the owner frees it.
    init(adopting storage: UnsafeMutableRawBufferPointer, isMapping: Bool) {
        unsafe self.storage = unsafe storage
        self.isMapping = isMapping
    }

    /// A copy of `octets`.
    public init(_ octets: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: octets.count, alignment: 1)
        unsafe copy.copyBytes(from: octets)
        unsafe self.storage = unsafe copy
        self.isMapping = false
    }

    deinit {
        if isMapping {
            unsafe munmap(storage.baseAddress, storage.count)
        } else {
            unsafe free(storage.baseAddress)
        }
    }

    /// Octets held.
    public var count: Int { unsafe storage.count }

    /// The octets.
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let bytes = unsafe UnsafeBufferPointer(
                start: storage.baseAddress?.assumingMemoryBound(to: UInt8.self),
                count: storage.count
            )
            let span = unsafe Span(_unsafeElements: bytes)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the octets.
    public func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(span)
    }
}
