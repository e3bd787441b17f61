internal import DNS

/// When the addresses of which hosts are asked for again: as their TTLs end, and sooner after failures. Pure; the clock is the
/// caller's.
struct BootstrapSchedule {
    /// What is known of one host.
    struct Host: Equatable {
        /// Its name.
        let name: String
        /// Its addresses.
        var addresses: [IPAddress] = []
        /// When they are asked for again, nanoseconds.
        var dueAt: UInt64 = 0
        /// Failures since the last answer.
        var failures = 0
    }

    /// The hosts.
    private(set) var hosts: [Host]

    /// The shortest time for which addresses are kept, nanoseconds.
    static let shortest: UInt64 = 30_000_000_000
    /// The longest.
    static let longest: UInt64 = 86_400_000_000_000
    /// Nanoseconds after the first failure; they double up to ``longestRetry``.
    static let firstRetry: UInt64 = 5_000_000_000
    /// The longest time after a failure.
    static let longestRetry: UInt64 = 300_000_000_000

    /// Hosts whose addresses are due at once.
    init(_ names: [String]) { hosts = names.map { Host(name: $0) } }

    /// When the next host is due; nil without hosts.
    var nextDue: UInt64? { hosts.map(\.dueAt).min() }

    /// The hosts that are due.
    func due(now: UInt64) -> [Int] { hosts.indices.filter { hosts[$0].dueAt <= now } }

    /// Takes the addresses of a host; false when they are what they were.
    mutating func resolved(_ host: Int, _ addresses: [IPAddress], ttl: UInt32, now: UInt64) -> Bool {
        hosts[host].failures = 0
        hosts[host].dueAt = now + min(max(UInt64(ttl) * 1_000_000_000, Self.shortest), Self.longest)
        guard hosts[host].addresses != addresses else { return false }
        hosts[host].addresses = addresses
        return true
    }

    /// Its addresses could not be had; the old ones stay.
    mutating func failed(_ host: Int, now: UInt64) {
        hosts[host].dueAt = now + min(Self.firstRetry << UInt64(min(hosts[host].failures, 8)), Self.longestRetry)
        hosts[host].failures += 1
    }
}
