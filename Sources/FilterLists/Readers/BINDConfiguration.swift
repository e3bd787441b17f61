import DNS
import Policy
import TextScan

/// What the statements of a named.conf leave of the names that its zones do not hold, and of those that they do.
struct BINDConfiguration {
    /// Whether every name is open, those of zones too.
    private(set) var isOpen = false
    private var isPassingOpen = false
    private var hasOptions = false
    private var names: Set<DomainName> = []
    /// The zones, in the order of the file.
    private(set) var zones: [BINDZone] = []

    private enum Effect {
        case harmless
        /// Names of no zone are open.
        case passing(UnsupportedReason)
        case open(UnsupportedReason)
        /// BIND does not start.
        case refused
    }

    /// Takes all statements of a text.
    mutating func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var words = BINDWords(text)
        while let statement = words.statement() {
            sink.lines = words.line
            guard statement.isComplete else { return sink.drop(.badStatement, text, statement.key, statement.line) }
            switch Self.word(text, statement.key) {
            case "zone": take(zone: statement, text, &sink)
            case "options": take(options: statement, text, &sink)
            default:
                let effect = clause(statement, text, &sink)
                note(effect, statement, text, &sink)
            }
        }
        sink.lines = words.line
    }

    /// Leaves open what statements leave open, or all when BIND does not start.
    mutating func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        if sink.leaveOpenIfRefused(text, class: .data) { isOpen = true }
    }

    private static func word(_ text: Span<UInt8>, _ word: Range<Int>) -> String {
        word.count < 64 ? text.extracting(word).string.lowercased() : ""
    }

    private func clause(_ statement: BINDStatement, _ text: Span<UInt8>, _ sink: inout RuleSink) -> Effect {
        let key = Self.word(text, statement.key)
        switch key {
        case "include": return include(statement, text, &sink)
        case "view": return .open(.view)
        case _ where BINDOptions.harmlessClauses.contains(key): return .harmless
        case _ where BINDOptions.openClauses.contains(key): return .open(.answerOption)
        default: return .refused
        }
    }

    private func include(_ statement: BINDStatement, _ text: Span<UInt8>, _ sink: inout RuleSink) -> Effect {
        guard let file = statement.words.first else { return .refused }
        return sink.missing(IncludedFiles(pattern: text.extracting(file).string)).map(Effect.open) ?? .harmless
    }

    /// Does what a statement does to names, and counts it.
    private mutating func note(
        _ effect: Effect,
        _ statement: BINDStatement,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        let (rule, line) = (statement.shown, statement.line)
        switch effect {
        case .harmless: sink.drop(.option, text, rule, line)
        case .refused: sink.drop(.unknownStatement, text, rule, line)
        case .passing(let reason):
            sink.skip(reason, text, rule, line)
            guard !isPassingOpen, !isOpen else { return }
            isPassingOpen = true
            sink.leaveOpen(.subtree, .root, class: .data, rule: rule, line: line)
        case .open(let reason):
            sink.skip(reason, text, rule, line)
            // The zones of other lists of the layer as well.
            if !isOpen { sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line) }
            isOpen = true
        }
    }

    // MARK: - Options

    private mutating func take(options: BINDStatement, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard !hasOptions, options.block != nil else {
            return sink.drop(.badStatement, text, options.shown, options.line)
        }
        hasOptions = true
        var isHarmless = true
        var hasDirectory = false
        var words = BINDWords(text, blockOf: options)
        while let statement = words.statement() {
            var effect = statement.isComplete ? option(statement, text, &sink) : .refused
            if Self.word(text, statement.key) == "directory" {
                if hasDirectory || statement.words.count != 1 { effect = .refused }
                hasDirectory = true
            }
            if case .harmless = effect { continue }
            isHarmless = false
            note(effect, statement, text, &sink)
        }
        if isHarmless { note(.harmless, options, text, &sink) }
    }

    private func option(_ statement: BINDStatement, _ text: Span<UInt8>, _ sink: inout RuleSink) -> Effect {
        let key = Self.word(text, statement.key)
        if BINDOptions.harmless.contains(key) || Self.isHarmless(statement, key, text) { return .harmless }
        switch key {
        case "include": return include(statement, text, &sink)
        case "response-policy": return .open(.policyZones)
        case _ where BINDOptions.passing.contains(key): return .passing(.answerOption)
        case _ where BINDOptions.open.contains(key): return .open(.answerOption)
        default: return .refused
        }
    }

    /// Whether a statement says what would be done without it.
    private static func isHarmless(_ statement: BINDStatement, _ key: String, _ text: Span<UInt8>) -> Bool {
        if let values = BINDOptions.harmlessValues[key] {
            return statement.words.count == 1 && values.contains(word(text, statement.words[0]))
        }
        guard let only = BINDOptions.harmlessLists[key], statement.words.isEmpty else { return false }
        var words = BINDWords(text, blockOf: statement)
        guard let entry = words.statement(), entry.words.isEmpty, words.statement() == nil else { return false }
        return word(text, entry.key) == only
    }

    // MARK: - Zones

    private mutating func take(zone statement: BINDStatement, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        let (rule, line) = (statement.shown, statement.line)
        guard let word = statement.words.first, statement.block != nil,
            let name = try? DomainName(presentation: text.extracting(word).octets),
            names.insert(name.lowercased).inserted,
            statement.words.count < 2 || statement.words.count == 2 && Self.word(text, statement.words[1]) == "in"
        else { return sink.drop(.badStatement, text, rule, line) }
        var zone = BINDZone(name: word, range: rule, line: line)
        var seen: Set<String> = []
        var words = BINDWords(text, blockOf: statement)
        while let part = words.statement() {
            let key = Self.word(text, part.key)
            guard part.isComplete, seen.insert(key).inserted || key == "include", !zone.take(part, key, text) else {
                return sink.drop(.badStatement, text, rule, line)
            }
            if !BINDOptions.harmlessInZone.contains(key), !Self.isHarmless(part, key, text), zone.open == nil {
                zone.open = key == "include" ? .include : .answerOption
            }
        }
        guard
            zone.open?.id == UnsupportedReason.include.id
                || zone.type != nil && (!zone.isPrimary || zone.file != nil || zone.hasDatabase)
        else { return sink.drop(.badStatement, text, rule, line) }
        zones.append(zone)
    }
}

extension BINDStatement {
    /// No more of it than is good to show.
    var shown: Range<Int> { range.prefix(LineScanner.defaultMaximumLength) }
}

/// A zone statement.
struct BINDZone {
    var name: Range<Int>
    var range: Range<Int>
    var line: Int
    var type: String?
    var file: String?
    var hasDatabase = false
    /// Why its names are open.
    var open: UnsupportedReason?

    var isPrimary: Bool { type == "master" || type == "primary" }

    /// Takes a statement of the zone; true when BIND would refuse it.
    mutating func take(_ part: BINDStatement, _ key: String, _ text: Span<UInt8>) -> Bool {
        switch key {
        case "type":
            guard let word = part.words.first else { return true }
            let type = text.extracting(word).string.lowercased()
            self.type = type
            return !BINDOptions.types.contains(type)
        case "file":
            guard let word = part.words.first else { return true }
            file = text.extracting(word).string
            return false
        case "database", "dlz":
            hasDatabase = true
            return false
        case "include": return part.words.isEmpty
        default: return !BINDOptions.harmlessInZone.contains(key) && !BINDOptions.openInZone.contains(key)
        }
    }
}
