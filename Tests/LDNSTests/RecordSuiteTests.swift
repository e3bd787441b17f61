import DNS
import LDNS
import TestSupport
import Testing

/// Single records of BIND's and NLnet Labs' tests.
@Suite(.enabled(if: SharedSuites.root != nil, "\(SharedSuites.absence)"))
struct RecordSuiteTests {
    /// Texts of BIND that libldns 1.8.3 refuses, as we do, because it has no text form for the type or another one.
    private static let refused: Set<String> = [
        "amtrelay", "any_tsig", "doa", "in_atma", "keydata", "null", "nxt", "opt", "rkey", "sink", "tkey",
    ]
    /// Types that libldns does not know by name and takes for type 0.
    private static let typeZero: Set<String> = ["gid"]

    @Test func textsOfBINDAreReadAsByTheLibrary() throws {
        let rows = try SharedSuites.rows("data/suites/zoneparse/bind_rdata_fromtext.tsv")
        #expect(rows.count == 46)
        var refused: Set<String> = []
        var typeZero: Set<String> = []
        for row in rows {
            let agreement = ZoneAgreement(Array("\(row[0]) 300 \(Self.unescaped(row[1]))".utf8))
            guard let record = agreement.own.first?.record else {
                refused.insert(row[0])
                continue
            }
            let pair = try #require(agreement.pairs?.first, "\(row)")
            if pair.own != pair.library {
                #expect(pair.library.type.rawValue == 0 && pair.own.data == pair.library.data)
                typeZero.insert(row[0])
            }
            #expect(try ResourceRecord(record.description) == record)
        }
        #expect(refused == Self.refused)
        #expect(typeZero == Self.typeZero)
    }

    @Test func filesOfNLnetLabsGiveTheirOwnersClassesAndTTLs() throws {
        let files = try SharedSuites.files(in: "data/suites/zoneparse/nlnet-domain").filter { $0.hasSuffix(".yaml") }
        #expect(files.count == 11)
        for file in files {
            let text = String(
                decoding: try SharedSuites.octets("data/suites/zoneparse/nlnet-domain/\(file)"),
                as: UTF8.self
            )
            let sample = Sample(text)
            let reader = ZoneReader(origin: try DomainName(sample.origin), defaultClass: sample.defaultClass)
            let source = Array(sample.zone.utf8)
            let result = reader.all(in: source.span)
            if file == "stroverflow.yaml" {
                // The one string is longer than 255 octets (RFC 1035 §3.3); the sample wants it to be split.
                #expect(result.records.isEmpty && result.diagnostics.count == 1)
                continue
            }
            #expect(result.diagnostics.isEmpty, "\(file)")
            let shown = result.records.map { entry in
                let dot = entry.record.owner.isRoot ? "" : "."
                return "\(entry.record.owner)\(dot) \(entry.record.recordClass) \(entry.record.ttl)"
            }
            #expect(shown == sample.expected, "\(file)")
        }
    }

    private static func unescaped(_ text: String) -> String {
        var result = ""
        var characters = text.makeIterator()
        while let character = characters.next() {
            guard character == "\\", let next = characters.next() else {
                result.append(character)
                continue
            }
            result.append(next == "n" ? "\n" : next == "t" ? "\t" : next)
        }
        return result
    }

    /// The few parts of a sample that are compared.
    private struct Sample {
        var origin = "."
        var defaultClass = RRClass.in
        var zone = ""
        var expected: [String] = []

        init(_ text: String) {
            var inZone = false
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                let words = line.split(separator: " ")
                if inZone, line.hasPrefix("  ") {
                    zone += line.dropFirst(2) + "\n"
                    continue
                }
                inZone = line.hasPrefix("zonefile:")
                guard words.count >= 2, let value = words.last.map(String.init) else { continue }
                switch words[words.count - 2] {
                case "origin:": origin = value
                case "default_class:": defaultClass = RRClass(value) ?? .in
                case "owner:": expected.append(value)
                case "class:", "ttl:": expected[expected.count - 1] += " \(value)"
                default: break
                }
            }
        }
    }
}
