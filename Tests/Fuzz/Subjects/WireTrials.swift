#if TESTABLE
import DNS
import LDNS

@testable import Resolver

/// Messages as they come from the network.
enum WireTrials {
    /// A datagram from anybody: it is judged as the server does, and every record of it can be looked at and written.
    static func message(_ octets: Span<UInt8>) {
        var name = NameBuffer()
        for overTCP in [false, true] {
            let screening = screen(octets, name: &name, overTCP: overTCP, answersWithoutRD: false)
            guard case .accept(let query) = screening else { continue }
            precondition(Int(query.nameLength) == name.count && query.limit >= 512, "a query that was not understood")
        }
        guard let view = try? MessageView(octets, allowTrailing: true) else { return }
        _ = try? view.validateRecords()
        view.forEachRecord { record -> Bool in
            _ = try? name.fill(octets, at: record.nameOffset)
            let data = (0..<record.dataLength).map { octets[record.dataOffset + $0] }
            _ = ResourceRecord.presentation(type: record.type, data: data)
            return true
        }
    }

    private nonisolated(unsafe) static var scrubber = AnswerScrubber(maximumTTL: 86_400, maximumNegativeTTL: 3_600)

    /// What an upstream answers to the question that the message itself states: what is made of it is a message.
    static func answer(_ octets: Span<UInt8>) {
        guard octets.count >= MessageHeader.size else { return }
        var name = NameBuffer()
        guard let end = try? name.fill(octets, at: MessageHeader.size), end + 4 <= octets.count else { return }
        let id = UInt16(octets[0]) << 8 | UInt16(octets[1])
        let type = UInt16(octets[end]) << 8 | UInt16(octets[end + 1])
        // NSAP-PTR is a name to servers (RFC 1706 §6) and a string to libldns, whose layout records are checked for.
        guard type != 23 else { return }
        for dnssecOK in [false, true] {
            let key = AnswerKey(type: type, dnssecOK: dnssecOK, checkingDisabled: false)
            guard unsafe scrubber.scrub(octets, id: id, name: name, key: key) == nil else { continue }
            unsafe checkRebuilt(scrubber.message.span)
        }
    }

    private static func checkRebuilt(_ octets: Span<UInt8>) {
        do {
            try MessageView(octets).validateRecords()
        } catch {
            fatalError("a rebuilt answer is malformed: \(error)")
        }
    }
}
#endif
