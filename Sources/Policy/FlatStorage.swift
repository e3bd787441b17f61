internal import CMachine
internal import Glibc

/// Arrays for the large tables of a layer, on huge pages where the kernel has some, because
/// lookups touch them at random and would miss the translation buffer every time.
enum FlatStorage {
    /// Below this many octets ordinary pages do.
    static let threshold = 4 << 20

    /// An array of `count` equal elements.
    static func array<Element: BitwiseCopyable>(repeating element: Element, count: Int) -> [Element] {
        unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe advise(UnsafeMutableRawBufferPointer(buffer))
            unsafe buffer.initialize(repeating: element)
            initialized = count
        }
    }

    /// An empty array with room; what is not used of it costs no memory.
    static func empty<Element: BitwiseCopyable>(capacity: Int) -> [Element] {
        unsafe [Element](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            unsafe advise(UnsafeMutableRawBufferPointer(buffer))
            initialized = 0
        }
    }

    /// Makes large tables go back to the system when they are freed: compiling takes several times what a layer keeps.
    static let releasesMemory: Void = cmachine_map_from(Int32(threshold))

    /// Asks for huge pages; a kernel without them goes on with small ones.
    static func advise(_ memory: UnsafeMutableRawBufferPointer) {
        guard memory.count >= threshold, let start = memory.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let offset = (page - Int(bitPattern: start) % page) % page
        unsafe madvise(start + offset, (memory.count - offset) / page * page, MADV_HUGEPAGE)
    }
}
