import DNS
import Foundation
import LDNS
import TestSupport
import Testing

/// RDATA between text and octets, at least one row for every type that libldns 1.8.3 both reads and prints.
@Suite struct RecordTextTests {
    struct Row: CustomTestStringConvertible {
        let type: String
        let text: String
        let printed: String
        let data: [UInt8]
        var testDescription: String { "\(type) \(text)" }
    }

    /// The table `texts.tsv`: type, text, text as printed when that differs, octets.
    static let rows: [Row] = {
        let file = Fixtures.folder("records").appendingPathComponent("texts.tsv")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return Row(
                type: fields[0],
                text: fields[1],
                printed: fields[2].isEmpty ? fields[1] : fields[2],
                data: octets(hex: fields[3])
            )
        }
    }()

    @Test func theTableHasEveryType() {
        #expect(Set(Self.rows.map(\.type)).count == 66)
    }

    @Test(arguments: rows)
    func readsAndPrints(row: Row) throws {
        let record = try ResourceRecord("a.example. 300 IN \(row.type) \(row.text)")
        #expect(record.data == row.data, "\(hex(record.data))")
        #expect(record.type.description == row.type)
        #expect(record.description == "a.example. 300 IN \(row.type) \(row.printed)")
        #expect(try ResourceRecord(record.description) == record)
    }

    @Test(arguments: rows)
    func readsTheGenericForm(row: Row) throws {
        let generic = "a.example. 300 IN \(row.type) \\# \(row.data.count) \(hex(row.data))"
        let record = try ResourceRecord(generic)
        #expect(record.data == row.data)
        // One octet less never fits, save where the rest is opaque or may be left out.
        let cut = "a.example. 300 IN \(row.type) \\# \(row.data.count - 1) \(hex(row.data.dropLast()))"
        #expect(
            ((try? ResourceRecord(cut)) != nil)
                == (row.data.count == 1 || Self.fits(Array(row.data.dropLast()), record.type))
        )
    }

    @Test func wellKnownServicesReadByNumber() throws {
        // Printed with the names of the machine's own tables.
        let record = try ResourceRecord("a. 1 IN WKS 192.0.2.1 6 25 80")
        #expect(hex(record.data) == "c00002010600000040000000000000" + "80")
        #expect(try ResourceRecord(record.description) == record)
    }

    @Test(arguments: [
        (10, "00"), (30, "016100" + "40"), (38, "00"), (40, "080002"), (41, "000a0001" + "00"),
        (56, "0161"), (57, "00000301"), (249, "0161"), (250, "00"), (255, "ff"), (258, "0161"), (261, "0161"),
        (32768, "00"), (65280, "0102"), (65535, ""),
    ])
    func printsTypesWithoutTextInGenericForm(type: UInt16, data: String) throws {
        let octets = octets(hex: data)
        let record = ResourceRecord(owner: .root, type: RRType(rawValue: type), ttl: 0, data: octets)
        let text = ResourceRecord.presentation(type: record.type, data: octets)
        #expect(text == (data.isEmpty ? "\\# 0" : "\\# \(octets.count) \(data)"))
        // RDATA without the layout of its type is printed, but refused when it is read (RFC 3597 §5).
        let fits = octets.isEmpty || Self.fits(octets, record.type)
        #expect(fits == ((try? ResourceRecord(record.description)) == record))
    }

    @Test(arguments: [
        ("\"", #"\".x."#), ("x@", #"x\@.x."#), ("$", #"\$.x."#), (" ", #"\032.x."#), ("\u{0}", #"\000.x."#),
        (";", #"\;.x."#), ("(", #"\(.x."#), ("\\", #"\\.x."#), (".", #"\..x."#),
    ])
    func namesInRDATAReadBackWhateverTheyHold(label: String, printed: String) throws {
        let name = try DomainName(wire: [UInt8(label.utf8.count)] + Array(label.utf8) + [1, 0x78, 0])
        let record = ResourceRecord(owner: name, type: .cname, ttl: 1, data: name.wire)
        #expect(record.description == "\(printed) 1 IN CNAME \(printed)")
        #expect(try ResourceRecord(record.description) == record)
    }

    @Test func namesThatTheLibraryTakesForTheOriginArePrintedInGenericForm() throws {
        let record = ResourceRecord(owner: .root, type: .cname, ttl: 1, data: [1, 0x40, 0])
        #expect(record.description == ". 1 IN CNAME \\# 3 014000")
        #expect(try ResourceRecord(record.description) == record)
    }

    @Test func anyOctetsOfAnyTypePrintAsTextThatReadsBack() throws {
        var generator = SeededGenerator(seed: 11)
        var texts = 0
        for _ in 0..<4000 {
            var data = Self.rows.randomElement(using: &generator)?.data ?? []
            if Bool.random(using: &generator), !data.isEmpty {
                data[Int.random(in: data.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let type = RRType(rawValue: UInt16.random(in: 1...260, using: &generator))
            let text = ResourceRecord.presentation(type: type, data: data)
            #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            guard let format = RDATAFormat(type), (try? format.validate(data.span)) != nil else { continue }
            let back = try ResourceRecord("a. 1 IN \(type) \(text)")
            #expect(back.data == data, "\(type) \(text)")
            if !text.hasPrefix("\\#") { texts += 1 }
        }
        #expect(texts > 200)
    }

    private static func fits(_ data: [UInt8], _ type: RRType) -> Bool {
        guard let format = RDATAFormat(type) else { return true }
        return (try? format.validate(data.span)) != nil
    }
}
