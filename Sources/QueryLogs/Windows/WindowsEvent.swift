import DNS
import TextScan

/// One event of a Windows event log, whatever it was exported as.
struct WindowsEvent {
    /// Fields of one event that are kept.
    static let maximumFields = 128

    var provider = ""
    var id = 0
    var time: Int64?
    /// The number of the process that wrote it.
    var process: String?
    private(set) var fields: [String: [UInt8]] = [:]

    /// Keeps a field; the first of a name counts.
    mutating func set(_ name: String, _ value: [UInt8]) {
        guard fields.count < Self.maximumFields, fields[name] == nil else { return }
        fields[name] = value
    }

    subscript(_ name: String) -> [UInt8]? { fields[name] }

    /// Whether a log that has such events is read by ``WindowsEventReader``.
    static func isKnown(_ provider: String) -> Bool { kind(provider) != .other }

    private enum Kind {
        case sysmon, client, server, other
    }

    private static func kind(_ provider: String) -> Kind {
        let lower = provider.lowercased()
        if lower.contains("sysmon") || lower.contains("5770385f-c22a-43e0-bf4c-06f5698ffbd9") { return .sysmon }
        if lower.contains("dns-client") || lower.contains("dns client") || lower.contains("dnsapi")
            || lower.contains("1c95126e-7eea-49a9-a3fe-a378b03ddb4d")
        {
            return .client
        }
        let isServer = lower.contains("dnsserver") || lower.contains("eb79061a-a566-4698-9119-3ed2807060e7")
        return isServer ? .server : .other
    }

    /// Hands the event on, if it tells of a query.
    func hand(to assembly: inout EventAssembly, at position: SourcePosition) {
        switch (Self.kind(provider), id) {
        case (.sysmon, 22): handLookup(to: &assembly, at: position)
        // An export of the fields alone.
        case (_, 0) where fields["QueryName"] != nil && fields["QueryStatus"] != nil:
            handLookup(to: &assembly, at: position)
        case (.client, 1014): handTimeout(to: &assembly, at: position)
        case (.client, 3006): handClient(.query, to: &assembly, at: position)
        case (.client, 3008): handClient(.response, to: &assembly, at: position)
        case (.client, 3018), (.client, 3020): handClient(.remark, to: &assembly, at: position)
        case (.server, 256...259): handServer(to: &assembly, at: position)
        case (.server, 260...262): assembly.report.skip("upstream")
        default: assembly.report.skip("other-event")
        }
    }

    private var question: MessageSighting.Question? {
        guard let name = (fields["QueryName"] ?? fields["QNAME"])?.domainName else { return nil }
        let type = (fields["QueryType"] ?? fields["QTYPE"])?.recordType
        return MessageSighting.Question(name: name, type: type ?? RRType(rawValue: 0))
    }

    /// Sysmon 22: what a process asked the client for, and what it got.
    private func handLookup(to assembly: inout EventAssembly, at position: SourcePosition) {
        guard let question, let status = (fields["QueryStatus"] ?? []).decimal else {
            return assembly.report.skip("unparsed-line", at: position, "no name with a status")
        }
        var event = QueryEvent(name: question.name, type: question.type, position: position)
        let stamp = fields["UtcTime"].flatMap { $0.read { TimeScan.rfc3339($0, assumedOffset: 0) } }
        event.time = stamp ?? time
        event.process = fields["Image"].map { $0.string }
        let outcome = WindowsOutcome(status, fields["QueryResults"] ?? [], question)
        if let reason = outcome.skipped { return assembly.report.skip(reason) }
        if let code = outcome.code { event.answer(code, outcome.records) } else { event.reply = outcome.reply }
        assembly.add(event)
    }

    /// System 1014: the configured servers did not answer.
    private func handTimeout(to assembly: inout EventAssembly, at position: SourcePosition) {
        guard let question else {
            return assembly.report.skip("unparsed-line", at: position, "no name that was asked for")
        }
        var event = QueryEvent(name: question.name, type: question.type, position: position, reply: .none)
        event.time = time
        event.server = fields["Address"].flatMap { WindowsName.socketAddress($0) }
        assembly.add(event)
    }

    /// DNS-Client: calls (3006), what cache (3018) and network (3020) gave, and what was handed back (3008).
    private func handClient(
        _ role: MessageSighting.Role,
        to assembly: inout EventAssembly,
        at position: SourcePosition
    ) {
        guard let question else {
            return assembly.report.skip("unparsed-line", at: position, "no name that was asked for")
        }
        var sighting = MessageSighting(role, question, client: nil, time: time, at: position)
        // Cache and network are asked by the service, not by who called.
        if role != .remark { sighting.process = process }
        if role == .query { return assembly.add(sighting) }
        guard let status = (fields["QueryStatus"] ?? fields["Status"] ?? []).decimal else {
            return assembly.report.skip("unparsed-line", at: position, "no status")
        }
        let outcome = WindowsOutcome(status, fields["QueryResults"] ?? [], question)
        if let reason = outcome.skipped { return assembly.report.skip(reason) }
        if id == 3018, status != 0 { return assembly.report.skip("cache-miss") }
        sighting.rcode = outcome.code
        sighting.answers = outcome.records
        if role == .response, outcome.code == nil { sighting.role = outcome.reply == .none ? .silence : .remark }
        assembly.add(sighting)
    }

    /// The server's analytical log: queries (256), answers (257, 258) and queries left alone (259).
    private func handServer(to assembly: inout EventAssembly, at position: SourcePosition) {
        let address = (fields["Source"] ?? fields["Destination"])?.ipAddress
        guard let question, let address else {
            return assembly.report.skip("unparsed-line", at: position, "no name with the address of a client")
        }
        let client = SocketAddress(address, port: fields["Port"]?.port)
        let role: MessageSighting.Role = id == 256 ? .query : id == 259 ? .remark : .response
        var sighting = MessageSighting(
            role,
            question,
            client: client,
            id: fields["XID"]?.port ?? 0,
            time: time,
            at: position
        )
        sighting.server = fields["InterfaceIP"]?.socketAddress
        sighting.transport = fields["TCP"].map { $0.equals("1") ? .tcp : .udp }
        if role == .response {
            let wire = fields["PacketData"].flatMap { Encodings.hexadecimal($0) }
            if !(wire.map { sighting.answer(message: $0) } ?? false) {
                sighting.answer(fields["RCODE"]?.responseCode ?? .noError)
            }
        }
        let policy = fields["PolicyName"]?.string ?? "NULL"
        let reason = fields["Reason"]?.string ?? ""
        if id >= 258, policy != "NULL" && !policy.isEmpty || reason.lowercased().contains("policy") {
            sighting.block = LoggedBlock(source: "DNS policy", rule: policy == "NULL" ? reason : policy)
        }
        assembly.add(sighting)
    }
}

/// What a status of the Windows client means (Win32 and DNS error codes of `winerror.h`).
struct WindowsOutcome {
    /// The response code, where the status stands for one.
    var code: ResponseCode?
    /// Without a code, whether it is known that nothing usable came.
    var reply = ReplyStatus.unknown
    var records: [AnswerRecord] = []
    /// Why the event says nothing about the name.
    var skipped: String?

    init(_ status: UInt64, _ results: [UInt8], _ question: MessageSighting.Question) {
        switch status {
        case 0: code = .noError
        case 9001: code = .formErr
        case 9002: code = .servFail
        case 9003, 11_001: code = .nxDomain
        case 9004: code = .notImp
        case 9005: code = .refused
        // No record of the type, from a server or from the cache.
        case 9501, 9701, 11_004: code = .noError
        // A packet that is no answer; time-outs.
        case 9502, 9560, 1460, 11_002: reply = .none
        // The probe in front of every call of getaddrinfo, and calls that were given up.
        case 87: skipped = "probe"
        case 1223: skipped = "cancelled"
        default: break
        }
        guard status == 0 else { return }
        var chain = AnswerChain(name: question.name, type: question.type)
        results.read { text in
            var fields = FieldScanner(text, separator: 0x3B)
            while let field = fields.next() { Self.add(text.extracting(field).trimmed, to: &chain) }
        }
        records = chain.records
        // A success without results has some that are not written.
        if records.isEmpty {
            records = [AnswerRecord(name: question.name, type: RRType(rawValue: 0), data: .unknown)]
        }
    }

    /// `type:  5 name`, or an address.
    private static func add(_ text: Span<UInt8>, to chain: inout AnswerChain) {
        if text.count == 0 || text.equals("-") { return }
        guard text.hasPrefix("type:") else { return chain.append(text) }
        let rest = text.extracting(5..<text.count).trimmed
        let end = rest.firstIndex(of: 0x20) ?? rest.count
        guard let type = rest.extracting(0..<end).recordType else { return }
        chain.append(type, rest.extracting(end..<rest.count).trimmed)
    }
}
