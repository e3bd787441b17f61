import DNS
import TextScan

/// What the head of a Zeek log in its own form says about its columns.
struct ZeekColumns {
    private enum Column {
        case time, clientAddress, clientPort, serverAddress, serverPort, proto, id, latency
        case name, type, typeName, recordClass, code, codeName, authoritative, truncated, recursion, answers, ttls
    }

    private var separator: UInt8 = 0x09
    private var setSeparator: UInt8 = 0x2C
    private var unset: [UInt8] = [0x2D]
    private var empty: [UInt8] = Array("(empty)".utf8)
    private var columns: [Column?] = []
    /// Whether the names of the columns are known.
    var isKnown: Bool { !columns.isEmpty }
    /// Whether the columns are those of a DNS log.
    var isDNS: Bool { columns.contains { $0 == .name } && columns.contains { $0 == .id } }

    /// Takes a line that begins with `#`.
    mutating func take(_ line: Span<UInt8>) {
        if line.hasPrefix("#separator "), let value = ZeekRow.unescaped(line.extracting(11..<line.count)).first {
            separator = value
        }
        guard let end = line.firstIndex(of: separator) else { return }
        let key = line.extracting(0..<end)
        let value = line.extracting((end + 1)..<line.count)
        if key.equals("#set_separator"), let octet = ZeekRow.unescaped(value).first { setSeparator = octet }
        if key.equals("#unset_field") { unset = value.octets }
        if key.equals("#empty_field") { empty = value.octets }
        guard key.equals("#fields") else { return }
        columns = []
        var fields = FieldScanner(value, separator: separator)
        while columns.count < 256, let field = fields.next() { columns.append(Self.column(value.extracting(field))) }
    }

    private static func column(_ name: Span<UInt8>) -> Column? {
        switch name.string {
        case "ts": .time
        case "id.orig_h": .clientAddress
        case "id.orig_p": .clientPort
        case "id.resp_h": .serverAddress
        case "id.resp_p": .serverPort
        case "proto": .proto
        case "trans_id": .id
        case "rtt": .latency
        case "query": .name
        case "qtype": .type
        case "qtype_name": .typeName
        case "qclass": .recordClass
        case "rcode": .code
        case "rcode_name": .codeName
        case "AA": .authoritative
        case "TC": .truncated
        case "RA": .recursion
        case "answers": .answers
        case "TTLs": .ttls
        default: nil
        }
    }

    /// A row by the columns.
    func row(_ line: Span<UInt8>, _ names: inout NameCache) -> ZeekRow? {
        var row = ZeekRow()
        var fields = FieldScanner(line, separator: separator)
        var addresses: (client: IPAddress?, server: IPAddress?)
        var ports: (client: UInt16?, server: UInt16?)
        var count = 0
        while count < columns.count, let field = fields.next() {
            defer { count += 1 }
            let value = line.extracting(field)
            guard let column = columns[count], !isUnset(value) else { continue }
            switch column {
            case .time: row.time = value.seconds
            case .clientAddress: addresses.client = value.ipAddress
            case .serverAddress: addresses.server = value.ipAddress
            case .clientPort: ports.client = value.decimal.flatMap { UInt16(exactly: $0) }
            case .serverPort: ports.server = value.decimal.flatMap { UInt16(exactly: $0) }
            case .proto: row.transport = value.transport
            case .id: row.id = value.decimal.flatMap { UInt16(exactly: $0) } ?? 0
            case .latency: row.latency = value.seconds
            case .name:
                let isPlain = value.firstIndex(of: 0x5C) == nil
                row.name = isPlain ? names.field(value) : names.field(ZeekRow.unescaped(value).span)
            case .type: row.type = value.recordType
            case .typeName: row.type = row.type ?? value.recordType
            case .recordClass: row.recordClass = value.recordClass
            case .code: row.code = value.responseCode
            case .codeName: row.code = row.code ?? value.responseCode
            case .authoritative: row.isAuthoritative = value.equals("T")
            case .truncated: row.isTruncated = value.equals("T")
            case .recursion: row.isRecursionAvailable = value.equals("T")
            case .answers where row.isCountedOnly, .ttls where row.isCountedOnly: break
            case .answers: row.answers = elements(value).map { ZeekRow.unescaped(value.extracting($0)) }
            case .ttls: row.ttls = elements(value).map { Self.ttl(value.extracting($0)) }
            }
        }
        guard count > 1 else { return nil }
        row.client = addresses.client.map { SocketAddress($0, port: ports.client) }
        row.server = addresses.server.map { SocketAddress($0, port: ports.server) }
        return row
    }

    private func isUnset(_ value: Span<UInt8>) -> Bool {
        value.isEqual(unset.span) || value.isEqual(empty.span)
    }

    private func elements(_ value: Span<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var fields = FieldScanner(value, separator: setSeparator)
        while found.count < AnswerChain.maximumRecords, let field = fields.next() { found.append(field) }
        return found
    }

    private static func ttl(_ value: Span<UInt8>) -> UInt32? {
        value.seconds.flatMap { UInt32(exactly: $0 / 1_000_000) }
    }
}
