internal import DNS

/// What a reply needs to know of the query it answers. Trivial, so that it can wait in a slab.
struct ClientQuery: BitwiseCopyable {
    /// The identifier.
    var id: UInt16
    /// Flags and opcode as they came.
    var bits: UInt16
    /// The type asked for.
    var type: UInt16
    /// Octets of the question name, which stands uncompressed at offset 12; 0 when no question was understood.
    var nameLength: UInt16
    /// The largest reply that may be sent.
    var limit: UInt16
    /// Whether the query had an OPT record.
    var hasEDNS: Bool
    /// Whether it asked for DNSSEC records (DO).
    var dnssecOK: Bool
    /// Whether it came over TCP.
    var overTCP: Bool
    /// Whether it came over TCP or what goes over it, and was padded: so is the reply (RFC 7830 §4).
    var isPadded = false
    /// How long an idle connection is kept, tenths of a second, for a client that wants to know; else 0 (RFC 7828).
    var keepalive: UInt16 = 0

    /// The largest datagram sent (DNS flag day 2020).
    static let maximumDatagram: UInt16 = 1_232
    /// The largest datagram for clients without EDNS (RFC 1035 §4.2.1).
    static let plainDatagram: UInt16 = 512

    /// Whether validation is not wanted (CD).
    var checkingDisabled: Bool { bits & MessageHeader.checkingDisabledFlag != 0 }
    /// Whether the client understands AD (RFC 6840 §5.7).
    var wantsAD: Bool { dnssecOK || bits & MessageHeader.authenticDataFlag != 0 }
    /// The flags of a reply with this response code: QR and RA set, opcode, RD and CD copied.
    @inline(__always)
    func replyBits(_ code: UInt16) -> UInt16 {
        MessageHeader.responseFlag | MessageHeader.recursionAvailableFlag | bits & 0x7910 | code & 15
    }
}

/// What becomes of a message before anyone looks at its name.
enum Screening {
    /// A query to be answered.
    case accept(ClientQuery)
    /// Answered at once with this code.
    case reject(ClientQuery, ResponseCode)
    /// Not answered.
    case junk
}

/// The largest number of EDNS options looked at; more is a format error.
private let maximumOptions = 100

/// Decides whether a message is a query that this server answers, and fills `name` with the lower-case question name.
///
/// Shorter than a header or a response: junk. Opcode other than QUERY: NOTIMP. Not exactly one question, records that
/// no query carries, names with pointers, bad options: FORMERR (RFC 9619, RFC 6891). EDNS version above 0: BADVERS.
/// Classes other than IN and zone transfers: REFUSED. RD clear: REFUSED unless `answersWithoutRD`. `idleTime` is what
/// clients over TCP are told who want to know, tenths of a second.
/// - Complexity: O(octets)
func screen(
    _ message: Span<UInt8>,
    name: inout NameBuffer,
    overTCP: Bool,
    answersWithoutRD: Bool,
    idleTime: UInt16 = 0
) -> Screening {
    guard message.count >= MessageHeader.size, message[2] & 0x80 == 0 else { return .junk }
    var query = ClientQuery(
        id: message.uint16(at: 0),
        bits: message.uint16(at: 2),
        type: 0,
        nameLength: 0,
        limit: overTCP ? .max : ClientQuery.plainDatagram,
        hasEDNS: false,
        dnssecOK: false,
        overTCP: overTCP
    )
    guard query.bits & 0x7800 == 0 else { return .reject(query, .notImp) }
    guard message.uint16(at: 4) == 1, readQuestion(message, &name, &query) else { return .reject(query, .formErr) }
    do throws(WireError) {
        let view = try MessageView(message)
        guard view.header.answerCount == 0, view.header.authorityCount == 0 else { return .reject(query, .formErr) }
        if let opt = view.optRecord {
            guard message[opt.nameOffset] == 0, try readOptions(view, &query, idleTime) else {
                return .reject(query, .formErr)
            }
            let edns = EDNS(opt)
            query.hasEDNS = true
            query.dnssecOK = edns.dnssecOK
            if !overTCP {
                query.limit = min(max(edns.payloadSize, ClientQuery.plainDatagram), ClientQuery.maximumDatagram)
            }
            guard edns.version == 0 else { return .reject(query, .badVers) }
        }
        guard view.recordCount == (query.hasEDNS ? 1 : 0) else { return .reject(query, .formErr) }
        return screenQuestion(query, view.questionClass, answersWithoutRD)
    } catch {
        return .reject(query, .formErr)
    }
}

private func readQuestion(_ message: Span<UInt8>, _ name: inout NameBuffer, _ query: inout ClientQuery) -> Bool {
    guard let end = try? name.fill(message, at: MessageHeader.size) else { return false }
    // A name in a question has nothing before it to point at.
    guard end - MessageHeader.size == name.count, end + 4 <= message.count else { return false }
    query.type = message.uint16(at: end)
    query.nameLength = UInt16(name.count)
    return true
}

private func readOptions(
    _ view: borrowing MessageView,
    _ query: inout ClientQuery,
    _ idleTime: UInt16
) throws(WireError) -> Bool {
    guard let opt = view.optRecord, opt.dataLength > 0 else { return true }
    var count = 0
    var (isPadded, wantsTime) = (false, false)
    try view.forEachOption { code, _, _ in
        count += 1
        if code == EDNS.paddingOption { isPadded = true }
        if code == EDNS.keepaliveOption { wantsTime = true }
        return count <= maximumOptions
    }
    if query.overTCP {
        query.isPadded = isPadded
        query.keepalive = wantsTime ? idleTime : 0
    }
    return count <= maximumOptions
}

private func screenQuestion(_ query: ClientQuery, _ recordClass: RRClass, _ answersWithoutRD: Bool) -> Screening {
    guard recordClass == .in else { return .reject(query, .refused) }
    switch query.type {
    // Type 0 and the meta types of records that are no data: OPT, TKEY, TSIG (RFC 6895 §3.1).
    case 0, 41, 249, 250: return .reject(query, .formErr)
    case 251, 252: return .reject(query, .refused)
    // MAILB and MAILA are obsolete (RFC 1035 §3.2.3).
    case 253, 254: return .reject(query, .notImp)
    default: break
    }
    guard query.bits & MessageHeader.recursionDesiredFlag != 0 || answersWithoutRD else {
        return .reject(query, .refused)
    }
    return .accept(query)
}
