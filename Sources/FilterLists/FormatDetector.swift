public import Policy
import TextScan

/// What a list was recognised as, and why.
public struct Detection: Sendable {
    /// The format.
    public let format: ListFormat
    /// The engine whose reading applies.
    public let engine: Engine
    /// The share of the sampled lines that the format explains: 0 to 100.
    public let confidence: Int
    /// One sentence for people; never leave it out.
    public let why: String

    /// A format, and perhaps an engine, that the user has chosen; or both follow from where the engine's configuration names
    /// the list.
    init(format: ListFormat, engine: Engine?, follows: Bool) {
        if follows {
            let engine = engine ?? format.defaultEngine
            let why = "read as \(format.title), as the configuration of \(engine.rawValue) has it"
            self.init(format: format, engine: engine, confidence: 100, why: why)
            return
        }
        self.init(
            format: format,
            engine: engine ?? format.defaultEngine,
            confidence: 100,
            why: "read as \(format.title) as given; engine "
                + (engine.map { "\($0.rawValue) as given" }
                    ?? "\(format.defaultEngine.rawValue), the default for it (--engine chooses another)")
        )
    }

    /// A response policy zone that the configuration of Unbound names.
    init(policyZoneOf engine: Engine) {
        let why = "read as \(ListFormat.rpz.title), as the configuration of \(engine.rawValue) names it"
        self.init(format: .rpz, engine: .unboundRPZ, confidence: 100, why: why)
    }

    /// Rules that the configuration of an engine states, which are no list.
    init(configurationOf engine: Engine) {
        self.init(
            format: .wildcard,
            engine: engine,
            confidence: 100,
            why: "the configuration of \(engine.rawValue) itself, outside its lists"
        )
    }

    /// A table of a database, which says itself what it is for.
    init(table title: String, format: ListFormat, engine: Engine) {
        self.init(format: format, engine: engine, confidence: 100, why: "\(title); engine \(engine.rawValue)")
    }

    /// The same, saying that the engine was not given but follows from the first list of the layer.
    var following: Detection {
        let given = "engine \(engine.rawValue) as given"
        guard why.hasSuffix(given) else { return self }
        return Detection(
            format: format,
            engine: engine,
            confidence: confidence,
            why: why.dropLast(given.count) + "engine \(engine.rawValue), as for the first list of the layer"
        )
    }

    init(format: ListFormat, engine: Engine, confidence: Int, why: String) {
        self.format = format
        self.engine = engine
        self.confidence = confidence
        self.why = why
    }
}

/// Tells the format of a list by its lines; the name of the file only breaks ties.
public enum FormatDetector {
    /// The least share of lines, in percent, that a format must explain.
    static let threshold = 60

    /// Recognises a decoded list.
    /// - Parameters:
    ///   - engine: restricts the formats to those that it reads; nil takes the default engine of the format found.
    /// - Throws: ``ListError`` that says what the file looks like when it is no list that can be read.
    /// - Complexity: O(octets of the first 5,000 lines with content)
    public static func detect(
        _ text: Span<UInt8>,
        path: String,
        engine: Engine? = nil
    ) throws(ListError) -> Detection {
        if ContentSniff(text).known == .json, LittleSnitchReader.recognises(text) {
            return try document(.littleSnitch, path, engine)
        }
        if SimplewallReader.recognises(text) { return try document(.simplewall, path, engine) }
        if CorefileReader.recognises(text) { return try document(.corefile, path, engine) }
        if SquidConfigurationReader.recognises(text) { return try document(.squidConfiguration, path, engine) }
        if PACReader.recognises(text) { return try document(.proxyAutoConfig, path, engine) }
        if let what = foreignContent(text) { throw ListError(path: path, reason: .notAList(what)) }
        if let converted = ExportHeading.format(of: text), engine.map({ converted.format.isRead(by: $0) }) ?? true {
            return written(converted, engine)
        }
        let sample = ListSample(text, path: path)
        guard sample.content > 0 else { throw ListError(path: path, reason: emptiness(sample)) }
        let ranked = ListFormat.all.map { (format: $0, score: $0.score(sample)) }
        let best = ranked.max { $0.score < $1.score }
        let foreign = ForeignFormat.all.map { (format: $0, score: $0.score(sample)) }.max { $0.score < $1.score }
        if let engine, AllowListLines.engines.contains(engine) {
            // A slash behind a name is that of the whole host.
            let score = sample.percent(sample[.domain] + sample[.wildcard] + sample[.hostURL])
            if sample[.hostURL] > 0, score >= threshold {
                return found((.domains, score), engine: engine, given: true, sample)
            }
            // Where no format of its own fits, single lines are left to the engine as long as some are names.
            let isOwn = ranked.contains { $0.format.isRead(by: engine) && $0.score >= threshold }
            let mixed = sample.percentOfEntries
            if !isOwn, sample[.domain] > 0, mixed >= threshold {
                return found((.domains, mixed), engine: engine, given: true, sample)
            }
        }
        let isForeign = foreign.map { $0.score >= threshold && $0.score > best?.score ?? 0 } ?? false
        if isForeign || best?.score ?? 0 < threshold, let configuration = EngineConfiguration.of(text) {
            return try found(configuration, path, engine)
        }
        if let foreign, isForeign {
            let (title, formats) = (foreign.format.title, foreign.format.candidates)
            throw ListError(path: path, reason: formats.isEmpty ? .notSupportedYet(title) : .ambiguous(title, formats))
        }
        guard let best, best.score >= threshold else {
            if let shape = CorefileShape(text), shape.known > 0 {
                let what = "blocks of a Corefile or of a web server, with directives that are no plugins of CoreDNS"
                throw ListError(path: path, reason: .ambiguous(what, [.corefile]))
            }
            let isOfFirewall = engine == nil && sample[.domain] > 0 && sample.percentOfEntries >= threshold
            let hint = AllowListLines.engines.map(\.rawValue).joined(separator: ", ")
            throw ListError(
                path: path,
                reason: .unrecognised(
                    shapes(sample) + (isOfFirewall ? "; --engine reads such lines as a firewall's: \(hint)" : "")
                )
            )
        }
        guard let engine else {
            guard best.format != .rpz || !sample.isZoneTemplate else {
                let what =
                    "records of no name but the zone's own, which the zones of a list share (give that list, of `zone … { file "
                    + "… }`, as bind-zones)"
                throw ListError(path: path, reason: .ambiguous(what, [.rpz]))
            }
            guard best.format != .rpz || sample.isPolicyZone else {
                throw ListError(
                    path: path,
                    reason: .ambiguous("the records of an ordinary zone, or of a policy zone without actions", [.rpz])
                )
            }
            guard best.format != .wildcard || sample[.wildcard] > 0 || sample[.slashedRegex] == 0 else {
                throw ListError(path: path, reason: .ambiguous("expressions between slashes", [.wildcard, .adblock]))
            }
            return found(best, engine: best.format.defaultEngine, given: false, sample)
        }
        // The engine's own formats; a plain list of names is also a valid file for engines with richer formats.
        let readable = ranked.filter { engine.profile.formats.contains($0.format.id) }.max { $0.score < $1.score }
        guard let readable, readable.score >= threshold else {
            throw ListError(path: path, reason: .engineDoesNotRead(engine: engine, format: best.format))
        }
        return found(readable, engine: engine, given: true, sample)
    }

    /// A file whose first line says for which engine it was written.
    private static func written(_ converted: (format: ListFormat, engine: Engine), _ given: Engine?) -> Detection {
        let engine = given ?? converted.engine
        return Detection(
            format: converted.format,
            engine: engine,
            confidence: 100,
            why: "read as \(converted.format.title), as its first line says; engine \(engine.rawValue)"
                + (given == nil ? ", for which it was converted (--engine chooses another)" : " as given")
        )
    }

    /// A file that is told by its content as a whole, not by its lines.
    private static func document(
        _ format: ListFormat,
        _ path: String,
        _ given: Engine?
    ) throws(ListError) -> Detection {
        try whole(format, path, given, what: "\(format.title), told by its content as a whole")
    }

    private static func whole(
        _ format: ListFormat,
        _ path: String,
        _ given: Engine?,
        what: String
    ) throws(ListError) -> Detection {
        let engine = given ?? format.defaultEngine
        guard engine == format.defaultEngine else {
            throw ListError(path: path, reason: .engineDoesNotRead(engine: engine, format: format))
        }
        return Detection(
            format: format,
            engine: engine,
            confidence: 100,
            why: "read as \(what); engine \(engine.rawValue)"
                + (given == nil ? ", the only one that reads it" : " as given")
        )
    }

    /// The configuration of an engine, told by its statements.
    private static func found(
        _ configuration: EngineConfiguration,
        _ path: String,
        _ given: Engine?
    ) throws(ListError) -> Detection {
        guard let format = configuration.format else {
            throw ListError(path: path, reason: .notAList("\(configuration.title); \(configuration.hint)"))
        }
        return try whole(format, path, given, what: "\(configuration.title), told by its statements")
    }

    private static func found(
        _ best: (format: ListFormat, score: Int),
        engine: Engine,
        given: Bool,
        _ sample: ListSample
    ) -> Detection {
        let lines = sample.content == 1 ? "1 line" : "\(sample.content) lines"
        // Some formats score a little more than they explain, to be taken before others.
        let score = min(best.score, 100)
        let choice =
            given
            ? "engine \(engine.rawValue) as given"
            : "engine \(engine.rawValue), the default for it (--engine chooses another)"
        return Detection(
            format: best.format,
            engine: engine,
            confidence: score,
            why: "read as \(best.format.title): \(score) % of \(lines) fit (\(best.format.looks)); \(choice)"
        )
    }

    /// Files that are no text, or text of another trade.
    private static func foreignContent(_ text: Span<UInt8>) -> String? {
        if let fault = DownloadFault.of(text) { return fault }
        let sniff = ContentSniff(text)
        switch sniff.known {
        case .html: return "an HTML page"
        case .xml: return "an XML document"
        case .json:
            if DownloadFault.isJSONError(text) {
                return "a JSON document; was an error downloaded instead of the list?"
            }
            return text.firstRange(of: "\"cache_domains\"") == nil
                ? "a JSON document; a list is its names, one a line"
                : "an index of cache domains; give the lists that it names, with --engine lancache"
        case .pdf: return "a PDF document"
        case .image: return "a picture"
        case .executable: return "an executable"
        case .sqlite: return "an SQLite database"
        case .pcap, .pcapng: return "a packet capture; `patchway replay` reads it"
        case .evtx: return "a Windows event log"
        case .archive: return "an archive of a kind that is not unpacked; unpack it, and give the lists in it"
        case nil: break
        }
        if ExportHeading.isCommands(text) { return "commands for Pi-hole, which are run on its host" }
        if text.hasPrefix("-----BEGIN ") { return "an armoured key, certificate or signature" }
        if text.count > 2, text[0] & 0xC0 == 0x80, sniff.controlOctets > 0, sniff.sampled < 8192 {
            return "binary data, perhaps an OpenPGP signature"
        }
        return sniff.looksBinary ? "binary data" : nil
    }

    private static func emptiness(_ sample: ListSample) -> ListError.Reason {
        if sample.overlong > 0 {
            return .notAList("its lines are longer than \(LineScanner.defaultMaximumLength) octets")
        }
        return .noRules("all of its lines are blank or comments, lines: \(sample.lines)")
    }

    /// What was seen, most frequent first.
    private static func shapes(_ sample: ListSample) -> String {
        let seen = LineShape.allCases.filter { $0 != .comment && sample[$0] > 0 }.sorted { sample[$0] > sample[$1] }
        let parts = seen.prefix(3).map { "\(sample.percent(sample[$0])) % \($0.title)" }
        return (sample.content == 1 ? "1 line" : "\(sample.content) lines") + " looked at: "
            + parts.joined(separator: ", ")
    }
}

extension ListSample {
    /// The share of lines, in percent, that lists of firewalls and proxies mix: names, stars, addresses, URLs.
    fileprivate var percentOfEntries: Int {
        percent(
            self[.domain] + self[.wildcard] + self[.namePattern] + self[.hostURL] + self[.url] + self[.address]
        )
    }
}

extension LineShape {
    /// A name for people.
    fileprivate var title: String {
        switch self {
        case .comment: "comments"
        case .domain: "single names"
        case .wildcard: "*.names"
        case .namePattern: "name patterns"
        case .hosts: "hosts lines"
        case .adblock: "AdBlock rules"
        case .cosmetic: "cosmetic rules"
        case .slashedRegex, .regex: "regular expressions"
        case .dnsmasqRule, .dnsmasqOption: "dnsmasq options"
        case .unboundRule: "Unbound statements"
        case .dnsdistRule: "dnsdist rules"
        case .knotRule: "Knot Resolver rules"
        case .luaPart: "Lua"
        case .zoneDirective, .zoneRecord, .zonePolicy, .zoneNull, .zoneContinuation: "zone records"
        case .address: "addresses"
        case .addressPrefix: "beginnings of addresses"
        case .addressRange: "address ranges"
        case .namedRange: "named address ranges"
        case .url: "URLs"
        case .hostURL: "hosts with a slash"
        case .proxifier: "Proxifier rules"
        case .bindStatement: "BIND statements"
        case .packetCommand: "commands of iptables"
        case .taggedName: "v2fly rules"
        case .nameAndTarget: "names with a target"
        case .comma: "comma-separated values"
        case .keyValue: "keys and values"
        case .digest: "checksums"
        case .word: "single words"
        case .other: "something else"
        }
    }
}
