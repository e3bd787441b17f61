internal import CSockets
internal import DNS

/// A client that waits for an answer.
struct Waiter: BitwiseCopyable {
    /// The next one that waits for the same, or -1.
    var next: Int32 = -1
    /// The query, to build the reply from.
    var query: ClientQuery
    /// Where it came from.
    var origin: Origin
    /// When it came, nanoseconds.
    var arrivedAt: UInt64
    /// The flight that waits in place of a client, because its answer leads on to this one; -1 for clients.
    var dependent: Int32 = -1
}

/// Where a query came from and its reply goes.
struct Origin: BitwiseCopyable {
    /// The descriptor of the datagram socket, or the number of the TCP connection.
    var socket: Int32
    /// The generation of the TCP connection.
    var generation: UInt32 = 0
    /// The request on an HTTP/2 connection.
    var request: Int32 = 0
    /// The client.
    var peer: patchway_peer
    /// The number of the group of clients that the path of an HTTP request names; 0 for none.
    var group: UInt8 = 0
}

/// One question under way upstream, with all clients that wait for it.
struct Flight: BitwiseCopyable {
    /// The hash of name and key.
    var hash: UInt64
    /// Type, DO and CD; client and time.
    var key: AnswerKey
    /// The policy that told clients apart.
    var generation: UInt32 = 0
    /// Octets of the name.
    var nameLength: UInt8
    /// The group of upstreams that it is asked of.
    var group: UInt8 = 0
    /// Tries made.
    var tries: UInt8 = 0
    /// The upstream of the last try, its first one where there are several, or -1.
    var upstream: Int8 = -1
    /// Upstreams whose answer is waited for.
    var asking = UpstreamSet()
    /// Upstreams asked beside them, for whose answer nobody waits.
    var riders = UpstreamSet()
    /// Upstreams asked so far.
    var tried = UpstreamSet()
    /// Datagrams with a wrong id or question.
    var mismatches: UInt8 = 0
    /// The upstream that is asked again over TCP, or -1.
    var tcpUpstream: Int8 = -1
    /// Whether the next try leaves out EDNS, because the upstream did not understand it (RFC 6891 §7).
    var withoutEDNS = false
    /// What to say when all tries have failed.
    var failure = FlightFailure.none
    /// When the last try was sent.
    var sentAt: UInt64 = 0
    /// First and last waiter.
    var firstWaiter: Int32 = -1
    var lastWaiter: Int32 = -1
    /// Waiters.
    var waiterCount: Int32 = 0
    /// The first of the upstream sockets in use, or -1.
    var firstSocket: Int32 = -1
}

/// Why a question got no answer: an extended error and a response code.
struct FlightFailure: BitwiseCopyable, Equatable {
    /// The code of the extended error.
    var error: UInt16
    /// The response code for the client.
    var code: UInt16

    /// Nothing was heard.
    static let none = FlightFailure(.noReachableAuthority)
    /// The network refused.
    static let network = FlightFailure(.networkError)
    /// What was heard cannot be.
    static let malformed = FlightFailure(.invalidData)

    /// SERVFAIL with an extended error.
    init(_ error: ExtendedErrorCode) {
        self.error = error.rawValue
        code = ResponseCode.servFail.rawValue
    }

    /// An upstream's own refusal, passed on.
    init(refusal: ResponseCode) {
        error = ExtendedErrorCode.networkError.rawValue
        code = refusal == .refused ? refusal.rawValue : ResponseCode.servFail.rawValue
    }
}
