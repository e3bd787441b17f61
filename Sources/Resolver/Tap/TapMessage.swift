internal import CSockets
internal import DNS
internal import Policy

/// Turns captured queries into dnstap messages (dnstap.proto): CLIENT_QUERY and CLIENT_RESPONSE, with the policy that decided.
///
/// The query is written as far as it matters for its answer: id, flags, question with the client's letters, and EDNS with
/// DO; its other options are not kept.
struct TapMessages {
    private let identity: [UInt8]
    private var message = ProtobufWriter()
    private var envelope = ProtobufWriter()
    private var policy = ProtobufWriter()

    /// Messages of a server that calls itself so.
    init(identity: String) { self.identity = Array(identity.utf8) }

    private enum Kind: UInt64 {
        case clientQuery = 5
        case clientResponse = 6
    }

    /// The data frames' payloads of a query: what was asked, and what was answered, if anything was.
    mutating func payloads(_ query: borrowing CapturedQuery) -> [[UInt8]] {
        let isDropped = query.record.code == CaptureRecord.noReply
        let asked = payload(.clientQuery, query, withPolicy: isDropped)
        return isDropped ? [asked] : [asked, payload(.clientResponse, query, withPolicy: true)]
    }

    private mutating func payload(_ kind: Kind, _ query: borrowing CapturedQuery, withPolicy: Bool) -> [UInt8] {
        let record = query.record
        message.removeAll()
        message.field(1, kind.rawValue)
        if let client = record.client.address {
            message.field(2, client.isV4 ? 1 : 2)
            message.field(3, Self.transport(record.speaks))
            message.field(4, client.octets)
        } else {
            message.field(3, Self.transport(record.speaks))
        }
        message.field(6, UInt64(record.client.port))
        let asked = record.time &- record.elapsed
        message.field(8, asked / 1_000_000_000)
        message.field(9, fixed: UInt32(truncatingIfNeeded: asked % 1_000_000_000))
        if kind == .clientQuery {
            message.field(10, query.question)
        } else {
            message.field(12, record.time / 1_000_000_000)
            message.field(13, fixed: UInt32(truncatingIfNeeded: record.time % 1_000_000_000))
            if !query.reply.isEmpty { message.field(14, query.reply) }
        }
        if withPolicy, writePolicy(query) { message.field(15, policy.octets) }
        envelope.removeAll()
        envelope.field(1, identity)
        envelope.field(2, Array("patchway".utf8))
        envelope.field(14, message.octets)
        envelope.field(15, 1)
        return envelope.octets
    }

    /// SocketProtocol: UDP, TCP, DOT, DOH.
    private static func transport(_ speaks: StreamProtocol?) -> UInt64 {
        switch speaks {
        case nil: 1
        case .dnsOverTLS: 3
        case .dnsOverHTTPS, .dnsOverHTTP: 4
        case .dns, .admin: 2
        }
    }

    /// Fills `policy`: the engine, the rule's list, line and text, what was done, what it matched. False without a rule.
    private mutating func writePolicy(_ query: borrowing CapturedQuery) -> Bool {
        guard let match = query.match, let active = query.policy else { return false }
        let layer = active.policy.stack.layers[match.layer]
        let rule = layer.reference(match.rule)
        policy.removeAll()
        policy.field(1, Array(Self.type(layer.engine).utf8))
        policy.field(2, Array("\(rule.list):\(rule.line): \(rule.text)".utf8))
        if let action = Self.action(query) { policy.field(3, action) }
        switch match.relation {
        case .qname, .cname:
            policy.field(4, 1)
            policy.field(5, query.hasAlias ? query.alias.name.wire : query.name.name.wire)
        case .client:
            policy.field(4, 2)
            if let client = query.record.client.address { policy.field(5, client.octets) }
        case .address, .hint: policy.field(4, 3)
        }
        return true
    }

    private static func type(_ engine: Engine) -> String {
        switch engine {
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: "RPZ"
        default: engine.rawValue
        }
    }

    /// Policy.Action: what was done, which is PASS where the client got the truth all the same.
    private static func action(_ query: borrowing CapturedQuery) -> UInt64? {
        guard query.record.isEnforced else { return 3 }
        return switch query.record.decision.verdict {
        case .nxdomain: 1
        case .nodata: 2
        case .pass, .route: 3
        case .drop: 4
        case .truncate: 5
        case .sinkhole, .redirect: 6
        // There is no word for these.
        case .refused, .servfail, .unsupported: nil
        }
    }
}
