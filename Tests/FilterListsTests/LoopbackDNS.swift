import DNS
import Foundation

/// A UDP socket on 127.0.0.1, just enough for tests.
final class LoopbackSocket: Sendable {
    private let descriptor: Int32
    let port: UInt16

    init?() {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var wait = timeval(tv_sec: 0, tv_usec: 300_000)
        let port: UInt16? = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard unsafe bind(descriptor, generic, length) == 0,
                    unsafe getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return unsafe pointer.pointee.sin_port.bigEndian
            }
        }
        guard let port else {
            close(descriptor)
            return nil
        }
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        self.descriptor = descriptor
        self.port = port
    }

    deinit { close(descriptor) }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// Waits a moment for a datagram; nil when none came.
    func receive() -> (octets: [UInt8], from: UInt16)? {
        var octets = [UInt8](repeating: 0, count: 4096)
        var peer = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = unsafe withUnsafeMutablePointer(to: &peer) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe recvfrom(descriptor, &octets, octets.count, 0, generic, &length)
            }
        }
        guard count > 0 else { return nil }
        return (Array(octets[0..<count]), peer.sin_port.bigEndian)
    }

    func send(_ octets: [UInt8], to port: UInt16) {
        var address = Self.loopback(port: port)
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe sendto(descriptor, octets, octets.count, 0, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// An upstream that has an address, an address and a text for every name.
final class ScriptedUpstream: @unchecked Sendable {
    static let answers: [RRType: String] = [.a: "A=20.54.200.1", .aaaa: "AAAA=2603:1030::200", .txt: "TXT=\"up\""]
    private let socket: LoopbackSocket
    private let lock = NSLock()
    private var isStopped = false
    var port: UInt16 { socket.port }

    init?() {
        guard let socket = LoopbackSocket() else { return nil }
        self.socket = socket
        Thread.detachNewThread { [self] in
            while !lock.withLock({ isStopped }) {
                guard let query = socket.receive(), let reply = Self.reply(to: query.octets) else { continue }
                socket.send(reply, to: query.from)
            }
        }
    }

    func stop() { lock.withLock { isStopped = true } }

    private static func reply(to query: [UInt8]) -> [UInt8]? {
        guard let view = try? MessageView(query.span), let name = try? view.questionName() else { return nil }
        let data: [UInt8]?
        switch view.questionType {
        case .a: data = [20, 54, 200, 1]
        case .aaaa: data = IPAddress("2603:1030::200")?.octets
        case .txt: data = [2] + Array("up".utf8)
        default: data = nil
        }
        var writer = MessageWriter()
        writer.begin(id: view.header.id, bits: 0x8580)
        writer.question(name, type: view.questionType)
        if let data { writer.record(.answer, owner: name, type: view.questionType, ttl: 300, data: data) }
        return writer.octets
    }
}

/// A DNS server of another project, run on loopback for one test.
final class LiveEngine {
    private let process = Process()
    private let folder: URL
    private let client: LoopbackSocket
    private let port: UInt16
    private var nextID: UInt16 = 1

    /// Starts a program with files of its own; nil when it does not answer within some seconds.
    /// - Parameter files: name and text; `@PORT@` and `@FOLDER@` are filled in.
    init?(_ program: String, arguments: [String], files: [(String, String)]) throws {
        // The probe finds a free port and gives it back at once.
        guard let port = LoopbackSocket()?.port, let client = LoopbackSocket() else { return nil }
        self.port = port
        self.client = client
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (folderPath, portText) = (folder.path, String(port))
        func filled(_ text: String) -> String {
            text.replacing("@FOLDER@", with: folderPath).replacing("@PORT@", with: portText)
        }
        for file in files {
            try Data(filled(file.1).utf8).write(to: folder.appendingPathComponent(file.0))
        }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments.map(filled)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<40 where process.isRunning {
            if outcome("ready.probe", .a) != nil { return }
        }
        stop()
        return nil
    }

    func stop() {
        // The child may have inherited a mask that keeps SIGTERM from it.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// What a client gets, in the words of the verdict tables; nil for no answer.
    func outcome(_ name: String, _ type: RRType) -> String? {
        guard let name = try? DomainName(name) else { return nil }
        nextID &+= 1
        var writer = MessageWriter()
        writer.begin(id: nextID, bits: MessageHeader.recursionDesiredFlag)
        writer.question(name, type: type)
        client.send(writer.octets, to: port)
        while let reply = client.receive() {
            guard let view = try? MessageView(reply.octets.span), view.header.id == nextID else { continue }
            return Self.text(view)
        }
        return nil
    }

    private static func text(_ view: borrowing MessageView) -> String {
        if view.header.isTruncated { return "TC NODATA" }
        var answers: [String] = []
        view.forEachRecord { record in
            guard record.section == .answer else { return true }
            let data = view.octets.extracting(record.dataOffset..<record.end)
            var octets: [UInt8] = []
            for index in 0..<data.count { octets.append(data[index]) }
            switch record.type {
            case .a, .aaaa: answers.append("\(record.type)=\(IPAddress(octets: octets).map(\.description) ?? "?")")
            case .txt: answers.append("TXT=\"\(String(decoding: octets.dropFirst(), as: UTF8.self))\"")
            case .cname:
                let target = (try? view.name(at: record.dataOffset)).map { "\($0)." } ?? "?"
                answers.append("CNAME=\(target)")
            default: answers.append("\(record.type)=?")
            }
            return true
        }
        guard view.responseCode == .noError else { return view.responseCode.description }
        return answers.isEmpty ? "NODATA" : answers.joined(separator: " ")
    }
}
