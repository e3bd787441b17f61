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
        var scanner = LineScanner(text.extracting(0..<min(text.count, 1 << 20)))
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
        var scanner = LineScanner(text, maximumLength: SquidStatement.lineLimit)
        var statement: SquidStatement?
        // squid's lines end at a line feed, and what is behind a lone carriage return is lost.
        var isLost = false
        while let line = scanner.next() {
            let (end, isRest) = (line.range.upperBound, isLost)
            isLost = end < text.count && text[end] == 0x0D && (end + 1 == text.count || text[end + 1] != 0x0A)
            guard !isRest else { continue }
            guard sink.accepts(line, text) else {
                reader.fault = reader.fault ?? (line.range, line.number)
                continue
            }
            var begun = statement ?? SquidStatement(on: line)
            statement = nil
            if begun.add(text, line.range) {
                reader.read(begun, text, &sink)
            } else if !begun.octets.isEmpty || !begun.range.isEmpty {
                statement = begun
            }
        }
        reader.checkOverlaps(text, &sink)
        reader.write(text, &sink)
    }

    struct Access {
        var allows: Bool
        /// Whether it is a line of access rules, and not one that may bring some.
        var isAccess = true
        var lists: [(name: [UInt8], isNegated: Bool)]
        var range: Range<Int>
        var line: Int
    }

    /// By name, which squid compares without case.
    var lists = SquidAccessList.builtIn
    var accesses: [Access] = []
    /// What is asked of requests that they let pass.
    var later: [Access] = []
    /// What those are told whom a line denies that ends with a list of some name (`deny_info`).
    private(set) var denials: [(page: [UInt8], names: [[UInt8]])] = []
    private var definitions = SquidDefinitions()
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
        } else if keyword.equals("include") && words.count > 1 || keyword.equals("if") || keyword.equals("else")
            || keyword.equals("endif")
        {
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
                appendedDomain = appendedDomain ?? (whole, line)
            }
            if needsAccount(octets, words) {
                sink.skip(.account, text, whole, line)
                fault = fault ?? (whole, line)
            }
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
        later.append(Access(allows: true, lists: allows ? [] : named, range: place.range, line: place.line))
    }

    /// What may bring rules, or change how they are read, leaves open what comes behind it.
    private mutating func leaveOpen(
        _ reason: UnsupportedReason,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        sink.skip(reason, text, range, line)
        accesses.append(Access(allows: true, isAccess: false, lists: [], range: range, line: line))
    }

    mutating func refuse(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        sink.skip(.refusedFile, text, range, line)
        fault = fault ?? (range, line)
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
            fault = fault ?? (place.range, place.line)
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
            sink.skip(reason, place.text, place.range, place.line)
            fault = fault ?? (place.range, place.line)
        }
        // Out of the table, or every statement would copy the values of all before it.
        lists[name] = nil
        places.append((place.range, place.line))
        readValues(text, from: end, ignoresCase, &list, place, &sink)
        list.endLine()
        lists[name] = list
    }

    private mutating func readValues(
        _ text: Span<UInt8>,
        from start: Int,
        _ ignoresCase: Bool,
        _ list: inout SquidAccessList,
        _ place: (text: Span<UInt8>, range: Range<Int>, line: Int),
        _ sink: inout RuleSink
    ) {
        guard let words = SquidStatement.words(text, from: start, isExpression: list.isExpression) else {
            return refuse(place.text, place.range, place.line, &sink)
        }
        var ignoresCase = ignoresCase
        list.nextPlace = NameProperty.Place(path: TerminalText.escaped(sink.path), line: place.line)
        for word in words {
            let value = text.extracting(word)
            if list.isExpression, value.equals("-i") || value.equals("+i") {
                ignoresCase = value.equals("-i")
                continue
            }
            if value[0] == 0x22 || value[0] == 0x27 {
                let file = Self.file(value).flatMap { sink.companions[$0] }
                if list.kind == .host, let file {
                    readFile(file, &list, ignoresCase: ignoresCase, place, &sink)
                } else {
                    // Of what is not evaluated it is looked at whether squid starts with it.
                    var tried = list
                    if let file { readFile(file, &tried, ignoresCase: false, place, &sink) }
                    list.keepEntries(of: tried)
                    list.isOpen = true
                    sink.skip(.aclFile, place.text, place.range, place.line)
                }
                // What stands behind a file is lost.
                return
            }
            take(list.add(value.octets, at: places.count - 1, ignoresCase: ignoresCase), place, &sink)
        }
    }

    private mutating func take(
        _ result: SquidAccessList.Addition,
        _ place: (text: Span<UInt8>, range: Range<Int>, line: Int),
        _ sink: inout RuleSink
    ) {
        switch result {
        case .added: break
        case .ignored: sink.drop(.addressOverlap, place.text, place.range, place.line)
        case .refused: refuse(place.text, place.range, place.line, &sink)
        }
    }

    /// The paths of the files with values.
    static func files(_ text: Span<UInt8>) -> Set<String> {
        var files: Set<String> = []
        var scanner = LineScanner(text)
        while let line = scanner.next(), files.count < 64 {
            let statement = text.extracting(line.range)
            for word in SquidStatement.words(statement) {
                if let file = file(statement.extracting(word)) { files.insert(file) }
            }
        }
        return files
    }

    /// The path of a file that a word in quotes is.
    private static func file(_ word: Span<UInt8>) -> String? {
        guard word.count > 2, word[0] == 0x22 || word[0] == 0x27 else { return nil }
        let path = word.octets.dropFirst().prefix { $0 != 0x22 && $0 != 0x27 }
        guard path.allSatisfy({ $0 >= 0x20 }),
            let name = path.split(separator: 0x2F, omittingEmptySubsequences: false).last,
            let first = name.first, first != 0x2E
        else { return nil }
        return String(decoding: path, as: UTF8.self)
    }

    private mutating func readFile(
        _ file: ListText.Companion,
        _ list: inout SquidAccessList,
        ignoresCase: Bool,
        _ place: (text: Span<UInt8>, range: Range<Int>, line: Int),
        _ sink: inout RuleSink
    ) {
        var ignoresCase = ignoresCase
        let (path, lines) = (sink.path, sink.lines)
        sink.path = file.path
        let shown = TerminalText.escaped(file.path)
        let text = file.octets.span
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text), let value = SquidReader.value(text, line, &sink) else { continue }
            let word = text.extracting(value)
            list.nextPlace = NameProperty.Place(path: shown, line: line.number)
            if list.isExpression, word.equals("-i") || word.equals("+i") {
                ignoresCase = word.equals("-i")
            } else if SquidDefinitions.isLookedUp(word, type: list.type.span) {
                sink.skip(.hostAddress, text, value, line.number)
                fault = fault ?? (place.range, place.line)
            } else if case .refused = list.add(word.octets, at: places.count - 1, ignoresCase: ignoresCase) {
                refuse(place.text, place.range, place.line, &sink)
            }
        }
        (sink.path, sink.lines) = (path, lines)
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
        accesses.append(Access(allows: action.equals("allow"), lists: named, range: whole, line: line))
    }
}
