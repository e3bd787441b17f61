import DNS
import TextScan

/// Answers that logs write as records of a master file: `NAME TTL IN TYPE RDATA`, one a line.
enum ZoneText {
    static func records(_ text: Span<UInt8>, _ name: DomainName) -> [AnswerRecord] {
        var chain = AnswerChain(name: name, type: RRType(rawValue: 0))
        var lines = LineScanner(text)
        while let line = lines.next() {
            let record = text.extracting(line.range)
            var fields = FieldScanner(record)
            guard let owner = fields.next(), let ttl = fields.next(), let recordClass = fields.next(),
                let kind = fields.next(), record.extracting(recordClass).recordClass != nil,
                let type = record.extracting(kind).recordType
            else { continue }
            let data = record.extracting(fields.rest)
            if data.hasSuffix("...") { continue }
            chain.append(
                type,
                data,
                owner: record.extracting(owner).domainName,
                ttl: record.extracting(ttl).decimal.flatMap { UInt32(exactly: $0) }
            )
        }
        return chain.records
    }
}
