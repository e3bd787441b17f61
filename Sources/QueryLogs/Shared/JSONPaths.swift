/// Where members stand in objects that were looked at before: the records of a log have few shapes, and members that are asked
/// for stand in the same places of all objects of one. A fixed number of them is kept, each in the only place it has.
final class JSONPaths {
    private struct Slot: BitwiseCopyable {
        /// The shape of the objects; 0 for none.
        var shape: UInt64 = 0
        var path: UInt = 0
        var length: UInt32 = 0
        var container: Int32 = 0
        /// The entry; -1 where there is no such member.
        var index: Int32 = -1
    }

    private static let size = 512
    private var slots = [Slot](repeating: Slot(), count: JSONPaths.size)

    /// What `find` gave for a path in an object of a shape, or gives.
    @inline(__always)
    func index(_ path: StaticString, in container: Int, _ shape: UInt64, _ find: () -> Int?) -> Int? {
        let start = unsafe UInt(bitPattern: path.utf8Start)
        let length = UInt32(truncatingIfNeeded: path.utf8CodeUnitCount)
        let mixed = (shape ^ UInt64(start) ^ UInt64(container) << 48) &* 0x9E37_79B9_7F4A_7C15
        let place = Int(truncatingIfNeeded: mixed >> 55)
        let slot = slots[place]
        if slot.shape == shape, slot.path == start, slot.length == length, slot.container == Int32(container) {
            return slot.index < 0 ? nil : Int(slot.index)
        }
        let found = find()
        slots[place] = Slot(
            shape: shape,
            path: start,
            length: length,
            container: Int32(container),
            index: Int32(found ?? -1)
        )
        return found
    }
}
