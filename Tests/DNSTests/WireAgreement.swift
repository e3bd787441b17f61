import LDNS

@testable import DNS

/// What we say about a packet next to what libldns says, and the reason when that differs.
struct WireAgreement {
    let own: WireError?
    let library: LibraryError?

    init(_ packet: [UInt8]) {
        own = Self.verdict(packet)
        switch ParseOracle.verdict(packet: packet.span) {
        case .success: library = nil
        case .failure(let error): library = error
        }
    }

    var agrees: Bool { (own == nil) == (library == nil) }

    /// Our whole check; octets after the last record are let pass as libldns does, see ``WireDifference``.
    static func verdict(_ packet: [UInt8]) -> WireError? {
        do throws(WireError) {
            try MessageView(packet.span, allowTrailing: true).validateRecords()
            return nil
        } catch {
            return error
        }
    }
}

/// The ways in which our verdict on a packet may differ from libldns's, each with the text that decides for us.
/// In all of them we refuse what libldns accepts, except for SINK.
enum WireDifference: String, CaseIterable {
    /// RFC 1035 §4.1.4: a pointer refers to "a prior occurrence"; libldns follows pointers anywhere but to offset 0,
    /// and 65,535 of them.
    case pointerNotPrior
    /// RFC 1035 §3.2.1 and the type's RFC: RDLENGTH is the length of the RDATA. libldns accepts RDATA that ends
    /// before its last field or goes on after it, and names that run past it; in the latter two cases it reads the
    /// next record from wherever it stands, so that the frame of everything behind is another one.
    case rdataLength
    /// RFC 4034 §4.1.2 (NSEC, also NSEC3 and CSYNC): windows ascend and hold 1 to 32 octets. Opaque to libldns.
    case typeBitmaps
    /// RFC 6891 §6.1.2: options fill the RDATA of OPT. Opaque to libldns.
    case options
    /// RFC 9460 §2.2: parameters ascend and fill the RDATA. Opaque to libldns.
    case serviceParameters
    /// RFC 3123 §4 (APL), RFC 4025 §2.1 (IPSECKEY), RFC 1876 §2 (LOC), RFC 1035 §3.4.2 (WKS): the lengths inside
    /// the field. Opaque to libldns.
    case opaqueField
    /// RFC 8659 §4.1, RFC 5155 §3.2: the length must not be 0. libldns does not look.
    case emptyField
    /// RFC 6891 §6.1.1: more than one OPT is a format error. libldns counts them.
    case secondOPT
    /// RFC 8945 §5.1: TSIG must come last. libldns takes one off ARCOUNT while it loops over it and so leaves the
    /// last record unread.
    case tsigNotLast
    /// SINK (type 40) was never specified. libldns's table ends after its first octet and the rest is read as the next
    /// record; opaque RDATA (RFC 3597 §3) is whole for us. Here we may also accept what libldns refuses.
    case sink

    /// The reason for a verdict of ours that differs, found without regard to the error that we threw where that is
    /// possible; nil when there is none.
    static func reason(for packet: [UInt8], _ agreement: WireAgreement) -> WireDifference? {
        guard let own = agreement.own else { return records(packet).contains { $0.type.rawValue == 40 } ? .sink : nil }
        if case .badPointer(let offset) = own {
            return packet[offset] >= 0xC0 ? .pointerNotPrior : nil
        }
        let records = records(packet)
        if records.count(where: { $0.type == .opt && $0.section == .additional }) > 1 { return .secondOPT }
        // The first record that libldns would have read differently explains everything behind it.
        for (index, record) in records.enumerated() {
            if record.type == .tsig, index < expectedCount(packet) - 1 { return .tsigNotLast }
            if record.type.rawValue == 40, record.dataLength > 1 { return .sink }
            guard let format = RDATAFormat(record.type), !isEmptyUpdate(record) else { continue }
            var names = NameBuffer()
            do throws(WireError) {
                try format.validate(packet.span, record.dataOffset..<record.end, compressed: true, names: &names)
            } catch {
                return reason(for: error, in: record, format, packet)
            }
        }
        return nil
    }

    private static func reason(
        for error: WireError,
        in record: RecordView,
        _ format: RDATAFormat,
        _ packet: [UInt8]
    ) -> WireDifference? {
        switch record.type.rawValue {
        case 41: return .options
        case 11, 29, 42, 45: return .opaqueField
        default: break
        }
        guard case .badRDATA(let offset) = error else { return nil }
        let type = record.type.rawValue
        if [47, 50, 62].contains(type), isBitmap(offset, record, packet) { return .typeBitmaps }
        if [64, 65].contains(type), offset > record.dataOffset + 2 { return .serviceParameters }
        if [50, 257].contains(type), offset < record.end, packet[offset] == 0 { return .emptyField }
        return .rdataLength
    }

    /// Whether `offset` lies where the type bit maps of the record stand.
    private static func isBitmap(_ offset: Int, _ record: RecordView, _ packet: [UInt8]) -> Bool {
        var start = record.dataOffset
        switch record.type.rawValue {
        case 47:
            guard let after = try? skipName(packet.span, at: start) else { return false }
            start = after
        case 62: start += 6
        default:
            guard record.dataLength > 5 else { return false }
            start += 5 + Int(packet[start + 4])
            guard start < record.end else { return false }
            start += 1 + Int(packet[start])
        }
        return offset >= start && start < record.end
    }

    private static func isEmptyUpdate(_ record: RecordView) -> Bool {
        record.dataLength == 0 && (record.recordClass == .any || record.recordClass == .none)
    }

    private static func expectedCount(_ packet: [UInt8]) -> Int {
        guard let header = try? MessageHeader(packet.span) else { return 0 }
        return Int(header.answerCount) + Int(header.authorityCount) + Int(header.additionalCount)
    }

    /// The records that can be read, in order, up to the first whose frame is broken.
    private static func records(_ packet: [UInt8]) -> [RecordView] {
        let span = packet.span
        guard let header = try? MessageHeader(span) else { return [] }
        var position = MessageHeader.size
        for _ in 0..<header.questionCount {
            guard let end = try? skipName(span, at: position), end + 4 <= span.count else { return [] }
            position = end + 4
        }
        var records: [RecordView] = []
        for index in 0..<expectedCount(packet) {
            guard let record = try? readRecord(span, at: position, index: index, header: header) else { break }
            records.append(record)
            position = record.end
        }
        return records
    }
}
