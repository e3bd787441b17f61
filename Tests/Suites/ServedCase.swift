import DNS
import Policy
import Resolver

/// A server between clients and a scripted upstream, for one suite.
final class ServedCase {
    let upstreams: [ScriptedUpstream]
    let server: Server
    let port: UInt16

    init(upstreams count: Int = 1, _ adjust: (inout ServerConfiguration) -> Void = { _ in }) throws {
        upstreams = (0..<count).compactMap { _ in ScriptedUpstream() }
        guard upstreams.count == count else { throw ServerError.invalid("no socket for an upstream") }
        let loopback = IPAddress.v4(0x7F00_0001)
        var configuration = ServerConfiguration(upstreams: upstreams.map { SocketAddress(loopback, port: $0.port) })
        configuration.listen = [SocketAddress(loopback, port: 0)]
        configuration.cacheSize = 4 << 20
        configuration.mode = .enforce
        adjust(&configuration)
        server = try Server(configuration, policy: ServerPolicy(stack: CompiledStack(layers: [])))
        try server.start()
        port = server.addresses[0].port
    }

    func stop() {
        server.stop()
        for upstream in upstreams { upstream.stop() }
    }

    func ask(_ message: [UInt8], milliseconds: Int = 5_000) -> [UInt8]? {
        LoopbackClient(port: port).ask(message, milliseconds: milliseconds)
    }

    /// Whether a plain question still gets its answer.
    var isAlive: Bool {
        guard let name = try? DomainName("alive.example") else { return false }
        for upstream in upstreams {
            upstream.follow { query, _ in [(0, ServedReply.address(to: query, [192, 0, 2, 1]))] }
        }
        return ServedReply(ask(ServedReply.query(name, .a), milliseconds: 1_000))?.code == "NOERROR"
    }
}

/// What a reply says, in the words of the suites.
struct ServedReply {
    let octets: [UInt8]
    let view: Header
    /// The response code; `NXDOMAIN`, `BADVERS` and so on.
    let code: String
    var records: [(section: Section, type: RRType, data: [UInt8])] = []
    let edns: EDNS?
    var options: [UInt16] = []
    var errors: [UInt16] = []

    struct Header {
        var id: UInt16
        var bits: UInt16
        func has(_ flag: UInt16) -> Bool { bits & flag != 0 }
        var opcode: UInt16 { bits >> 11 & 15 }
    }

    /// Nil for no reply, or one that is malformed.
    init?(_ octets: [UInt8]?) {
        guard let octets, let view = try? MessageView(octets.span), (try? view.validateRecords()) != nil else {
            return nil
        }
        self.octets = octets
        self.view = Header(id: view.header.id, bits: view.header.bits)
        code = view.responseCode.description
        edns = view.edns
        errors = view.extendedErrors.map(\.code.rawValue)
        var options: [UInt16] = []
        try? view.forEachOption { code, _, _ in
            options.append(code)
            return true
        }
        self.options = options
        var records: [(Section, RRType, [UInt8])] = []
        view.forEachRecord { record in
            if record.type != .opt {
                records.append((record.section, record.type, Array(octets[record.dataOffset..<record.end])))
            }
            return true
        }
        self.records = records
    }

    var addresses: [[UInt8]] { records.filter { $0.type == .a || $0.type == .aaaa }.map(\.data) }

    static func query(_ name: DomainName, _ type: RRType, id: UInt16 = 0x1234, bits: UInt16 = 0x0100) -> [UInt8] {
        var writer = MessageWriter()
        writer.begin(id: id, bits: bits)
        writer.question(name, type: type)
        return writer.octets
    }

    /// A response to a query, with records of the name asked for.
    static func reply(
        to query: [UInt8],
        _ records: [(type: RRType, data: [UInt8])],
        bits: UInt16 = 0x8180
    ) -> [UInt8] {
        guard let view = try? MessageView(query.span), let asked = try? view.questionName() else { return [] }
        var writer = MessageWriter(capacity: 4_096)
        writer.begin(id: UInt16(query[0]) << 8 | UInt16(query[1]), bits: bits)
        writer.question(asked, type: view.questionType, class: view.questionClass)
        for record in records { writer.record(.answer, owner: asked, type: record.type, ttl: 60, data: record.data) }
        return writer.octets
    }

    static func address(to query: [UInt8], _ data: [UInt8]) -> [UInt8] { reply(to: query, [(.a, data)]) }

    /// A response with its identifier replaced.
    static func with(id query: [UInt8], _ message: [UInt8]) -> [UInt8] { Array(query.prefix(2)) + message.dropFirst(2) }
}
