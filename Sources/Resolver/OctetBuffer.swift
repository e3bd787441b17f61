internal import CSockets
internal import Glibc

/// Owned memory of a fixed size with checked access: the resolver's arenas and scratch buffers.
///
/// All pointer arithmetic of the data plane stands here; an access outside the buffer stops the process.
@safe struct OctetBuffer: ~Copyable {
    private let base: UnsafeMutableRawPointer
    /// Octets in the buffer.
    let count: Int

    /// Takes `count` octets from the system; pages are touched when they are first written.
    init(count: Int) {
        unsafe base = .allocate(byteCount: max(count, 8), alignment: 16)
        self.count = count
    }

    deinit { unsafe base.deallocate() }

    @inline(__always)
    private func check(_ offset: Int, _ length: Int) {
        precondition(offset >= 0 && length >= 0 && offset &+ length <= count, "outside an octet buffer")
    }

    /// One octet.
    subscript(offset: Int) -> UInt8 {
        @inline(__always) get {
            check(offset, 1)
            return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
        }
        @inline(__always) set {
            check(offset, 1)
            unsafe base.storeBytes(of: newValue, toByteOffset: offset, as: UInt8.self)
        }
    }

    /// The 16-bit value in network order at `offset`.
    @inline(__always)
    func uint16(at offset: Int) -> UInt16 {
        check(offset, 2)
        return unsafe UInt16(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The 32-bit value in network order at `offset`.
    @inline(__always)
    func uint32(at offset: Int) -> UInt32 {
        check(offset, 4)
        return unsafe UInt32(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Stores a 16-bit value in network order.
    @inline(__always)
    mutating func put16(_ value: UInt16, at offset: Int) {
        check(offset, 2)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Stores a 32-bit value in network order.
    @inline(__always)
    mutating func put32(_ value: UInt32, at offset: Int) {
        check(offset, 4)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// Reads a trivial value that was stored at the same, aligned offset.
    @inline(__always)
    func load<Value: BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
        check(offset, MemoryLayout<Value>.size)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// Stores a trivial value.
    @inline(__always)
    mutating func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
        check(offset, MemoryLayout<Value>.size)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    /// Copies octets in; the source must not be this buffer.
    @inline(__always)
    mutating func copy(_ source: Span<UInt8>, to offset: Int) {
        check(offset, source.count)
        unsafe source.withUnsafeBytes { octets in
            guard let start = octets.baseAddress else { return }
            unsafe (base + offset).copyMemory(from: start, byteCount: octets.count)
        }
    }

    /// Copies octets from another buffer.
    mutating func copy(from other: borrowing OctetBuffer, _ offset: Int, _ length: Int, to target: Int) {
        other.check(offset, length)
        check(target, length)
        unsafe (base + target).copyMemory(from: other.base + offset, byteCount: length)
    }

    /// Moves octets inside the buffer; the ranges may overlap.
    mutating func move(_ offset: Int, _ length: Int, to target: Int) {
        check(offset, length)
        check(target, length)
        unsafe _ = memmove(base + target, base + offset, length)
    }

    /// A view whose octets the caller leaves alone as long as it is used.
    @unsafe @_lifetime(immortal)
    func steadySpan(_ offset: Int, _ length: Int) -> Span<UInt8> {
        check(offset, length)
        let octets = unsafe UnsafeRawBufferPointer(start: base + offset, count: length)
        return unsafe _overrideLifetime(Span<UInt8>(_unsafeBytes: octets), copying: ())
    }

    /// Fills `count` octets.
    mutating func fill(_ value: UInt8, at offset: Int, count length: Int) {
        check(offset, length)
        unsafe _ = memset(base + offset, Int32(value), length)
    }

    /// A view of `length` octets.
    @_lifetime(borrow self)
    @inline(__always)
    func span(_ offset: Int, _ length: Int) -> Span<UInt8> {
        check(offset, length)
        let octets = unsafe UnsafeRawBufferPointer(start: base + offset, count: length)
        let span = unsafe Span<UInt8>(_unsafeBytes: octets)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Lends the memory to a system call.
    @inline(__always)
    mutating func withMemory<Result>(
        _ offset: Int,
        _ length: Int,
        _ body: (UnsafeMutableRawPointer) -> Result
    ) -> Result {
        check(offset, length)
        return unsafe body(base + offset)
    }
}

/// A message under construction: an octet buffer and how far it is filled.
///
/// Writing past the capacity writes nothing and sets ``overflowed``, so hostile input cannot make it fail.
struct MessageBuffer: ~Copyable {
    /// The memory.
    var octets: OctetBuffer
    /// Octets written.
    private(set) var count = 0
    /// Whether something did not fit since the last ``reset()``.
    private(set) var overflowed = false

    /// An empty message of at most `capacity` octets.
    init(capacity: Int) { octets = OctetBuffer(count: capacity) }

    /// Forgets the content.
    @inline(__always)
    mutating func reset() {
        count = 0
        overflowed = false
    }

    /// Forgets what was written after `length` octets.
    mutating func truncate(to length: Int) {
        if length < count { count = length }
        overflowed = false
    }

    /// The octets written.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        @inline(__always)
        get { octets.span(0, count) }
    }

    @inline(__always)
    private mutating func reserve(_ length: Int) -> Bool {
        guard count &+ length <= octets.count else {
            overflowed = true
            return false
        }
        return true
    }

    /// Appends one octet.
    @inline(__always)
    mutating func append(_ octet: UInt8) {
        guard reserve(1) else { return }
        octets[count] = octet
        count &+= 1
    }

    /// Appends 16 bits in network order.
    @inline(__always)
    mutating func append16(_ value: UInt16) {
        guard reserve(2) else { return }
        octets.put16(value, at: count)
        count &+= 2
    }

    /// Appends 32 bits in network order.
    @inline(__always)
    mutating func append32(_ value: UInt32) {
        guard reserve(4) else { return }
        octets.put32(value, at: count)
        count &+= 4
    }

    /// Appends octets.
    @inline(__always)
    mutating func append(_ source: Span<UInt8>) {
        guard reserve(source.count) else { return }
        octets.copy(source, to: count)
        count &+= source.count
    }

    /// Appends another message.
    @inline(__always)
    mutating func append(_ other: borrowing MessageBuffer) { append(other.span) }

    /// Copies the message to the end of an array, its length in front (RFC 1035 §4.2.2).
    func frame(to array: inout [UInt8]) {
        array.append(UInt8(truncatingIfNeeded: count >> 8))
        array.append(UInt8(truncatingIfNeeded: count))
        unsafe span.withUnsafeBufferPointer { unsafe array.append(contentsOf: $0) }
    }

    /// Sends the message as one datagram, or as much of it as a stream takes; gives the octets or a negated errno.
    func send(_ descriptor: Int32, from start: Int = 0) -> Int {
        unsafe octets.span(start, count - start).withUnsafeBytes { octets in
            unsafe patchway_send(descriptor, octets.baseAddress, octets.count)
        }
    }
}

/// Whether two memory areas of the same size hold the same octets.
@inline(__always)
func equalMemory(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard let first = left.baseAddress, let second = right.baseAddress else { return left.count == right.count }
    return unsafe memcmp(first, second, left.count) == 0
}
