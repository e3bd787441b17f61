import DNS
import LDNS
import Policy
import TextScan

/// `zone "x" { type master; file "null.zone.file"; };` as BIND serves it: the records of the file at x and, where the file
/// has a star, at every name below; no data for other types, NXDOMAIN below without a star. The file is looked for beside
/// the list; without it the zone is counted as not evaluated.
enum BINDZonesReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let isOpen = leaveOpen(text, &sink)
        var zones: [String: ZoneActions?] = [:]
        var words = BINDWords(text)
        while let word = words.next() {
            sink.lines = words.line
            guard text.extracting(word).equals("zone") else {
                words.skipStatement()
                let whole = word.lowerBound..<max(word.upperBound, words.end)
                if !isOpen { sink.drop(.option, text, whole.prefix(LineScanner.defaultMaximumLength), words.line) }
                continue
            }
            if isOpen {
                words.skipStatement()
                continue
            }
            let line = words.line
            guard let statement = words.zone(from: word.lowerBound) else {
                sink.drop(.badStatement, text, word, line)
                return
            }
            read(statement, text, line, &zones, &sink)
        }
        sink.lines = words.line
    }

    /// Leaves every name open where the text holds what may bring zones, tells clients apart or changes answers.
    private static func leaveOpen(_ text: Span<UInt8>, _ sink: inout RuleSink) -> Bool {
        var isOpen = false
        var words = BINDWords(text)
        while let word = words.next() {
            let key = text.extracting(word)
            let line = words.line
            var reason: UnsupportedReason?
            if key.equals("include") { reason = .include }
            if key.equals("view") { reason = .view }
            let start = words.end
            words.skipStatement()
            let rest = text.extracting(start..<max(start, words.end))
            if key.equals("include"), sink.isGiven(Self.word(rest)) { reason = nil }
            if key.equals("options"), rest.firstRange(of: "response-policy") != nil {
                reason = .otherPolicy("bind-rpz")
            }
            guard let reason else { continue }
            let rule = (word.lowerBound..<max(word.upperBound, words.end)).prefix(LineScanner.defaultMaximumLength)
            sink.skip(reason, text, rule, line)
            if !isOpen { sink.leaveOpen(.subtree, .root, class: .data, rule: rule, line: line) }
            isOpen = true
        }
        return isOpen
    }

    /// The first word of a text, without its quotes.
    @_lifetime(copy text)
    private static func word(_ text: Span<UInt8>) -> Span<UInt8> {
        var words = BINDWords(text)
        return text.extracting(words.next() ?? 0..<0)
    }

    /// Whether a word begins a statement that named.conf(5) 9.18 has outside of all blocks.
    static func isStatement(_ word: Span<UInt8>) -> Bool {
        for statement in statements where word.equals(statement) { return true }
        return false
    }

    private static let statements: [StaticString] = [
        "acl", "controls", "dlz", "dnssec-policy", "dyndb", "http", "include", "key", "key-store", "logging",
        "managed-keys",
        "masters", "options", "parental-agents", "plugin", "primaries", "server", "statistics-channels", "template",
        "tls",
        "trust-anchors", "trusted-keys", "view", "zone",
    ]

    private static func read(
        _ statement: BINDZone,
        _ text: Span<UInt8>,
        _ line: Int,
        _ zones: inout [String: ZoneActions?],
        _ sink: inout RuleSink
    ) {
        guard let file = statement.file, statement.isPrimary else {
            return leaveOpen(statement, .forward, text, line, &sink)
        }
        let actions: ZoneActions?
        if let known = zones[file] {
            actions = known
        } else {
            actions = sink.companions[file].flatMap { ZoneActions($0, &sink.builder) }
            // One that cannot be read is not read again either.
            zones[file] = .some(actions)
        }
        guard let actions else { return leaveOpen(statement, .zoneFile, text, line, &sink) }
        for (scope, action) in [(Scope.exact, actions.apex), (Scope.below, actions.below)] {
            let isAdded = sink.add(
                scope,
                text,
                name: statement.name,
                class: .data,
                action: action,
                rule: statement.range,
                line: line
            )
            guard isAdded else { return }
        }
    }

    private static func leaveOpen(
        _ statement: BINDZone,
        _ reason: UnsupportedReason,
        _ text: Span<UInt8>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        sink.skip(reason, text, statement.range, line)
        sink.leaveOpen(.subtree, text, name: statement.name, class: .data, rule: statement.range, line: line)
    }

    /// The files that zones of a text are read from, none of which leads out of its folder.
    static func files(_ text: Span<UInt8>) -> Set<String> {
        var files: Set<String> = []
        var words = BINDWords(text)
        while files.count < 16, let word = words.next() {
            guard text.extracting(word).equals("zone") else {
                words.skipStatement()
                continue
            }
            guard let statement = words.zone(from: word.lowerBound) else { break }
            let parts = (statement.file ?? "").split(separator: "/", omittingEmptySubsequences: false)
            if let file = statement.file, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }) { files.insert(file) }
        }
        return files
    }
}

/// What a zone file does for the zone and for the names below it.
private struct ZoneActions {
    let apex: ActionID
    let below: ActionID

    /// nil when the file has names of its own or cannot be read.
    init?(_ octets: [UInt8], _ builder: inout LayerBuilder) {
        guard let origin = try? DomainName("zone.invalid") else { return nil }
        var own: [LocalRecord] = []
        var star: [LocalRecord] = []
        var reader = ZoneReader(origin: origin, defaultTTL: 0)
        var count = 0
        while let entry = reader.next(in: octets.span) {
            guard case .record(let found) = entry, count < 256 else { return nil }
            count += 1
            let record = LocalRecord(type: found.record.type, ttl: found.record.ttl, data: found.record.data)
            if found.record.owner == origin {
                own.append(record)
            } else if found.record.owner.parent == origin,
                found.record.owner.labels.first?.elementsEqual([0x2A]) ?? false
            {
                star.append(record)
            } else {
                return nil
            }
        }
        guard own.contains(where: { $0.type == .soa }) else { return nil }
        apex = builder.intern(.records(own))
        below = builder.intern(star.isEmpty ? .nxdomain : .records(star))
    }
}

/// A zone statement.
struct BINDZone {
    var name: Range<Int>
    var range: Range<Int>
    var isPrimary = false
    var file: String?
}

/// The words of named.conf: `{`, `}` and `;` stand alone, quotes hold together, comments of all three kinds are skipped.
struct BINDWords: ~Escapable {
    private let text: Span<UInt8>
    private var position = 0
    private var counter = LineCounter()
    /// Where the last word ends.
    private(set) var end = 0
    /// The line of the last word.
    private(set) var line = 1

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    /// The next word, without its quotes.
    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        skipBlanks()
        guard position < text.count else { return nil }
        line = counter.line(of: position, text)
        let start = position
        if text[start] == 0x22 {
            let close = text.firstIndex(of: 0x22, from: start + 1) ?? text.count
            position = min(close + 1, text.count)
            end = position
            return (start + 1)..<max(start + 1, close)
        }
        position += 1
        if !Self.isMark(text[start]) {
            while position < text.count, !isBlank(text[position]), !Self.isMark(text[position]), text[position] != 0x22
            {
                position += 1
            }
        }
        end = position
        return start..<position
    }

    @_lifetime(self: copy self)
    private mutating func skipBlanks() {
        while position < text.count {
            if isBlank(text[position]) {
                position += 1
            } else if text[position] == 0x23 || text.hasPrefix("//", at: position) {
                position = text.firstIndex(of: 0x0A, from: position) ?? text.count
            } else if text.hasPrefix("/*", at: position) {
                position = text.firstRange(of: "*/", from: position + 2)?.upperBound ?? text.count
            } else {
                return
            }
        }
    }

    private static func isMark(_ octet: UInt8) -> Bool { octet == 0x7B || octet == 0x7D || octet == 0x3B }

    /// Steps over the rest of a statement, its block included.
    @_lifetime(self: copy self)
    mutating func skipStatement() {
        var depth = 0
        var isDone = end > 0 && text[end - 1] == 0x3B
        while !isDone, let word = next() {
            switch text.extracting(word).count == 1 ? text[word.lowerBound] : 0 {
            case 0x7B: depth += 1
            case 0x7D: depth -= 1
            case 0x3B: isDone = depth <= 0
            default: break
            }
        }
    }

    /// The rest of a zone statement; nil when it does not end.
    @_lifetime(self: copy self)
    mutating func zone(from start: Int) -> BINDZone? {
        guard let name = next() else { return nil }
        var zone = BINDZone(name: name, range: start..<end)
        var depth = 0
        var key: Range<Int>?
        while let word = next() {
            let octets = text.extracting(word)
            if octets.equals("{") {
                depth += 1
            } else if octets.equals("}") {
                depth -= 1
            } else if octets.equals(";") {
                zone.range = start..<end
                if depth <= 0 { return zone }
                key = nil
            } else if depth == 1, let option = key {
                let option = text.extracting(option)
                if option.equals("type") { zone.isPrimary = octets.equals("master") || octets.equals("primary") }
                if option.equals("file") { zone.file = octets.string }
            } else if depth == 1 {
                key = word
            }
        }
        return nil
    }
}
