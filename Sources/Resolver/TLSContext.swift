internal import CTLS
internal import Glibc

/// Certificate and key of a server, or the authorities that a client believes; shared by all threads, never changed.
@safe final class TLSContext: @unchecked Sendable {
    fileprivate let context: OpaquePointer

    private init(_ context: OpaquePointer) { unsafe self.context = unsafe context }

    deinit { unsafe patchway_tls_context_free(context) }

    /// For clients that connect.
    /// - Parameters:
    ///   - certificate: A PEM file: the server's certificate first, then its chain.
    ///   - key: A PEM file with its key, without a pass phrase.
    static func serving(certificate: String, key: String) throws(ServerError) -> TLSContext {
        var fault = patchway_tls_fault()
        if let context = unsafe patchway_tls_serve(certificate, key, &fault) { return unsafe TLSContext(context) }
        switch Int(fault.stage) {
        case Int(PATCHWAY_TLS_CERTIFICATE):
            throw .tls(
                certificate,
                "\(reason(&fault)); a PEM file is needed: the server's certificate first, then its chain"
            )
        case Int(PATCHWAY_TLS_KEY):
            throw .tls(key, "\(reason(&fault)); a PEM file is needed with a private key that has no pass phrase")
        case Int(PATCHWAY_TLS_PAIR):
            throw .tls(key, "this key does not belong to the first certificate in \(certificate)")
        default: throw .tls("TLS", reason(&fault))
        }
    }

    /// Lets clients resume sessions that they began with `old`, if that was for the same certificate.
    func inherit(_ old: TLSContext) { unsafe patchway_tls_inherit(context, old.context) }

    /// For connections to servers.
    /// - Parameter authorities: A PEM file with the certificates that are believed; nil: those of the system.
    static func forwarding(authorities: String?) throws(ServerError) -> TLSContext {
        var fault = patchway_tls_fault()
        if let context = unsafe patchway_tls_forward(authorities, &fault) { return unsafe TLSContext(context) }
        throw .tls(authorities ?? "TLS", "\(reason(&fault)); a PEM file of certificates that are believed is needed")
    }

    private static func reason(_ fault: inout patchway_tls_fault) -> String {
        unsafe withUnsafeBytes(of: &fault.reason) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// What a server needs for TLS in both directions.
struct TLSContexts: Sendable {
    /// What clients see.
    var serving: TLSContext?
    /// What upstreams are believed by.
    var forwarding: TLSContext?

    /// Reads the files of a configuration, those that it needs. Where the certificate is the one of `old`, clients can resume
    /// what they began under it.
    init(_ configuration: ServerConfiguration, after old: TLSContexts? = nil) throws(ServerError) {
        if let files = configuration.certificate {
            let context = try TLSContext.serving(certificate: files.path, key: files.keyPath)
            if let known = old?.serving { context.inherit(known) }
            serving = context
        }
        if ForwardingTable(configuration).upstreams.contains(where: \.isEncrypted) {
            forwarding = try TLSContext.forwarding(authorities: configuration.authorities)
        }
    }
}

/// What is spoken inside TLS (ALPN).
enum TLSProtocol: Int32 {
    /// DNS with two octets of length in front (RFC 7858).
    case dns = 0
    /// HTTP/2 or HTTP/1.1.
    case http = 1
    /// HTTP/2 alone.
    case http2 = 2
    /// HTTP/1.1 alone.
    case http1 = 3
}

/// The latest session with one upstream: the next connection resumes it.
@safe final class TLSMemory {
    fileprivate let memory: OpaquePointer

    /// Nothing to resume; nil when there is no memory.
    init?() {
        guard let memory = unsafe patchway_tls_memory_create() else { return nil }
        unsafe self.memory = unsafe memory
    }

    deinit { unsafe patchway_tls_memory_free(memory) }
}

/// TLS on one non-blocking socket, which stays its owner's.
@safe final class TLSConnection {
    private var tls: OpaquePointer?
    private let memory: TLSMemory?

    /// The server's side; nil when there is no memory.
    init?(accepting descriptor: Int32, _ context: TLSContext, _ spoken: TLSProtocol) {
        memory = nil
        guard let tls = unsafe patchway_tls_accept(context.context, descriptor, spoken.rawValue) else { return nil }
        unsafe self.tls = unsafe tls
    }

    /// The client's side; nil when there is no memory.
    /// - Parameter name: What the server's certificate has to be for: a host name or an address.
    init?(
        connecting descriptor: Int32,
        _ context: TLSContext,
        to name: String,
        _ spoken: TLSProtocol,
        _ memory: TLSMemory?
    ) {
        self.memory = memory
        let kept = unsafe memory?.memory
        guard let tls = unsafe patchway_tls_connect(context.context, descriptor, name, spoken.rawValue, kept) else {
            return nil
        }
        unsafe self.tls = unsafe tls
    }

    deinit { end() }

    /// Tells the peer that it is over; to be called before the socket is closed.
    func end() {
        unsafe patchway_tls_end(tls)
        unsafe tls = nil
    }

    /// 1 when the handshake is done, or a negated errno: EAGAIN when it goes on once the socket is ready.
    func handshake() -> Int32 {
        guard let tls = unsafe tls else { return -EPROTO }
        return unsafe patchway_tls_handshake(tls)
    }

    /// Octets taken, 0 at the end, or a negated errno.
    @unsafe func receive(_ octets: UnsafeMutableRawPointer, _ count: Int) -> Int {
        guard let tls = unsafe tls else { return -Int(EPROTO) }
        return unsafe patchway_tls_receive(tls, octets, count)
    }

    /// Octets given to the socket, which are fewer than all only when it is full, or a negated errno.
    func send(_ octets: Span<UInt8>) -> Int {
        guard let tls = unsafe tls else { return -Int(EPROTO) }
        return unsafe octets.withUnsafeBytes { octets in
            var sent = 0
            // A call sends one record.
            while sent < octets.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: octets[sent...])
                let result = unsafe patchway_tls_send(tls, rest.baseAddress, rest.count)
                guard result > 0 else { return sent > 0 && result == -Int(EAGAIN) ? sent : result }
                sent += result
            }
            return sent
        }
    }

    /// Whether what was not possible waits for room to write.
    var wantsWrite: Bool {
        guard let tls = unsafe tls else { return false }
        return unsafe patchway_tls_wants_write(tls) != 0
    }

    /// Whether octets have been taken from the socket and not been given out.
    var hasPending: Bool {
        guard let tls = unsafe tls else { return false }
        return unsafe patchway_tls_has_pending(tls) != 0
    }

    /// Whether the handshake resumed an earlier session.
    var isResumed: Bool {
        guard let tls = unsafe tls else { return false }
        return unsafe patchway_tls_is_resumed(tls) != 0
    }

    /// Whether both sides agreed on HTTP/2.
    var speaksHTTP2: Bool {
        guard let tls = unsafe tls else { return false }
        var name: UnsafePointer<UInt8>?
        let count = unsafe patchway_tls_protocol(tls, &name)
        return unsafe UnsafeBufferPointer(start: name, count: count).elementsEqual("h2".utf8)
    }

    /// Why the handshake failed.
    var reason: String {
        guard let tls = unsafe tls, let words = unsafe patchway_tls_reason(tls) else { return "ended" }
        return unsafe String(cString: words)
    }
}
