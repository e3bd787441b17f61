import DNS
import Policy
import TestSupport

/// Makes up what to ask about a real list: names of the catalog and of chains, listed names, odd lines first, and their
/// parents, children and look-alikes; each for A and one other type.
struct ListQuestions {
    var generator: SeededGenerator
    private var names: [String] = []
    private var seen: Set<String> = []
    private static let others: [RRType] = [.aaaa, .aaaa, .https, .txt, .mx, .ns, .soa, .cname, .any]

    private var allowsNumbers = true

    init(generator: SeededGenerator) { self.generator = generator }

    /// Fills a round with `count` names.
    /// - Parameter once: whether an engine checks the aliases of a name only the first time; such aliases are asked for
    ///   over names of their own.
    /// - Parameter numbers: whether names that spell an address may be asked for; squid asks who such a host is, and nobody answers.
    mutating func fill(_ round: inout Round, _ list: RealList, count: Int, once: Bool, numbers: Bool) {
        allowsNumbers = numbers
        // A few names stand for the catalog when there are few at all.
        add(CatalogNames.elements.sorted().shuffled(using: &generator), upTo: count / 5)
        add(CatalogNames.hosts.shuffled(using: &generator), upTo: count * 2 / 5)
        let listed = listedNames(list, count / 4)
        add(listed, upTo: count * 13 / 20)
        for name in listed where names.count < count {
            var variants = variants(name)
            variants.shuffle(using: &generator)
            add(variants, upTo: count)
        }
        if once {
            for (index, name) in names.prefix(count / 3).enumerated() { round.aliases["h\(index).ch.zz"] = name }
        } else {
            round.aliases = CatalogNames.aliases
        }
        for name in names {
            round.questions.append((name, .a))
            round.questions.append((name, Self.others.randomElement(using: &generator) ?? .aaaa))
        }
        if once {
            for name in round.aliases.keys.sorted() { round.questions.append((name, .a)) }
        }
    }

    private mutating func add(_ more: [String], upTo limit: Int) {
        for name in more where names.count < limit && seen.insert(name.lowercased()).inserted {
            if allowsNumbers || !Self.spellsAddress(name) { names.append(name) }
        }
    }

    /// Whether the C library takes a name for an IPv4 address: one to four numbers, any of them hexadecimal.
    private static func spellsAddress(_ name: String) -> Bool {
        name.split(separator: ".").last.map { $0.allSatisfy(\.isNumber) || $0.lowercased().hasPrefix("0x") } ?? false
    }

    /// Half from lines that few others look like, half from anywhere.
    private mutating func listedNames(_ list: RealList, _ count: Int) -> [String] {
        var result: [String] = []
        var perShape = 1 + count / 2 / max(1, list.shapes.count)
        perShape = max(perShape, 8)
        for shape in list.shapes where result.count < count / 2 {
            for line in shape.shuffled(using: &generator).prefix(perShape) { result += list.names(line: line) }
        }
        guard !list.lines.isEmpty else { return result }
        for _ in 0..<(4 * count) where result.count < count {
            result += list.names(line: Int.random(in: 1...list.lines.count, using: &generator))
        }
        return result.shuffled(using: &generator)
    }

    private mutating func variants(_ name: String) -> [String] {
        let labels = name.split(separator: ".").map(String.init)
        var variants = ["x.\(name)", "a.b.\(name)", "www.\(name)", "x\(name)", "\(name).zz", name.uppercased()]
        if labels.count > 1 {
            variants.append(labels.dropFirst().joined(separator: "."))
            variants.append(([labels[0], "x"] + labels.dropFirst()).joined(separator: "."))
            variants.append(labels.dropLast().joined(separator: ".") + ".zz")
        }
        var octets = Array(name.utf8)
        let place = Int.random(in: 0..<octets.count, using: &generator)
        if octets[place] != 0x2E, octets[place] < 0x80 {
            octets[place] = octets[place] == 0x71 ? 0x77 : 0x71
            variants.append(String(decoding: octets, as: UTF8.self))
        }
        return variants.filter { (try? DomainName($0)) != nil }
    }
}
