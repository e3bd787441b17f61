internal import CHTTP2

/// HTTP/2 with one server that answers DNS queries (RFC 8484), without the socket: queries in, octets out; octets in,
/// answers out.
@safe final class HTTP2Client {
    private let client: OpaquePointer

    /// A new connection; nil when there is no memory.
    init?() {
        guard let client = unsafe patchway_http2_client_create(65_535) else { return nil }
        unsafe self.client = unsafe client
    }

    deinit { unsafe patchway_http2_client_free(client) }

    /// Takes what the server has sent; false when it broke the protocol.
    func take(_ octets: Span<UInt8>) -> Bool {
        unsafe octets.withUnsafeBufferPointer {
            unsafe patchway_http2_client_take(client, $0.baseAddress, $0.count) != 0
        }
    }

    /// Appends octets for the server to `output`; false when there are none.
    func give(to output: inout [UInt8]) -> Bool {
        var octets: UnsafePointer<UInt8>?
        let count = unsafe patchway_http2_client_give(client, &octets)
        guard count > 0 else { return false }
        unsafe output.append(contentsOf: UnsafeBufferPointer(start: octets, count: count))
        return true
    }

    /// Asks; gives the stream, or nil when no more can be asked on this connection.
    func ask(
        _ method: QueryRequest.Method = .post,
        _ authority: String,
        _ path: String,
        type: String = "application/dns-message",
        _ content: Span<UInt8>
    ) -> Int32? {
        let stream = unsafe content.withUnsafeBufferPointer {
            unsafe patchway_http2_client_ask(
                client,
                method.rawValue,
                authority,
                path,
                type,
                $0.baseAddress,
                $0.count
            )
        }
        return stream > 0 ? stream : nil
    }

    /// The next answer, its content in `message`: the stream, the status (0: there is no response), and whether the
    /// content is a DNS message.
    func next(into message: inout MessageBuffer) -> (stream: Int32, status: Int, isDNS: Bool)? {
        var answer = unsafe patchway_http2_answer()
        guard unsafe patchway_http2_client_next(client, &answer) != 0 else { return nil }
        message.reset()
        let body = unsafe UnsafeBufferPointer(start: answer.body, count: answer.body_octets)
        unsafe message.append(Span(_unsafeElements: body))
        return unsafe (answer.stream, Int(answer.status), answer.is_dns != 0)
    }

    /// Takes a request back.
    func cancel(_ stream: Int32) { unsafe patchway_http2_client_cancel(client, stream) }

    /// Whether the server takes no more requests.
    var isOver: Bool { unsafe patchway_http2_client_is_over(client) != 0 }
}
