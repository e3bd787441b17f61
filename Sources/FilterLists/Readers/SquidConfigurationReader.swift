import DNS
import Policy
import TextScan

/// squid.conf (squid 5.7, compared with the running proxy): the first `http_access` line of which every `acl` holds decides;
/// where none does, the opposite of the last one; without any, all are denied. With a file that squid refuses to start with
/// every verdict is open. Hosts are asked for with `GET` at port 80 and `CONNECT` at port 443; a
/// line that tells those apart is not evaluated.
struct SquidConfigurationReader {
    private static let maximumLists = 2000
    /// Work that is left for lists of lists.
    final class Budget {
        /// Members that are still looked at: each may be a list of many others.
        var members = 100_000
    }
    let budget = Budget()

    /// Whether a text is a squid.conf with rules.
    static func recognises(_ text: Span<UInt8>) -> Bool {
        let start = text.extracting(0..<min(text.count, 1 << 20))
        // Names hardly have underscores, so that this goes through lists fast.
        guard start.firstRange(of: "_access") != nil else { return false }
        var scanner = LineScanner(start)
        var hasLists = false
        while let line = scanner.next() {
            let statement = text.extracting(line.range)
            let words = SquidStatement.words(statement)
            guard words.count >= 3 else { continue }
            if statement.extracting(words[0]).equals("acl") { hasLists = true }
            guard statement.extracting(words[0]).equals("http_access") else { continue }
            let action = statement.extracting(words[1])
            if action.equals("deny") || action.equals("allow") {
                return hasLists || SquidAccessList.builtIn[listName(statement.extracting(words[2])).name] != nil
            }
        }
        return false
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var reader = SquidConfigurationReader()
        reader.readStatements(text, &sink)
        reader.checkOverlaps(text, &sink)
        reader.checkFiles(text, &sink)
        reader.write(text, &sink)
    }

    /// Reads the statements of a text.
    mutating func readStatements(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var scanner = LineScanner(text, maximumLength: SquidStatement.lineLimit)
        var statement: SquidStatement?
        // squid's lines end at a line feed, and what is behind a lone carriage return is lost.
        var isLost = false
        while let line = scanner.next() {
            let (end, isRest) = (line.range.upperBound, isLost)
            isLost = end < text.count && text[end] == 0x0D && (end + 1 == text.count || text[end + 1] != 0x0A)
            guard !isRest else { continue }
            guard sink.accepts(line, text) else {
                note(fault: line.range, line.number)
                continue
            }
            var begun = statement ?? SquidStatement(on: line)
            statement = nil
            if begun.add(text, line.range) {
                read(begun, text, &sink)
            } else if !begun.octets.isEmpty || !begun.range.isEmpty {
                statement = begun
            }
        }
    }

    struct Access {
        var allows: Bool
        /// Whether it is a line of access rules, and not one that may bring some.
        var isAccess = true
        var lists: [(name: [UInt8], isNegated: Bool)]
        var range: Range<Int>
        var line: Int
        /// Where it stands, if that is a file that the configuration includes.
        var origin: ListEntry?
    }

    /// The `include` of the configuration itself whose files are being read.
    var include: (range: Range<Int>, line: Int)?
    /// Octets of files with values.
    var valueOctets = 0
    /// How many files are being read, each in the place of a statement of the one before.
    var depth = 0
    /// By name, which squid compares without case.
    var lists = SquidAccessList.builtIn
    var accesses: [Access] = []
    /// What is asked of requests that they let pass.
    var later: [Access] = []
    /// What those are told whom a line denies that ends with a list of some name (`deny_info`).
    private(set) var denials: [(page: [UInt8], names: [[UInt8]])] = []
    private var definitions = SquidDefinitions()
    private var files = SquidFiles()
    /// The first statement that squid refuses to start with, or that is not known.
    var fault: (range: Range<Int>, line: Int)?
    /// Where lists stand, by the numbers that their values have.
    var places: [(range: Range<Int>, line: Int)] = []
    /// Whether lists may come from elsewhere.
    private var mayLackLists: Bool { accesses.contains { !$0.isAccess } }

    /// What squid puts behind hosts without a dot.
    private(set) var appendedDomain: (range: Range<Int>, line: Int)?

    /// Accounts that distributions make for squid, or every machine has.
    private static let accounts: Set<String> = ["root", "nobody", "nogroup", "proxy", "squid"]

    /// Whether squid starts only on a machine with some account.
    private func needsAccount(_ text: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        let keyword = text.extracting(words[0])
        guard words.count > 1, keyword.equals("cache_effective_user") || keyword.equals("cache_effective_group") else {
            return false
        }
        return !Self.accounts.contains(text.extracting(words[1]).string)
    }

    // MARK: - Statements

    private mutating func read(_ statement: SquidStatement, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        let octets = statement.octets.span
        let words = SquidStatement.words(octets)
        let (whole, line) = (statement.range, statement.line)
        guard let first = words.first else { return }
        let keyword = octets.extracting(first)
        if statement.hasMacro {
            leaveOpen(.macro, text, whole, line, &sink)
        } else if keyword.equals("acl") {
            readList(octets, words, (text, whole, line), &sink)
        } else if keyword.equals("http_access") {
            readAccess(octets, words, text, whole, line, &sink)
        } else if keyword.equals("include") && words.count > 1 {
            readIncluded(octets, words.dropFirst(), (text, whole, line), &sink)
        } else if keyword.equals("if") || keyword.equals("else") || keyword.equals("endif") {
            leaveOpen(.include, text, whole, line, &sink)
        } else if keyword.equals("configuration_includes_quoted_values") {
            leaveOpen(.quotedValues, text, whole, line, &sink)
        } else if !SquidDirectives.contains(keyword) {
            refuse(text, whole, line, &sink)
        } else {
            if keyword.equals("url_rewrite_program") || keyword.equals("adapted_http_access")
                || keyword.equals("http_reply_access") || keyword.equals("miss_access")
            {
                readLater(octets, words, (text, whole, line), &sink)
            }
            if keyword.equals("deny_info"), words.count > 2, denials.count < Self.maximumLists {
                let names = words[2...].map { octets.extracting($0).octets }
                denials.append((octets.extracting(words[1]).octets, names))
            }
            if keyword.equals("append_domain"), words.count > 1 {
                sink.skip(.appendedDomain, text, whole, line)
                appendedDomain = appendedDomain ?? place(whole, line)
            }
            if needsAccount(octets, words) { mayNotStart(.account, text, whole, line, &sink) }
            if keyword.equals("http_port") {
                switch SquidPort.standing(octets, words.dropFirst()) {
                case .starts: break
                case .refused: refuse(text, whole, line, &sink)
                case .needsTLS: mayNotStart(.buildWithTLS, text, whole, line, &sink)
                case .unread: mayNotStart(.squidStart, text, whole, line, &sink)
                }
            }
            if SquidFiles.isUnread(octets, words) { mayNotStart(.squidStart, text, whole, line, &sink) }
            let own = place(whole, line)
            files.take(octets, words, own.range, own.line)
            let isDefined = definitions.take(octets, words)
            let mayLack = mayLackLists
            let isTaken = SquidGrammar.of(keyword)?.takes(octets, words[1...]) { mayLack || knowsLists(octets, $0) }
            if !knowsNames(octets, words) || !SquidValues.accepts(octets, words) || isTaken == false || !isDefined {
                refuse(text, whole, line, &sink)
            }
        }
    }

    /// A line that may refuse or change what `http_access` lets pass.
    private mutating func readLater(
        _ text: Span<UInt8>,
        _ words: [Range<Int>],
        _ place: (text: Span<UInt8>, range: Range<Int>, line: Int),
        _ sink: inout RuleSink
    ) {
        let isAccess = !text.extracting(words[0]).equals("url_rewrite_program")
        let allows = isAccess && words.count > 2 && text.extracting(words[1]).equals("allow")
        let named = isAccess ? words.dropFirst(2).map { Self.listName(text.extracting($0)) } : []
        // The default, written out.
        if allows, named.count == 1, named[0].name.elementsEqual("all".utf8), !named[0].isNegated { return }
        sink.skip(.otherAccess, place.text, place.range, place.line)
        // What no line denies may be denied for want of one that allows.
        let own = self.place(place.range, place.line)
        later.append(Access(allows: true, lists: allows ? [] : named, range: own.range, line: own.line))
    }

    /// What may bring rules, or change how they are read, leaves open what comes behind it.
    mutating func leaveOpen(
        _ reason: UnsupportedReason,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        sink.skip(reason, text, range, line)
        let own = place(range, line)
        accesses.append(Access(allows: true, isAccess: false, lists: [], range: own.range, line: own.line))
    }

    /// Where rules stand that a statement makes: in the configuration itself, whatever it includes.
    private func place(_ range: Range<Int>, _ line: Int) -> (range: Range<Int>, line: Int) { include ?? (range, line) }

    /// Notes that nothing is known of any name because of a statement.
    mutating func note(fault range: Range<Int>, _ line: Int) { fault = fault ?? place(range, line) }

    mutating func refuse(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        mayNotStart(.refusedFile, text, range, line, &sink)
    }

    /// Leaves everything open where it is not known whether squid starts with a statement.
    mutating func mayNotStart(
        _ reason: UnsupportedReason,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        sink.skip(reason, text, range, line)
        note(fault: range, line)
    }

    /// Says which statement names a file that squid needs and that is not there.
    private mutating func checkFiles(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard let missing = files.missing else { return }
        mayNotStart(.missingFile(missing.path), text, missing.range, missing.line, &sink)
    }

    /// The name of a list that a word of an access rule has, in lower case.
    static func listName(_ word: Span<UInt8>) -> (name: [UInt8], isNegated: Bool) {
        let isNegated = word.count > 0 && word[0] == 0x21
        let name = word.octets.dropFirst(isNegated ? 1 : 0).map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        return (name, isNegated)
    }

    /// Whether the lists that words name are known; squid knows them only from the lines before.
    private func knowsLists(_ text: Span<UInt8>, _ words: ArraySlice<Range<Int>>) -> Bool {
        words.allSatisfy { lists[Self.listName(text.extracting($0)).name] != nil }
    }

    /// Whether the lists of another statement of the form `KEYWORD [WHAT] allow|deny LIST …` are known.
    private func knowsNames(_ text: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        let keyword = text.extracting(words[0])
        let hasSubject =
            keyword.equals("request_header_access") || keyword.equals("reply_header_access")
            || keyword.equals("adaptation_access")
        let place = hasSubject ? 2 : 1
        guard words.count > place, !mayLackLists, !keyword.equals("note") else { return true }
        let action = text.extracting(words[place])
        guard action.equals("allow") || action.equals("deny") else { return true }
        return knowsLists(text, words[(place + 1)...])
    }

    private mutating func readList(
        _ text: Span<UInt8>,
        _ words: [Range<Int>],
        _ place: (text: Span<UInt8>, range: Range<Int>, line: Int),
        _ sink: inout RuleSink
    ) {
        // One of 63 octets is taken, but no line can name it.
        guard words.count >= 3, words[1].count <= 62,
            let options = SquidAccessType.options(text.extracting(words[2]))
        else { return refuse(place.text, place.range, place.line, &sink) }
        let (name, type) = (Self.listName(text.extracting(words[1])).name, text.extracting(words[2]))
        guard lists.count < Self.maximumLists else {
            note(fault: place.range, place.line)
            return sink.skip(.tooManyParts, place.text, place.range, place.line)
        }
        let added = SquidAccessList(type: type)
        var list = lists[name] ?? added
        if list.name.isEmpty { list.name = text.extracting(words[1]).octets }
        // squid drops what older versions needed.
        if name.elementsEqual("manager".utf8), type.equals("proto") { return }
        guard list.type == added.type else { return refuse(place.text, place.range, place.line, &sink) }
        if list.kind != added.kind { list.isOpen = true }
        var ignoresCase = false
        var values = words.dropFirst(3)
        var end = words[2].upperBound
        while let word = values.first, text[word.lowerBound] == 0x2D || text[word.lowerBound] == 0x2B {
            values.removeFirst()
            end = word.upperBound
            let option = text.extracting(word)
            if option.equals("--") { break }
            guard SquidAccessType.takes(option, options) else {
                return refuse(place.text, place.range, place.line, &sink)
            }
            if list.kind == .host, option.octets.contains(0x6E) { list.looksUpAddresses = false }
            if option.octets.contains(0x69) { ignoresCase = option[0] == 0x2D }
        }
        if type.equals("any-of") || type.equals("all-of"), !mayLackLists, !knowsLists(text, values) {
            return refuse(place.text, place.range, place.line, &sink)
        }
        switch definitions.standing(type, text, values, isNew: lists[name] == nil) {
        case .starts: break
        case .refused where mayLackLists: break
        case .refused: return refuse(place.text, place.range, place.line, &sink)
        case .unknown(let reason):
            mayNotStart(reason, place.text, place.range, place.line, &sink)
        }
        // Out of the table, or every statement would copy the values of all before it.
        lists[name] = nil
        places.append(self.place(place.range, place.line))
        readValues(text, from: end, ignoresCase, &list, place, &sink)
        list.endLine()
        lists[name] = list
    }

    private mutating func readAccess(
        _ statement: Span<UInt8>,
        _ words: [Range<Int>],
        _ text: Span<UInt8>,
        _ whole: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let action = words.count >= 3 ? statement.extracting(words[1]) : statement.extracting(0..<0)
        guard action.equals("allow") || action.equals("deny") else {
            return sink.drop(.skippedStatement, text, whole, line)
        }
        guard knowsLists(statement, words.dropFirst(2)) else {
            // What may bring the list leaves open what comes behind it.
            return mayLackLists ? sink.skip(.include, text, whole, line) : refuse(text, whole, line, &sink)
        }
        let named = words.dropFirst(2).map { Self.listName(statement.extracting($0)) }
        let own = place(whole, line)
        var access = Access(allows: action.equals("allow"), lists: named, range: own.range, line: own.line)
        if include != nil {
            let shown = TerminalText.escaped(statement, limit: 120)
            access.origin = ListEntry(path: TerminalText.escaped(sink.path), line: line, text: shown)
        }
        if let origin = access.origin, sink.lacks(origin) { return }
        accesses.append(access)
    }
}
