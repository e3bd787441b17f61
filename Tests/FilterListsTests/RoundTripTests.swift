import DNS
import FilterLists
import Foundation
import Policy
import TestSupport
import Testing
import TextScan

/// What `convert` writes of every list among the fixtures, in every format: it is recognised without being told what it is,
/// the engine's own checker takes it, and verdicts stay.
@Suite struct RoundTripTests {
    static let lists: [String] = {
        let keys: [URLResourceKey] = [.isRegularFileKey]
        let files = FileManager.default.enumerator(at: Fixtures.folder("lists"), includingPropertiesForKeys: keys)
        return (files?.allObjects as? [URL] ?? [])
            .filter { (try? $0.resourceValues(forKeys: Set(keys)))?.isRegularFile == true }.map(\.path).sorted()
    }()

    @Test(arguments: ExportFormat.all.map(\.id))
    func comesBack(id: String) throws {
        let format = try #require(ExportFormat.named(id))
        var tally = ExportTally()
        var written = 0
        let layers = Self.lists.compactMap { path in
            (try? LayerLoader.load([ListInput(path: path)], mayBeEmpty: true).layer).map { (path, $0) }
        }
        try #require(layers.count > 25)
        let wanted = 11_000 / layers.count
        for (path, layer) in layers {
            let file = path.split(separator: "/").suffix(2).joined(separator: "/")
            var text: [UInt8] = []
            for allowing in format.keepsAllowApart ? [false, true] : [false] {
                guard export(layer, format, allowing: allowing, &text).lines > 0 else { continue }
                written += 1
                try expectRecognised(text, format, file)
                try Checker.of(format)?.check(text, file)
            }
            let target = try ReadBack(layer, format, format.engine)
            for name in Self.names(layer, wanted) {
                tally.names += 1
                tally.check(name, layer, target, format, file)
            }
        }
        for failure in Set(tally.failures).sorted().prefix(12) { Issue.record(Comment(rawValue: failure)) }
        print(
            "round trip \(id): \(layers.count) lists, \(written) files, \(tally.names) names, \(tally.compared) verdicts"
        )
        #expect(tally.failures.isEmpty && written > 10 && tally.names >= 10_000)
    }

    private func expectRecognised(_ text: [UInt8], _ format: ExportFormat, _ file: String) throws {
        guard let listFormat = format.listFormat else {
            // Commands are no list, and say so.
            let error = #expect(throws: ListError.self) { try FormatDetector.detect(text.span, path: "written") }
            #expect(error?.description.contains("commands") == true, "\(file)")
            return
        }
        do {
            let found = try FormatDetector.detect(text.span, path: "written")
            #expect(
                found.format == listFormat && found.engine == format.engine,
                "\(file) as \(format.id): \(found.why)"
            )
        } catch {
            Issue.record("\(file) as \(format.id): \(error)")
        }
    }

    /// Names of the rules, what stands around them, and some that no rule knows.
    static func names(_ layer: CompiledLayer, _ wanted: Int) -> [DomainName] {
        var generator = SeededGenerator(seed: 7)
        let rules = layer.compiledRules.compactMap { rule -> DomainName? in
            guard !layer.isOfEngine(rule), case .name(_, let name) = layer.content(rule).subject else { return nil }
            return name
        }
        return (0..<wanted).compactMap { index in
            guard let name = rules.randomElement(using: &generator), index % 16 != 0 else {
                return try? DomainName("n\(index).elsewhere.example")
            }
            switch index % 7 {
            case 0: return name.child(Array("www".utf8))
            case 1: return name.parent
            case 2: return name.child(Array("a".utf8))?.child(Array("b\(index % 3)".utf8))
            case 3: return try? DomainName("x" + name.description)
            case 4: return name.parent?.child(Array("other".utf8))
            default: return name
            }
        }
    }
}

/// The program with which an engine checks its files.
struct Checker {
    let program: String
    let arguments: [String]

    /// Nil where an engine has none, or it is not installed.
    static func of(_ format: ExportFormat) -> Checker? {
        let checker: Checker
        switch format.id {
        case "rpz": checker = Checker(program: "named-checkzone", arguments: ["-i", "none", "policy.test"])
        case "unbound": checker = Checker(program: "unbound-checkconf", arguments: [])
        case "dnsmasq": checker = Checker(program: "dnsmasq", arguments: ["--test", "-C"])
        default: return nil
        }
        return checker.path == nil ? nil : checker
    }

    private var path: String? {
        ["/usr/sbin/", "/usr/bin/"].map { $0 + program }.first(where: FileManager.default.isExecutableFile)
    }

    func check(_ text: [UInt8], _ file: String) throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        try Data(text).write(to: place)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = arguments + [place.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(file): \(program): \(String(decoding: said, as: UTF8.self))")
    }
}
