internal import CHTTP2
internal import Policy

/// HTTP/2 of one client (RFC 9113), without the socket: octets in, requests out; responses in, octets out.
@safe final class HTTP2Session {
    private let http: OpaquePointer

    /// A new connection with at most so many requests at a time; nil when there is no memory.
    init?(streams: Int) {
        let http = unsafe patchway_http2_serve(
            UInt32(clamping: streams),
            QueryRequest.maximumMessage,
            QueryRequest.maximumTarget
        )
        guard let http = unsafe http else { return nil }
        unsafe self.http = unsafe http
    }

    deinit { unsafe patchway_http2_free(http) }

    /// Takes what a client has sent; false when it broke the protocol or takes back too many requests.
    func take(_ octets: Span<UInt8>) -> Bool {
        unsafe octets.withUnsafeBufferPointer {
            unsafe patchway_http2_take(http, $0.baseAddress, $0.count) != 0
        }
    }

    /// The next whole request: its stream, what is asked, in `message`, or the status that refuses it, and the
    /// group of clients that it names, from 1, or 0.
    func next(
        into message: inout MessageBuffer,
        groups: StackGroups = .none
    ) -> (stream: Int32, status: Int, group: UInt8)? {
        var request = unsafe patchway_http2_request()
        guard unsafe patchway_http2_next(http, &request) != 0 else { return nil }
        let (stream, fault) = unsafe (request.stream, Int(request.fault))
        guard fault == 0 else { return (stream, fault, 0) }
        let target = unsafe UnsafeBufferPointer(start: request.path, count: request.path_octets)
        let body = unsafe UnsafeBufferPointer(start: request.body, count: request.body_octets)
        let read = unsafe QueryRequest.read(
            QueryRequest.Method(rawValue: request.method) ?? .other,
            Span(_unsafeElements: target),
            isDNS: request.is_dns != 0,
            Span(_unsafeElements: body),
            groups: groups,
            into: &message
        )
        return (stream, read.status, read.group)
    }

    /// Answers a request; one that is gone needs none. False when the client leaves too much untaken.
    func respond(_ stream: Int32, status: Int, maxAge: UInt32 = 0, _ message: Span<UInt8>) -> Bool {
        unsafe message.withUnsafeBufferPointer {
            unsafe patchway_http2_respond(http, stream, Int32(status), maxAge, $0.baseAddress, $0.count) != 0
        }
    }

    /// Ends a request without an answer.
    func abort(_ stream: Int32) { unsafe patchway_http2_abort(http, stream) }

    /// Tells the client that no more requests are taken (GOAWAY, RFC 9113 §6.8); those that have come are still answered.
    func drain() { unsafe patchway_http2_drain(http) }

    /// Appends octets for the client to `output`; false when there are none.
    func give(to output: inout MessageBuffer) -> Bool {
        var octets: UnsafePointer<UInt8>?
        let count = unsafe patchway_http2_give(http, &octets)
        guard count > 0 else { return false }
        unsafe output.append(Span(_unsafeElements: UnsafeBufferPointer(start: octets, count: count)))
        return true
    }

    /// Whether nothing is left to be said or heard.
    var isOver: Bool { unsafe patchway_http2_is_over(http) != 0 }
}
