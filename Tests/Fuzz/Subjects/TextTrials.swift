import DNS
import FilterLists
import Policy
import QueryLogs
import Replay
import Settings
import TextScan

/// Files that people hand in.
enum TextTrials {
    private static func array(_ octets: Span<UInt8>) -> [UInt8] { unsafe octets.withUnsafeBytes { unsafe Array($0) } }

    /// A list for one of the engines that read its format, and in one of the syntaxes it can be written in, which the octets choose: it
    /// can be asked, explained and written.
    static func list(_ octets: Span<UInt8>, _ format: ListFormat) {
        let octets = array(octets)
        var choice = octets.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF }
        let engine = pick(Engine.allCases.filter { $0.profile.formats.contains(format.id) }, &choice)
        let input = ListInput(path: "-", format: format, octets: octets)
        guard let layer = try? LayerLoader.load([input], engine: engine, mayBeEmpty: true).layer else { return }
        let stack = CompiledStack(layers: [layer])
        for rule in layer.compiledRules.prefix(8) {
            guard case .name(_, let name) = layer.content(rule).subject else { continue }
            for type in [RRType.a, .txt, .any] { _ = stack.verdict(name, type: type, chain: [name]) }
        }
        guard layer.ruleCount < 200 else { return }
        _ = LayerExporter.export(layer, to: pick(ExportFormat.all, &choice)) { _ in }
    }

    private static func pick<Choice>(_ choices: [Choice], _ number: inout Int) -> Choice {
        defer { number /= choices.count }
        return choices[number % choices.count]
    }

    /// A log: what it tells is counted.
    static func log(_ octets: Span<UInt8>, _ format: LogFormat) {
        var options = LogOptions()
        options.format = format
        var events = 0
        _ = QueryLog.read(Input(path: "-", bytes: InputBytes(array(octets))), options: options) { _ in events += 1 }
        // The same as it grows.
        var log = GrowingLog(path: "-", options: options)
        let middle = octets.count / 2
        try? log.take(octets.extracting(0..<middle)) { _ in events += 1 }
        try? log.take(octets.extracting(middle..<octets.count)) { _ in events += 1 }
        _ = try? log.finish(interrupted: true) { _ in events += 1 }
    }

    /// A partial of a replay: what is taken of it can be reported and written again.
    static func partial(_ octets: Span<UInt8>) {
        var replayer = Replayer(catalog: catalog)
        guard replayer.mergePartial(octets, path: "-", accept: { _ in nil }) == nil else { return }
        _ = (replayer.observed(), replayer.clients(), replayer.totals, replayer.timelineBuckets)
        let identity = PartialIdentity(catalog: "", stack: nil, redaction: replayer.redactionID)
        replayer.writePartial(identity) { _ in }
    }

    private static let catalog = BuiltInCatalog.load().catalog

    /// A file of which nobody says what it is, as a list and as a log.
    static func detection(_ octets: Span<UInt8>) {
        _ = try? LayerLoader.load([ListInput(path: "-", octets: array(octets))])
        _ = QueryLog.read(Input(path: "-", bytes: InputBytes(array(octets))), options: LogOptions()) { _ in }
    }

    /// A configuration file.
    static func configuration(_ octets: Span<UInt8>) {
        _ = ConfigurationYAML.parse(array(octets), path: "-")
    }
}
