import Glibc
import Policy
import Synchronization

/// Sockets on 127.0.0.0/8, just enough to ask and to answer.
enum Loopback {
    /// A socket of a kind, bound to an address of 127.0.0.0/8 and a port (0: any); below zero when there is none.
    static func bound(_ kind: __socket_type, address: UInt32 = 0x7F00_0001, port: UInt16 = 0) -> Int32 {
        let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
        guard descriptor >= 0 else { return -1 }
        var one: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var own = inet(address, port)
        let result = unsafe withUnsafePointer(to: &own) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result == 0 { return descriptor }
        close(descriptor)
        return -1
    }

    /// A socket connected to a port of 127.0.0.1.
    static func connected(_ kind: __socket_type, to port: UInt16, from address: UInt32 = 0x7F00_0001) -> Int32 {
        let descriptor = bound(kind, address: address)
        guard descriptor >= 0 else { return -1 }
        var peer = inet(0x7F00_0001, port)
        let result = unsafe withUnsafePointer(to: &peer) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result == 0 { return descriptor }
        close(descriptor)
        return -1
    }

    /// The port of a bound socket.
    static func port(_ descriptor: Int32) -> UInt16 {
        var own = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &own) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return own.sin_port.bigEndian
    }

    static func inet(_ address: UInt32, _ port: UInt16) -> sockaddr_in {
        var inet = sockaddr_in()
        inet.sin_family = sa_family_t(AF_INET)
        inet.sin_port = port.bigEndian
        inet.sin_addr.s_addr = address.bigEndian
        return inet
    }

    /// Whether there is something to read in time.
    static func isReadable(_ descriptor: Int32, milliseconds: Int) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&polled, 1, Int32(milliseconds)) > 0
    }

    static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer[..<count]) : nil
    }

    static func write(_ descriptor: Int32, _ octets: [UInt8]) {
        _ = unsafe send(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL))
    }

    /// A message with its length in front (RFC 7766 §8).
    static func framed(_ message: [UInt8]) -> [UInt8] {
        [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
    }
}

/// A client of a server on loopback, over UDP or TCP.
final class LoopbackClient {
    let descriptor: Int32
    private let overTCP: Bool
    private var input: [UInt8] = []

    init(port: UInt16, overTCP: Bool = false, from address: UInt32 = 0x7F00_0001) {
        self.overTCP = overTCP
        descriptor = Loopback.connected(overTCP ? SOCK_STREAM : SOCK_DGRAM, to: port, from: address)
    }

    deinit { close(descriptor) }

    /// Sends a message, over TCP framed.
    func send(_ message: [UInt8]) { Loopback.write(descriptor, overTCP ? Loopback.framed(message) : message) }

    /// The next message; nil when none comes in time or the connection ends.
    func receive(milliseconds: Int) -> [UInt8]? {
        guard overTCP else {
            return Loopback.isReadable(descriptor, milliseconds: milliseconds) ? Loopback.read(descriptor) : nil
        }
        while true {
            if input.count >= 2, case let length = Int(input[0]) << 8 | Int(input[1]), input.count >= 2 + length {
                defer { input.removeFirst(2 + length) }
                return Array(input[2..<(2 + length)])
            }
            guard Loopback.isReadable(descriptor, milliseconds: milliseconds),
                let more = Loopback.read(descriptor), !more.isEmpty
            else { return nil }
            input += more
        }
    }

    func ask(_ message: [UInt8], milliseconds: Int = 5_000) -> [UInt8]? {
        send(message)
        return receive(milliseconds: milliseconds)
    }
}

/// An upstream on loopback that answers each query over UDP and TCP as a script says.
final class ScriptedUpstream: Sendable {
    /// A reply and the milliseconds to wait before it.
    typealias Script = @Sendable (_ query: [UInt8], _ overTCP: Bool) -> [(pause: Int, reply: [UInt8])]

    let port: UInt16
    private let datagrams: Int32
    private let listener: Int32
    private let script: Mutex<Script>
    private let isStopped = Atomic<Bool>(false)
    private let thread = Mutex<SystemThread?>(nil)

    /// An upstream on a port that is free for both.
    init?(_ script: @escaping Script = { _, _ in [] }) {
        guard let sockets = Self.sockets() else { return nil }
        (datagrams, listener) = sockets
        port = Loopback.port(datagrams)
        self.script = Mutex(script)
        let thread = SystemThread { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    /// Sockets on a port that is free for both; one that is free for datagrams may be somebody's for TCP.
    private static func sockets() -> (datagrams: Int32, listener: Int32)? {
        for _ in 0..<16 {
            let datagrams = Loopback.bound(SOCK_DGRAM)
            guard datagrams >= 0 else { return nil }
            let listener = Loopback.bound(SOCK_STREAM, port: Loopback.port(datagrams))
            if listener >= 0, listen(listener, 64) == 0 { return (datagrams, listener) }
            if listener >= 0 { close(listener) }
            close(datagrams)
        }
        return nil
    }

    /// Answers differently from now on.
    func follow(_ next: @escaping Script) { script.withLock { $0 = next } }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    private func run() {
        while !isStopped.load(ordering: .relaxed) {
            if Loopback.isReadable(listener, milliseconds: 0) { serveConnection() }
            if Loopback.isReadable(datagrams, milliseconds: 2) { serveDatagram() }
        }
        close(datagrams)
        close(listener)
    }

    private func serveDatagram() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var peer = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = unsafe withUnsafeMutablePointer(to: &peer) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe recvfrom(datagrams, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard count >= 12 else { return }
        for (pause, reply) in script.withLock({ $0 })(Array(buffer[..<count]), false) {
            usleep(UInt32(pause) * 1_000)
            _ = unsafe withUnsafePointer(to: &peer) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe sendto(datagrams, reply, reply.count, 0, $0, length)
                }
            }
        }
    }

    /// One question a connection, which is what a forwarder asks.
    private func serveConnection() {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var input: [UInt8] = []
        while input.count < 2 || input.count < 2 + Int(input[0]) << 8 + Int(input[1]) {
            guard Loopback.isReadable(descriptor, milliseconds: 500), let more = Loopback.read(descriptor),
                !more.isEmpty
            else { return }
            input += more
        }
        for (pause, reply) in script.withLock({ $0 })(Array(input.dropFirst(2)), true) {
            usleep(UInt32(pause) * 1_000)
            Loopback.write(descriptor, Loopback.framed(reply))
        }
    }
}
