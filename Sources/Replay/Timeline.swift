internal import Catalog
internal import Findings

/// How many questions were asked, and how many failed, by time and phase.
///
/// A bucket is a power of two of minutes long: the shortest of which no more than ``maximumBuckets`` are needed. So the
/// timelines of parts of an input make that of the whole.
struct Timeline: Sendable, Equatable {
    /// Buckets with anything in them.
    static let maximumBuckets = 2_048
    static let minute: Int64 = 60_000_000
    /// Doublings behind which all times of a calendar are in two buckets.
    static let maximumShift = 30

    typealias Count = TimelineBucket.Count

    /// How often the length of a bucket was doubled.
    private(set) var shift = 0
    private(set) var buckets: [Int64: [Phase: Count]] = [:]

    mutating func add(_ phase: Phase, hasFailed: Bool, at time: Int64?) {
        guard let time else { return }
        let minute = (time >= 0 ? time : time - Self.minute + 1) / Self.minute
        merge([phase: Count(asked: 1, failed: hasFailed ? 1 : 0)], at: minute >> Int64(shift))
    }

    mutating func merge(_ other: Timeline) {
        coarsen(to: other.shift)
        for (bucket, counts) in other.buckets {
            merge(counts, at: bucket, shift: other.shift)
        }
    }

    /// Takes a bucket of a timeline with this shift.
    mutating func merge(_ counts: [Phase: Count], at bucket: Int64, shift other: Int) {
        coarsen(to: other)
        merge(counts, at: bucket >> Int64(shift - other))
    }

    private mutating func merge(_ counts: [Phase: Count], at bucket: Int64) {
        for (phase, count) in counts { buckets[bucket, default: [:]][phase, default: Count()].add(count) }
        while buckets.count > Self.maximumBuckets { coarsen(to: shift + 1) }
    }

    private mutating func coarsen(to other: Int) {
        guard other > shift else { return }
        let coarse = buckets
        let step = Int64(other - shift)
        buckets.removeAll()
        shift = other
        for (bucket, counts) in coarse {
            for (phase, count) in counts { buckets[bucket >> step, default: [:]][phase, default: Count()].add(count) }
        }
    }

    /// The buckets with anything in them, in order.
    var sorted: [TimelineBucket] {
        let length = Self.minute << Int64(shift)
        return buckets.sorted { $0.key < $1.key }.map {
            TimelineBucket(start: $0.key * length, length: length, phases: $0.value)
        }
    }
}
