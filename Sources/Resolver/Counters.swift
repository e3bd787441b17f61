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
    /// Answered with TC alone, because the client's network asks too much.
    public var rateLimited: UInt64 = 0
    /// Answered with SERVFAIL.
    public var failed: UInt64 = 0
    /// Replies cut to TC because they did not fit.
    public var truncated: UInt64 = 0

    /// Datagrams dropped: shorter than a header, or responses.
    public var droppedJunk: UInt64 = 0
    /// Datagrams dropped: larger than any query may be.
    public var droppedOversized: UInt64 = 0
    /// Datagrams dropped because the sender's network asks too much.
    public var droppedByRate: UInt64 = 0
    /// Queries dropped because a rule says so.
    public var droppedByPolicy: UInt64 = 0
    /// Queries answered SERVFAIL because too many were outstanding.
    public var overloaded: UInt64 = 0
    /// Waiting clients left without an answer because it came too late and too many waited.
    public var droppedLate: UInt64 = 0
    /// Replies the kernel did not take.
    public var droppedReplies: UInt64 = 0
    /// Capture records dropped because the writer was behind or could not write.
    public var droppedRecords: UInt64 = 0

    /// Answers for protected names that references were asked about too.
    public var comparisons: UInt64 = 0
    /// Such answers that could not be compared, because too many were.
    public var droppedComparisons: UInt64 = 0
    /// Differences from references that show a filter or a failure.
    public var differences: UInt64 = 0

    /// Answers that signatures prove.
    public var secureAnswers: UInt64 = 0
    /// Answers of zones that are proven to be unsigned.
    public var insecureAnswers: UInt64 = 0
    /// Answers that are not what their zone's owner signed.
    public var bogusAnswers: UInt64 = 0
    /// Questions asked for keys and delegations.
    public var validationQueries: UInt64 = 0

    /// Questions asked of upstreams although no client asked.
    public var probes: UInt64 = 0

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

    /// Every counter with its name in metrics and what it counts.
    static var table: [(name: String, help: String, path: WritableKeyPath<Counters, UInt64>)] {
        [
            ("queries", "Queries taken, UDP and TCP.", \.queries),
            ("tcp_queries", "Queries that came over TCP.", \.tcpQueries),
            ("hits", "Answered from the cache.", \.hits),
            ("misses", "Asked upstream, or joined to a query already under way.", \.misses),
            ("coalesced", "Misses that joined a query already under way.", \.coalesced),
            ("local", "Answered with special-use names of our own.", \.local),
            ("blocked", "Answered by policy.", \.blocked),
            ("flagged", "Queries for which policy had something to say, whatever the mode.", \.flagged),
            ("rejected", "Answered with FORMERR, NOTIMP, BADVERS or REFUSED without looking further.", \.rejected),
            ("withheld", "Upstream answers withheld because of private addresses.", \.withheld),
            ("stale", "Answered from the cache although the time was over.", \.stale),
            ("prefetched", "Answers renewed before their time was over.", \.prefetched),
            ("rate_limited", "Answered with TC alone, the client's network asks too much.", \.rateLimited),
            ("failed", "Answered with SERVFAIL.", \.failed),
            ("truncated", "Replies cut to TC because they did not fit.", \.truncated),
            ("dropped_junk", "Datagrams dropped: shorter than a header, or responses.", \.droppedJunk),
            ("dropped_oversized", "Datagrams dropped: larger than any query may be.", \.droppedOversized),
            ("dropped_by_rate", "Datagrams dropped, the sender's network asks too much.", \.droppedByRate),
            ("dropped_by_policy", "Queries dropped because a rule says so.", \.droppedByPolicy),
            ("overloaded", "Queries answered SERVFAIL because too many were outstanding.", \.overloaded),
            ("dropped_late", "Waiting clients left without an answer, it came too late.", \.droppedLate),
            ("dropped_replies", "Replies the kernel did not take.", \.droppedReplies),
            ("dropped_records", "Capture records lost: the writer was behind or could not write.", \.droppedRecords),
            ("comparisons", "Answers for protected names that references were asked about too.", \.comparisons),
            ("dropped_comparisons", "Such answers not compared: too many at a time.", \.droppedComparisons),
            ("differences", "Differences from references that show a filter or a failure.", \.differences),
            ("secure_answers", "Answers that signatures prove.", \.secureAnswers),
            ("insecure_answers", "Answers of zones that are proven to be unsigned.", \.insecureAnswers),
            ("bogus_answers", "Answers that are not what their zone's owner signed.", \.bogusAnswers),
            ("validation_queries", "Questions asked for keys and delegations.", \.validationQueries),
            ("probes", "Questions asked of upstreams although no client asked.", \.probes),
            ("connections", "TCP connections accepted.", \.connections),
            ("closed_connections", "TCP connections closed for room, silence or faults.", \.closedConnections),
            ("handshakes", "TLS handshakes with clients that succeeded.", \.handshakes),
            ("resumed_handshakes", "TLS handshakes with clients that resumed a session.", \.resumedHandshakes),
            ("failed_handshakes", "TLS handshakes with clients that failed or took too long.", \.failedHandshakes),
            ("tls_queries", "Queries that came over TLS.", \.tlsQueries),
            ("http_queries", "Queries that came in HTTP requests.", \.httpQueries),
            ("refused_requests", "HTTP requests without a query, answered with a status.", \.refusedRequests),
            ("upstream_queries", "Queries sent upstream, every try counted.", \.upstreamQueries),
            ("upstream_tcp", "Queries sent upstream over TCP or TLS.", \.upstreamTCP),
            ("upstream_connections", "Connections to upstreams, TCP and TLS.", \.upstreamConnections),
            ("upstream_handshakes", "TLS handshakes with upstreams that succeeded.", \.upstreamHandshakes),
            ("upstream_resumed", "TLS handshakes with upstreams that resumed a session.", \.upstreamResumed),
            ("upstream_tls_failures", "TLS handshakes with upstreams that failed.", \.upstreamTLSFailures),
            ("upstream_timeouts", "Tries that timed out.", \.upstreamTimeouts),
            ("upstream_failures", "Tries that failed otherwise than by time.", \.upstreamFailures),
            ("upstream_mismatches", "Upstream datagrams with another id or question.", \.upstreamMismatches),
            ("upstream_malformed", "Upstream messages that are malformed or too large.", \.upstreamMalformed),
        ]
    }

    /// The sum, counter by counter.
    public static func + (left: Counters, right: Counters) -> Counters {
        var sum = left
        for entry in table { sum[keyPath: entry.path] &+= right[keyPath: entry.path] }
        return sum
    }
}
