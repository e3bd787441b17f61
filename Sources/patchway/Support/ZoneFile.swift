import DNS
import LDNS
import Resolver
import TextScan

/// Master files as local zones.
enum ZoneFile {
    /// Reads a file; its faults are a usage error with their places.
    static func read(_ path: String) throws -> LocalZone {
        let octets = try Inputs.octets(path)
        let (records, faults) = ZoneReader().all(in: octets.span)
        func failure(_ text: String, _ record: (line: Int, start: Int)?) -> Diagnostic {
            Diagnostic(
                path: path,
                line: record?.line,
                column: record.map { octets.span.column(of: $0.start) },
                reason: "bad-zone",
                text: text
            )
        }
        guard faults.isEmpty else {
            if let hint = MisplacedFile.listAsZone(path) { throw Failure.usage(hint) }
            let lines = faults.prefix(20).map {
                failure(TerminalText.escaped("\($0.fault)"), ($0.line, $0.bytes.lowerBound)).description
            }
            throw Failure.usage(lines.joined(separator: "\npatchway: "))
        }
        let zone = LocalZone(
            records.map(\.record).map { LocalZone.Record(owner: $0.owner, type: $0.type, ttl: $0.ttl, data: $0.data) }
        )
        guard let zone else {
            if let hint = MisplacedFile.listAsZone(path) { throw Failure.usage(hint) }
            let starts = records.filter { $0.record.type == .soa }
            let stranger = starts.first.flatMap { start in
                starts.dropFirst().first ?? records.first { !$0.record.owner.isEqualOrBelow(start.record.owner) }
            }
            let text = "a zone has one SOA record, and all names at or below its owner"
            throw Failure.usage(failure(text, stranger.map { ($0.line, $0.bytes.lowerBound) }).description)
        }
        return zone
    }
}
