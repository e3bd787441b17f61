/// What a server has counted since it started. Every query ends in exactly one of the outcome counters.
public struct Counters: Sendable, Equatable {
    /// Queries taken, UDP and TCP.
    public var queries: UInt64 = 0
    /// Queries that came over TCP.
    public var tcpQueries: UInt64 = 0
    /// Answered from the cache.
    public var hits: UInt64 = 0
    /// Asked upstream, or joined to a query already under way.
    public var misses: UInt64 = 0
    /// Misses that joined a query already under way.
    public var coalesced: UInt64 = 0
    /// Answered with special-use names of our own.
    public var local: UInt64 = 0
    /// Answered by policy.
    public var blocked: UInt64 = 0
    /// Queries for which policy had something to say, whatever the mode.
    public var flagged: UInt64 = 0
    /// Answered with FORMERR, NOTIMP, BADVERS or REFUSED without looking further.
    public var rejected: UInt64 = 0
    /// Upstream answers withheld because of private addresses.
    public var withheld: UInt64 = 0
    /// Answered from the cache although the time was over.
    public var stale: UInt64 = 0
    /// Answers renewed before their time was over.
    public var prefetched: UInt64 = 0
    /// Answered with SERVFAIL.
    public var failed: UInt64 = 0
    /// Replies cut to TC because they did not fit.
    public var truncated: UInt64 = 0

    /// Datagrams dropped: shorter than a header, or responses.
    public var droppedJunk: UInt64 = 0
    /// Datagrams dropped: larger than any query may be.
    public var droppedOversized: UInt64 = 0
    /// Queries dropped because a rule says so.
    public var droppedByPolicy: UInt64 = 0
    /// Queries answered SERVFAIL because too many were outstanding.
    public var overloaded: UInt64 = 0
    /// Waiting clients left without an answer because it came too late and too many waited.
    public var droppedLate: UInt64 = 0
    /// Replies the kernel did not take.
    public var droppedReplies: UInt64 = 0
    /// Capture records dropped because the writer was behind.
    public var droppedRecords: UInt64 = 0

    /// TCP connections accepted.
    public var connections: UInt64 = 0
    /// TCP connections closed to make room, or for being idle or malformed.
    public var closedConnections: UInt64 = 0

    /// TLS handshakes with clients that succeeded.
    public var handshakes: UInt64 = 0
    /// Of these resumed.
    public var resumedHandshakes: UInt64 = 0
    /// TLS handshakes with clients that failed or took too long.
    public var failedHandshakes: UInt64 = 0
    /// Queries that came over TLS.
    public var tlsQueries: UInt64 = 0
    /// Queries that came in HTTP requests.
    public var httpQueries: UInt64 = 0
    /// HTTP requests without a query, answered with a status.
    public var refusedRequests: UInt64 = 0

    /// Queries sent upstream, every try counted.
    public var upstreamQueries: UInt64 = 0
    /// Of these over TCP.
    public var upstreamTCP: UInt64 = 0
    /// Connections to upstreams, TCP and TLS.
    public var upstreamConnections: UInt64 = 0
    /// TLS handshakes with upstreams that succeeded.
    public var upstreamHandshakes: UInt64 = 0
    /// Of these resumed.
    public var upstreamResumed: UInt64 = 0
    /// TLS handshakes with upstreams that failed: a certificate not believed or for another name, or no TLS at all.
    public var upstreamTLSFailures: UInt64 = 0
    /// Tries that timed out.
    public var upstreamTimeouts: UInt64 = 0
    /// Tries that failed otherwise: socket errors, SERVFAIL, REFUSED, malformed answers.
    public var upstreamFailures: UInt64 = 0
    /// Upstream datagrams ignored: wrong id, wrong question, no response.
    public var upstreamMismatches: UInt64 = 0
    /// Upstream messages ignored: malformed, loops, too many records.
    public var upstreamMalformed: UInt64 = 0

    /// All zero.
    public init() {}

    private static var fields: [WritableKeyPath<Counters, UInt64>] {
        [
            \.queries, \.tcpQueries, \.hits, \.misses, \.coalesced, \.local, \.blocked, \.flagged, \.rejected, \.failed,
            \.truncated, \.droppedJunk, \.droppedOversized, \.droppedByPolicy, \.overloaded, \.droppedLate,
            \.droppedReplies, \.droppedRecords, \.connections, \.closedConnections, \.handshakes,
            \.resumedHandshakes, \.failedHandshakes, \.tlsQueries, \.httpQueries, \.refusedRequests, \.upstreamQueries,
            \.upstreamTCP, \.upstreamTimeouts,
            \.upstreamConnections, \.upstreamHandshakes, \.upstreamResumed, \.upstreamTLSFailures,
            \.withheld, \.stale, \.prefetched, \.upstreamFailures, \.upstreamMismatches, \.upstreamMalformed,
        ]
    }

    /// The sum, counter by counter.
    public static func + (left: Counters, right: Counters) -> Counters {
        var sum = left
        for field in fields { sum[keyPath: field] &+= right[keyPath: field] }
        return sum
    }
}
