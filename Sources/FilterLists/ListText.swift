import Policy
import TextScan

/// One list decoded to UTF-8.
struct ListText {
    let path: String
    private(set) var role: ListRole
    /// Whether nobody said what it is for.
    private var leavesRoleOpen = false
    private(set) var format: ListFormat?
    /// Whether the format follows from the engine's configuration and was not given.
    var formatFollows = false
    private(set) var octets: ListOctets
    private(set) var notices: [Diagnostic]
    /// The groups that it is in (Blocky).
    var groups: [String] = []
    /// What all of it depends on, and what some lines do.
    var limit = RuleGuard.none
    var guardsOfLines: [Int: RuleGuard] = [:]
    /// Whether it need not hold a rule: tables of a database that holds some elsewhere.
    private(set) var mayBeEmpty: Bool
    /// What it is, where it is a table of a database and no file.
    var origin: String?
    /// What is done with the triggers of a policy zone in place of what it says.
    var zonePolicy: ZonePolicy?
    /// The minutes of the week in which it counts; nil for always.
    var minutes: [Range<Int>]?
    /// The rules that stand in place of a list, and what is known not to be evaluated.
    var rules: [ConfiguredRule]?
    var notEvaluated: [Diagnostic] = []
    /// Whether it is a policy zone that the list in front of it names.
    var isPolicyZone = false
    /// Where the clauses of policy zones stand whose files are the lists behind it.
    private(set) var policyZones: Set<Int> = []
    /// What is read as files that it names, by their names: lists that are given, and files elsewhere.
    private var standIns: [String: StandIn] = [:]
    /// Values that it is tried without.
    private(set) var removed: Set<ListEntry> = []
    /// Where relative paths begin, as one of BIND's files says.
    var directory: String?
    /// What is read in the place of each of its `include` (squid).
    private(set) var included: [String: Included] = [:]
    /// How the file was encoded.
    var encoding = TextEncoding.utf8
    /// Whether it is a category folder, and the files of it whose lines are only counted.
    var isCategory = false
    var counted: [Input] = []

    init(_ folder: CategoryFolder, path: String) {
        let decoded = folder.domains.map { TextDecoding.decode($0) }
        self.path = folder.domains?.path ?? path
        role = folder.role
        format = .domains
        octets = decoded.map { ListOctets($0.span) } ?? ListOctets([UInt8]().span)
        notices = decoded?.notices ?? []
        encoding = decoded?.encoding ?? .utf8
        mayBeEmpty = false
        isCategory = true
        counted = folder.urls
    }

    init(_ table: GravityTable) {
        path = table.path
        role = table.role
        format = table.format
        octets = ListOctets(table.octets.span)
        notices = table.notices
        limit = table.limit
        guardsOfLines = table.guardsOfLines
        mayBeEmpty = true
        origin = table.title
    }

    /// A list and who gets it.
    init(_ input: Input, as list: ListInput, _ clients: GroupLimits.Limit) {
        let decoded = TextDecoding.decode(input)
        path = input.path
        role = list.role
        leavesRoleOpen = list.leavesRoleOpen
        format = list.format
        octets = ListOctets(decoded.span)
        formatFollows = list.formatFollows
        groups = list.groups
        encoding = decoded.encoding
        mayBeEmpty = list.mayBeEmpty || list.rules != nil
        minutes = list.minutes
        zonePolicy = list.zonePolicy
        rules = list.rules
        notEvaluated = list.notEvaluated
        if let minutes { limit = RuleGuard(minutes: minutes) }
        var notices = decoded.notices + list.notices
        switch clients {
        case .everybody: break
        case .some(let found): limit = limit.and(found)
        case .nobody:
            limit = RuleGuard(clients: [ClientCondition(anyOf: [])])
            let text = "no client has its groups, so its rules never count"
            notices.append(Diagnostic(path: input.path, reason: "no-client", text: text))
        }
        self.notices = notices
    }

    /// Lines that stand beside a list, for the clients that it is for.
    init(_ lines: [UInt8], role: ListRole, format: ListFormat, beside list: ListText) {
        path = "exceptions"
        self.role = role
        self.format = format
        octets = ListOctets(lines.span)
        groups = list.groups
        limit = list.limit
        notices = []
        mayBeEmpty = true
    }

    /// A policy zone that the configuration of an engine names.
    private init(policyZone file: Companion) {
        path = file.path
        role = .block
        format = .rpz
        octets = file.octets
        notices = file.notices
        mayBeEmpty = true
        isPolicyZone = true
        encoding = file.encoding
    }

    /// A file that a list names.
    struct Companion {
        let path: String
        let octets: ListOctets
        fileprivate let notices: [Diagnostic]
        fileprivate let encoding: TextEncoding

        fileprivate init(_ input: Input) {
            let decoded = TextDecoding.decode(input)
            path = input.path
            octets = ListOctets(decoded.span)
            notices = decoded.notices
            encoding = decoded.encoding
        }

        fileprivate init(_ list: ListText) {
            (path, octets, notices, encoding) = (list.path, list.octets, list.notices, list.encoding)
        }
    }

    /// What an `include` brings: lists of the layer, in order, or nothing that is known.
    enum Included {
        case lists([ListText])
        case missing(UnsupportedReason)
    }

    /// Lets the list be a part of an engine's configuration, which may hold settings or comments alone.
    /// - Parameter format: what it is then read as; nil for a configuration that is told by its own statements.
    mutating func bePart(as format: ListFormat?) {
        if self.format == nil, let format { (self.format, formatFollows) = (format, true) }
        mayBeEmpty = true
    }

    /// Has lists read in the place of an `include`.
    mutating func include(_ pattern: String, _ lists: [ListText]) {
        included[pattern] = .lists(lists)
        for list in lists { notices += list.notices }
    }

    /// Says why it is not known what an `include` brings.
    mutating func include(_ pattern: String, _ reason: UnsupportedReason) { included[pattern] = .missing(reason) }

    private enum StandIn {
        case list(Companion)
        case file(String)
    }

    /// Takes another list as a file that this one names.
    mutating func take(_ list: ListText, for name: String) { standIns[name] = .list(Companion(list)) }

    /// Takes a file that lies elsewhere for one that this list names.
    mutating func take(file: String, for name: String) { standIns[name] = .file(file) }

    /// Says what is read in place of a file.
    mutating func note(_ path: String, standsInFor name: String) {
        notices.append(.standsIn([path], for: name, namedBy: self.path))
    }

    private init(_ list: ListIncludes.Included, of source: ListText) {
        path = list.path
        role = source.role
        leavesRoleOpen = source.leavesRoleOpen
        format = source.format
        octets = ListOctets(list.octets.span)
        notices = []
        mayBeEmpty = true
    }

    /// The list and those that it includes, in the order in which they are named.
    var withIncludes: [ListText] {
        guard let lists = ListIncludes.follow(octets.span, path: path)?.lists, lists.count > 1 else { return [self] }
        return lists.map { ListText($0, of: self) }
    }

    /// A configuration of Unbound, and behind it the policy zones that it names, as far as they can be read.
    var withPolicyZones: [ListText] {
        let zones = UnboundPolicyZones(octets.span).readable { companion($0, atMost: LayerLoader.maximumOctets) }
        guard !zones.isEmpty else { return [self] }
        var list = self
        list.policyZones = Set(zones.map(\.clause.rule.lowerBound))
        return [list] + zones.map { ListText(policyZone: $0.file) }
    }

    /// The last part of a path.
    static func file(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? path
    }

    /// What stands before the last part of a path, with the `/` at its end; empty for a path of one part.
    static func folder(_ path: String) -> String {
        String(decoding: path.utf8.dropLast(file(path).utf8.count), as: UTF8.self)
    }

    /// The files beside the list, or of absolute paths, that its text names.
    func companions(_ names: (Span<UInt8>) -> Set<String>) -> [String: Companion] {
        var files: [String: Companion] = [:]
        var left = Self.largestCompanions
        for name in names(octets.span).sorted() {
            guard let file = companion(name, atMost: min(left, Self.largestCompanion)) else { continue }
            left -= file.octets.count
            files[name] = file
        }
        return files
    }

    /// Octets that one such file may have, and all of a list together: others count as not there.
    private static let (largestCompanion, largestCompanions) = (64 << 20, 128 << 20)

    /// A file beside the list, or of an absolute path, or the list that is given as it.
    private func companion(_ name: String, atMost limit: Int) -> Companion? {
        let standIn = standIns[name]
        if case .list(let list) = standIn { return list.octets.count <= limit ? list : nil }
        var known: String? { if case .file(let path) = standIn { path } else { nil } }
        guard let place = known ?? place(of: name) else { return nil }
        let limits = InputLimits(maximumExpandedSize: limit, idleTimeout: 1_000)
        guard let input = try? InputFile.read(path: place, limits: limits).inputs.first, input.bytes.count <= limit
        else { return nil }
        return Companion(input)
    }

    /// Where a file is that the list names; nil where nothing lies beside the list.
    func place(of name: String) -> String? {
        if name.hasPrefix("/") { return name }
        guard path != "-", !Self.file(path).contains(":") else { return nil }
        return Self.folder(path) + name
    }

    /// The list without values of files that it names, or of its statements.
    func without(_ entries: [ListEntry]) -> ListText {
        var list = self
        list.removed.formUnion(entries.map(\.key))
        return list
    }

    /// The list with blanks in place of some of its octets; lines stay lines.
    func blanking(_ ranges: [Range<Int>]) -> ListText {
        var text = octets.span.octets
        for range in ranges {
            for index in range.clamped(to: text.indices) where text[index] != 0x0A && text[index] != 0x0D {
                text[index] = 0x20
            }
        }
        var blanked = self
        blanked.octets = ListOctets(text.span)
        return blanked
    }

    /// The list with some of its texts alone, and what is none of the others; lines that hold nothing any more are gone where
    /// nothing hangs on their numbers.
    func reduced(to kept: [Range<Int>], without others: [Range<Int>]) -> ListText {
        let whole = octets.span.octets
        var text = whole
        for range in others {
            for index in range.clamped(to: text.indices) where text[index] != 0x0A && text[index] != 0x0D {
                text[index] = 0x20
            }
        }
        for range in kept { text.replaceSubrange(range, with: whole[range]) }
        var reduced = self
        guard guardsOfLines.isEmpty, removed.isEmpty, policyZones.isEmpty else {
            reduced.octets = ListOctets(text.span)
            return reduced
        }
        var (start, end, isBlank) = (0, 0, true)
        for index in text.indices {
            let octet = text[index]
            if octet != 0x20, octet != 0x09, octet != 0x0A, octet != 0x0D { isBlank = false }
            guard octet == 0x0A || index == text.count - 1 else { continue }
            if !isBlank {
                for place in start...index {
                    text[end] = text[place]
                    end += 1
                }
            }
            (start, isBlank) = (index + 1, true)
        }
        text.removeSubrange(end...)
        reduced.octets = ListOctets(text.span)
        return reduced
    }

    /// The list with blanks in place of carriage returns.
    func replacingReturns(_ places: [Int]) -> ListText {
        var text = octets.span.octets
        for place in places { text[place] = 0x20 }
        var blanked = self
        blanked.octets = ListOctets(text.span)
        return blanked
    }

    /// The list with lines more, each in front of the line that holds a place or, without one, at the end.
    /// - Complexity: O(octets of the list and of the lines)
    func adding(_ lines: [(octets: [UInt8], place: Int?)]) -> ListText {
        let text = octets.span.octets
        var whole: [UInt8] = []
        whole.reserveCapacity(text.count + lines.reduce(1) { $0 + $1.octets.count + 1 })
        let placed = lines.compactMap { line in line.place.map { (start: Self.start($0, text), octets: line.octets) } }
        var end = 0
        for line in placed.sorted(by: { $0.start < $1.start }) {
            whole += text[end..<line.start] + line.octets + [0x0A]
            end = line.start
        }
        whole += text[end...]
        for line in lines where line.place == nil {
            if whole.last.map({ $0 != 0x0A }) ?? false { whole.append(0x0A) }
            whole += line.octets + [0x0A]
        }
        var longer = self
        longer.octets = ListOctets(whole.span)
        return longer
    }

    /// Where the line begins that holds a place.
    private static func start(_ place: Int, _ text: [UInt8]) -> Int {
        var start = min(place, text.count)
        while start > 0, text[start - 1] != 0x0A { start -= 1 }
        return start
    }

    /// The list as it is read where nobody said what it is for, and a word about that.
    func assumingRole(_ detection: Detection) -> ListText {
        guard leavesRoleOpen, role == .block, rules == nil,
            let assumed = AssumedRole(octets.span, path: path, detection)
        else { return self }
        var list = self
        list.role = .allow
        list.notices.append(assumed.diagnostic(path))
        return list
    }
}

extension ListEntry {
    /// The same for every way in which the value is spelled; alone on a line, the line will do.
    fileprivate var key: ListEntry {
        ListEntry(path: path, line: line, text: isWord ? text.lowercased() : "", isWord: isWord)
    }
}

extension RuleSink {
    /// Whether the list is tried without a value or a statement.
    func lacks(_ entry: ListEntry, _ word: Span<UInt8>? = nil) -> Bool {
        guard !removed.isEmpty else { return false }
        var entry = entry
        if let word { entry.text = TerminalText.escaped(word, limit: 120) }
        return removed.contains(entry.key)
    }
}
