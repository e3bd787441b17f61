import Foundation
import Synchronization

/// Records what goes through an engine: its own log and, where tcpdump may capture, its packets.
final class LogWatch {
    /// One record of a round.
    struct Source {
        /// As what replay must recognise it.
        var format: String
        var octets: [UInt8]
    }

    private let log: EngineLog?
    private let folder: URL
    private let collector: Collector?
    private let dump: Process?

    /// How long senders to a collector keep what they have, and a capture what it has seen.
    private static let settling = 2.2

    /// Begins to capture the packets of a port.
    init(_ log: EngineLog?, folder: URL, port: UInt16) {
        self.log = log
        self.folder = folder
        collector = log != nil && log?.file == nil ? Collector() : nil
        dump = Self.capture(folder, port)
    }

    /// What an engine's file says with the log turned on.
    func filled(_ name: String, _ text: String) -> String {
        guard let log else { return text }
        return log.settings(name, text).replacing("@COLLECTOR@", with: String(collector?.port ?? 0))
    }

    private static func capture(_ folder: URL, _ port: UInt16) -> Process? {
        guard
            let program = ["/usr/bin/tcpdump", "/usr/sbin/tcpdump"].first(where: FileManager.default.isExecutableFile)
        else { return nil }
        let words = folder.appendingPathComponent("tcpdump.log")
        guard (try? Data().write(to: words)) != nil, let output = try? FileHandle(forWritingTo: words) else {
            return nil
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        let file = folder.appendingPathComponent("packets").path
        // As the user that runs the oracle, who owns the folder.
        let user = ["-Z", NSUserName()]
        process.arguments = ["-i", "lo", "-n", "-U", "-B", "8192"] + user + ["-w", file, "udp", "port", String(port)]
        process.standardOutput = output
        process.standardError = output
        guard (try? process.run()) != nil else { return nil }
        for _ in 0..<200 where process.isRunning {
            if let text = try? String(contentsOf: words, encoding: .utf8), text.contains("listening on") {
                return process
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return nil
    }

    /// Waits for what is on its way, ends the engine by `stop`, and gives what was recorded.
    func finish(_ stop: () -> Void) -> [Source] {
        Thread.sleep(forTimeInterval: Self.settling)
        stop()
        var sources: [Source] = []
        if let log {
            let written = log.file.map {
                (try? Data(contentsOf: folder.appendingPathComponent($0))).map(Array.init) ?? []
            }
            sources.append(Source(format: log.format, octets: written ?? collector?.taken() ?? []))
        }
        end()
        if let dump {
            let packets = (try? Data(contentsOf: folder.appendingPathComponent("packets"))).map(Array.init) ?? []
            if dump.terminationReason == .exit { sources.append(Source(format: "pcap", octets: packets)) }
        }
        return sources
    }

    /// Ends the capture and the collection.
    func end() {
        collector?.stop()
        if let dump, dump.isRunning { kill(dump.processIdentifier, SIGINT) }
        dump?.waitUntilExit()
    }
}

/// Takes what is sent to a port of loopback over TCP; a sender's threads may connect each for itself.
final class Collector: Sendable {
    private let octets = Mutex<[Int32: [UInt8]]>([:])
    private let listener: Int32
    private let isOpen = Atomic(true)
    let port: UInt16

    /// Nil where no port is free.
    init?() {
        guard let (listener, port) = LoopbackSocket.listener() else { return nil }
        (self.listener, self.port) = (listener, port)
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                Thread.detachNewThread { self.take(connection) }
            }
        }
    }

    /// Ends the wait for connections; those that there are end with their senders.
    func stop() {
        guard isOpen.exchange(false, ordering: .relaxed) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func take(_ connection: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(connection, &buffer, buffer.count)
            guard count > 0 else { break }
            octets.withLock { $0[connection, default: []].append(contentsOf: buffer[..<count]) }
        }
        close(connection)
    }

    /// What came so far, connection by connection.
    func taken() -> [UInt8] { octets.withLock { $0.sorted { $0.key < $1.key }.flatMap(\.value) } }
}
