internal import Glibc

/// The time of the week here, told anew once a minute.
struct WeekClock {
    /// Minutes since Monday 00:00.
    private(set) var minute = 0
    private var last: UInt64 = .max

    /// Takes nanoseconds since 1970.
    mutating func set(_ nanoseconds: UInt64) {
        let now = nanoseconds / 60_000_000_000
        guard now != last else { return }
        last = now
        var seconds = time_t(now * 60)
        var local = unsafe tm()
        guard unsafe localtime_r(&seconds, &local) != nil else { return }
        minute = unsafe (Int(local.tm_wday) + 6) % 7 * 1_440 + Int(local.tm_hour) * 60 + Int(local.tm_min)
    }
}
