import DNS
import TextScan

/// An option of dnsmasq's configuration with what stands between the commas of its value.
struct DnsmasqOption {
    let name: String
    let words: [DnsmasqQuotes.Word]?
    let rule: Range<Int>
    let line: Int

    /// The line of an option that stands in another list of the layer.
    static let elsewhere = 0

    var isElsewhere: Bool { line == Self.elsewhere }

    /// Whether a word has a comma in quotes, which what reads the words in another way may take for one.
    var hasQuotedComma: Bool { words?.contains { $0.octets.contains(0x2C) } ?? false }

    var count: Int { words?.count ?? 0 }

    /// The octets of a word; none where there is no such word.
    func octets(_ index: Int) -> [UInt8] { index < count ? words?[index].octets ?? [] : [] }

    func text(_ index: Int) -> String { String(decoding: octets(index), as: UTF8.self) }

    /// The whole value.
    var value: [UInt8] { Array((words ?? []).map(\.octets).joined(separator: [0x2C])) }

    /// The words behind the first as they stand, blanks around the commas between them included.
    var rest: [[UInt8]] {
        (words ?? []).dropFirst().enumerated().map { index, word in word.padded(inFront: index > 0) }
    }

    /// The value as a number.
    var number: UInt64? { count == 1 ? octets(0).span.decimal : nil }

    /// A word as a name.
    func readName(_ index: Int) -> DnsmasqName? {
        let octets = octets(index)
        return octets.isEmpty ? nil : DnsmasqName(octets)
    }

    /// A word as a name that is in the way that it is read in small letters.
    func name(_ index: Int) -> DomainName? {
        switch readName(index) {
        case .name(let name), .converted(let name): name.lowercased
        default: nil
        }
    }

    /// A word as a number; what is not there has the default.
    func number(_ index: Int, default value: UInt16) -> UInt16? {
        octets(index).isEmpty ? value : octets(index).span.decimal.flatMap { UInt16(exactly: $0) }
    }

    /// A word behind its length.
    func lengthAndText(_ index: Int) -> [UInt8]? {
        let word = octets(index)
        return word.count < 256 ? [UInt8(word.count)] + word : nil
    }
}
