internal import CMachine
internal import Glibc

/// Arrays for the large tables of a layer, on huge pages where the kernel has some, because
/// lookups touch them at random and would miss the translation buffer every time.
package enum FlatStorage {
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

    /// Gives memory back that an array has room in and does not use: the last huge page is mostly empty.
    static func releaseRoom<Element: BitwiseCopyable>(_ array: inout [Element]) {
        // Of memory that is shared a copy is made here, which may have less room.
        array.reserveCapacity(array.count)
        let room = array.capacity - array.count
        guard room * MemoryLayout<Element>.stride >= threshold / 4 else { return }
        unsafe array.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
            let start = unsafe (UInt(bitPattern: base + buffer.count) + page - 1) / page * page
            let end = unsafe UInt(bitPattern: base + buffer.count + room) / page * page
            guard end > start, let memory = unsafe UnsafeMutableRawPointer(bitPattern: start) else { return }
            unsafe madvise(memory, Int(end - start), MADV_DONTNEED)
        }
    }

    /// Makes large tables go back to the system when they are freed: compiling takes several times what a layer keeps.
    static let releasesMemory: Void = cmachine_map_from(Int32(threshold))

    /// Gives what compiling has freed back to the system.
    package static func giveBackFreed() { cmachine_give_back() }

    /// Asks for huge pages; a kernel without them goes on with small ones.
    static func advise(_ memory: UnsafeMutableRawBufferPointer) {
        guard memory.count >= threshold, let start = memory.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let offset = (page - Int(bitPattern: start) % page) % page
        unsafe madvise(start + offset, (memory.count - offset) / page * page, MADV_HUGEPAGE)
    }
}
