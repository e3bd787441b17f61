/// A fixed number of slots for trivial values, handed out and taken back in constant time, never moved.
///
/// Each slot carries a generation that grows when it is freed, so that a stale handle is told from a live one.
@safe struct Slab<Element: BitwiseCopyable>: ~Copyable {
    private let elements: UnsafeMutablePointer<Element>
    private let links: UnsafeMutablePointer<Int32>
    private let generations: UnsafeMutablePointer<UInt32>
    private var firstFree: Int32
    private var untouched: Int32 = 0
    /// The number of slots.
    let capacity: Int
    /// Slots in use.
    private(set) var count = 0

    private static var inUse: Int32 { -2 }

    /// `capacity` free slots; memory is touched when a slot is first used.
    init(capacity: Int) {
        self.capacity = capacity
        unsafe elements = .allocate(capacity: max(capacity, 1))
        unsafe links = .allocate(capacity: max(capacity, 1))
        unsafe generations = .allocate(capacity: max(capacity, 1))
        firstFree = -1
    }

    deinit {
        unsafe elements.deallocate()
        unsafe links.deallocate()
        unsafe generations.deallocate()
    }

    /// Takes a slot for `element`, or gives nil when all are in use.
    mutating func insert(_ element: Element) -> Int? {
        let index: Int32
        if firstFree >= 0 {
            index = firstFree
            unsafe firstFree = links[Int(index)]
        } else {
            guard Int(untouched) < capacity else { return nil }
            index = untouched
            untouched += 1
            unsafe generations[Int(index)] = 0
        }
        unsafe links[Int(index)] = Self.inUse
        unsafe elements[Int(index)] = element
        count += 1
        return Int(index)
    }

    /// Frees a slot in use.
    mutating func remove(_ index: Int) {
        precondition(isLive(index), "freed twice")
        unsafe links[index] = firstFree
        unsafe generations[index] &+= 1
        firstFree = Int32(index)
        count -= 1
    }

    /// Whether a slot is in use.
    @inline(__always)
    func isLive(_ index: Int) -> Bool {
        guard index >= 0, index < Int(untouched) else { return false }
        return unsafe links[index] == Self.inUse
    }

    /// Whether a slot is in use by the one who saw `generation`.
    @inline(__always)
    func isLive(_ index: Int, generation: UInt32) -> Bool {
        guard isLive(index) else { return false }
        return unsafe generations[index] == generation
    }

    /// The generation of a slot in use.
    @inline(__always)
    func generation(_ index: Int) -> UInt32 {
        precondition(isLive(index), "slot is free")
        return unsafe generations[index]
    }

    /// The value in a slot in use.
    subscript(index: Int) -> Element {
        @inline(__always) unsafeAddress {
            precondition(isLive(index), "slot is free")
            return unsafe UnsafePointer(elements + index)
        }
        @inline(__always) unsafeMutableAddress {
            precondition(isLive(index), "slot is free")
            return unsafe elements + index
        }
    }

    /// The first slot in use at or after `index`, or nil.
    func nextLive(from index: Int) -> Int? {
        var index = index
        while index < Int(untouched) {
            if isLive(index) { return index }
            index += 1
        }
        return nil
    }
}
