import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Whatever octets a list has, no reader crashes, and what it gives can be asked, explained and written.
///
/// The corpus is every fixture of the formats and `Tests/Fixtures/fuzz`; mutations are the same in every run.
@Suite struct FuzzTests {
    static let formats = ListFormat.all.filter { $0 != .gravityDatabase }.map(\.id)

    /// `PATCHWAY_FUZZ=N` tries N times as many.
    static let scale = ProcessInfo.processInfo.environment["PATCHWAY_FUZZ"].flatMap(Int.init) ?? 1

    private static func corpus(_ id: String) -> [[UInt8]] {
        let folders = [Fixtures.folder("lists/\(id)"), Fixtures.folder("fuzz")]
        var texts: [[UInt8]] = []
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names.sorted() {
                guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else { continue }
                texts.append(Array(data.prefix(4096)))
            }
        }
        return texts
    }

    @Test(arguments: formats)
    func noOctetsCrashAReader(id: String) throws {
        let format = try #require(ListFormat.named(id))
        let engines = Engine.allCases.filter { $0.profile.formats.contains(id) }
        #expect(!engines.isEmpty)
        let corpus = Self.corpus(id)
        #expect(corpus.count > 1)
        var mutator = Mutator(seed: id.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }, corpus: corpus)
        for round in 0..<(90 * Self.scale / engines.count + corpus.count) {
            let octets = round < corpus.count ? corpus[round] : mutator.next()
            for engine in engines { Self.use(octets, format, engine) }
            _ = try? LayerLoader.load([ListInput(path: "-", octets: octets)])
        }
    }

    private static func use(_ octets: [UInt8], _ format: ListFormat, _ engine: Engine) {
        guard
            let layer = try? LayerLoader.load(
                [ListInput(path: "-", format: format, octets: octets)],
                engine: engine,
                mayBeEmpty: true
            ).layer
        else { return }
        let stack = CompiledStack(layers: [layer])
        for rule in layer.compiledRules.prefix(8) {
            guard case .name(_, let name) = layer.content(rule).subject else { continue }
            for type in [RRType.a, .txt, .any] { _ = stack.verdict(name, type: type, chain: [name]) }
        }
        for target in ExportFormat.all.prefix(layer.ruleCount < 200 ? ExportFormat.all.count : 1) {
            _ = LayerExporter.export(layer, to: target) { _ in }
        }
    }
}

/// Changes texts a little, the same way for the same seed.
private struct Mutator {
    private var generator: SeededGenerator
    private let corpus: [[UInt8]]
    private static let pieces: [[UInt8]] = [
        "\0", "\r", "\r\n", "\n", "\t", "\u{FEFF}", "*", "*.", "||", "^", "@@", "$", "$important", "$denyallow=", "#",
        "//",
        "/*", "\"", "'", "\\", "\\000", "(", ")", "{", "}", "[", "]", ";", "!", "=", "/", ":", "::", "0.0.0.0 ", ".",
        "..",
        "include:", "regexp:(", "\u{FF}", "é", "zone \"", "local-zone: ", "address=/", "CNAME ", "$ORIGIN ",
        "addAction(",
    ].map { Array($0.utf8) }

    init(seed: UInt64, corpus: [[UInt8]]) {
        generator = SeededGenerator(seed: seed)
        self.corpus = corpus
    }

    mutating func next() -> [UInt8] {
        var text = corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let place = Int.random(in: 0...text.count, using: &generator)
            switch Int.random(in: 0...6, using: &generator) {
            case 0 where !text.isEmpty: text[min(place, text.count - 1)] = UInt8.random(in: 0...255, using: &generator)
            case 1: text.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [], at: place)
            case 2: text.removeSubrange(place..<min(text.count, place + Int.random(in: 0...40, using: &generator)))
            case 3: text = Array(text.prefix(place))
            case 4:
                let other = corpus.randomElement(using: &generator) ?? []
                text = Array(text.prefix(place)) + other.suffix(Int.random(in: 0...200, using: &generator))
            case 5:
                let end = min(text.count, place + Int.random(in: 0...30, using: &generator))
                text.insert(contentsOf: Array(repeating: text[place..<end], count: 3).joined(), at: place)
            default: text.insert(contentsOf: [UInt8](repeating: 0x61, count: 70), at: place)
            }
        }
        return Array(text.prefix(8192))
    }
}
