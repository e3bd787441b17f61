import Foundation
import FuzzSubjects
import TestSupport
import Testing

/// Whatever octets come in, nothing traps: examples and small changes of them, the same in every run. `Scripts/fuzz` looks for others.
@Suite struct FuzzTests {
    /// `PATCHWAY_FUZZ_ROUNDS=N` tries N times as many.
    static let rounds = ProcessInfo.processInfo.environment["PATCHWAY_FUZZ_ROUNDS"].flatMap(Int.init) ?? 1

    @Test(arguments: Subject.all.map(\.name))
    func noOctetsTrap(name: String) throws {
        let subject = try #require(Subject.all.first { $0.name == name })
        let examples = subject.examples.map { Array($0.octets.prefix(4096)) }
        #expect(examples.count > 1)
        var mutator = Mutator(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }, corpus: examples)
        for octets in examples { subject.trial(octets.span) }
        for _ in 0..<150 * Self.rounds { subject.trial(mutator.next().span) }
    }

    /// A format of lists or logs that is added is a subject without further ado, and so are the parts that talk to the network.
    @Test func everythingThatStrangersWriteIsASubject() {
        let names = Set(Subject.all.map(\.name))
        #expect(names.count == Subject.all.count)
        #expect(
            names.isSuperset(of: [
                "message", "answer", "tcp", "http1", "http2", "configuration", "list-hosts", "log-pcap",
            ])
        )
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
