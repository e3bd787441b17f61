import DNS
import Policy
import TextScan

/// squid.conf (squid 5.7, compared with the running proxy): the first `http_access` line of which every `acl` holds decides;
/// where none does, the opposite of the last one; without any, all are denied. With a file that squid refuses to start with
/// every verdict is open. Hosts are asked for with `GET` at port 80 and `CONNECT` at port 443; a
/// line that tells those apart is not evaluated.
struct SquidConfigurationReader {
    private static let maximumLists = 2000

    /// Whether a text is a squid.conf with rules.
    static func recognises(_ text: Span<UInt8>) -> Bool {
        var scanner = LineScanner(text.extracting(0..<min(text.count, 1 << 20)))
        var hasLists = false
        while let line = scanner.next() {
            let words = statement(text, line.range)
            guard words.count >= 3 else { continue }
            if text.extracting(words[0]).equals("acl") { hasLists = true }
            guard text.extracting(words[0]).equals("http_access") else { continue }
            let action = text.extracting(words[1])
            if action.equals("deny") || action.equals("allow") {
                return hasLists || SquidAccessList.builtIn[listName(text.extracting(words[2])).name] != nil
            }
        }
        return false
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var reader = SquidConfigurationReader()
        var scanner = LineScanner(text)
        var begun: (range: Range<Int>, line: Int)?
        while let line = scanner.next() {
            guard sink.accepts(line, text) else {
                reader.fault = reader.fault ?? (line.range, line.number)
                continue
            }
            var range = line.range
            var number = line.number
            if let begun { (range, number) = (begun.range.lowerBound..<range.upperBound, begun.line) }
            begun = nil
            // A backslash at the end goes on with the next line, but not that of a comment.
            let isComment = range.lowerBound == line.range.lowerBound && Self.isComment(text, range)
            if range.count > 0, !isComment, text[range.upperBound - 1] == 0x5C,
                range.count < LineScanner.defaultMaximumLength
            {
                begun = (range, number)
                continue
            }
            reader.readStatement(text, range, number, &sink)
        }
        if let begun { reader.readStatement(text, begun.range, begun.line, &sink) }
        reader.write(text, &sink)
    }

    private static func isComment(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let content = text.trimmedRange(in: range)
        return !content.isEmpty && text[content.lowerBound] == 0x23
    }

    private struct Access {
        var allows: Bool
        /// Whether it is a line of access rules, and not one that may bring some.
        var isAccess = true
        var lists: [(name: [UInt8], isNegated: Bool)]
        var range: Range<Int>
        var line: Int
    }

    /// By name, which squid compares without case.
    private var lists = SquidAccessList.builtIn
    private var accesses: [Access] = []
    /// The first statement that squid refuses to start with, or that is not known.
    private var fault: (range: Range<Int>, line: Int)?
    /// Whether lists may come from elsewhere.
    private var mayLackLists: Bool { accesses.contains { !$0.isAccess } }

    // MARK: - Statements

    private mutating func readStatement(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        let words = Self.statement(text, range)
        guard let first = words.first, let last = words.last else { return }
        let whole = first.lowerBound..<last.upperBound
        let keyword = text.extracting(first)
        if keyword.equals("acl") {
            readList(text, words, whole, line, &sink)
        } else if keyword.equals("http_access") {
            readAccess(text, words, whole, line, &sink)
        } else if keyword.equals("include") || keyword.equals("if") || keyword.equals("else") || keyword.equals("endif")
        {
            sink.skip(.include, text, whole, line)
            accesses.append(Access(allows: true, isAccess: false, lists: [], range: whole, line: line))
        } else if keyword.equals("url_rewrite_program") || keyword.equals("adapted_http_access")
            || keyword.equals("http_reply_access") || keyword.equals("miss_access")
        {
            sink.skip(.otherAccess, text, whole, line)
            checkNames(text, words, whole, line, &sink)
        } else {
            checkNames(text, words, whole, line, &sink)
        }
    }

    private mutating func refuse(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        sink.skip(.refusedFile, text, range, line)
        fault = fault ?? (range, line)
    }

    /// The name of a list that a word of an access rule has, in lower case.
    private static func listName(_ word: Span<UInt8>) -> (name: [UInt8], isNegated: Bool) {
        let isNegated = word.count > 0 && word[0] == 0x21
        let name = word.octets.dropFirst(isNegated ? 1 : 0).map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        return (name, isNegated)
    }

    /// Whether the lists that words name are known; squid knows them only from the lines before.
    private func knowsLists(_ text: Span<UInt8>, _ words: ArraySlice<Range<Int>>) -> Bool {
        words.allSatisfy { lists[Self.listName(text.extracting($0)).name] != nil }
    }

    /// Looks for the lists of other statements of the form `KEYWORD [WHAT] allow|deny LIST …`.
    private mutating func checkNames(
        _ text: Span<UInt8>,
        _ words: [Range<Int>],
        _ whole: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let keyword = text.extracting(words[0])
        let hasSubject =
            keyword.equals("request_header_access") || keyword.equals("reply_header_access")
            || keyword.equals("adaptation_access")
        let place = hasSubject ? 2 : 1
        guard words.count > place, !mayLackLists, !keyword.equals("note") else { return }
        let action = text.extracting(words[place])
        guard action.equals("allow") || action.equals("deny") else { return }
        if !knowsLists(text, words[(place + 1)...]) { refuse(text, whole, line, &sink) }
    }

    /// The words of a statement; a regular expression may have a backslash in it.
    private static func statement(_ text: Span<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let octet = text[position]
            let goesOn = octet == 0x5C && position + 1 < range.upperBound && text[position + 1] < 0x20
            guard !isBlank(octet), octet >= 0x20, !goesOn else {
                position += 1
                continue
            }
            guard octet != 0x23 else { break }
            let start = position
            while position < range.upperBound, !isBlank(text[position]), text[position] >= 0x20 { position += 1 }
            var end = position
            if text[end - 1] == 0x5C, position < range.upperBound, text[position] < 0x20 { end -= 1 }
            if end > start { fields.append(start..<end) }
        }
        return fields
    }

    private mutating func readList(
        _ text: Span<UInt8>,
        _ words: [Range<Int>],
        _ whole: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard words.count >= 3, words[1].count <= 63,
            let options = SquidAccessType.options(text.extracting(words[2]))
        else { return refuse(text, whole, line, &sink) }
        let (name, type) = (Self.listName(text.extracting(words[1])).name, text.extracting(words[2]))
        guard lists.count < Self.maximumLists else {
            fault = fault ?? (whole, line)
            return sink.skip(.tooManyParts, text, whole, line)
        }
        let isExpression = type.equals("dstdom_regex")
        let added = SquidAccessList(type: type)
        var list = lists[name] ?? added
        // squid drops what older versions needed.
        if name.elementsEqual("manager".utf8), type.equals("proto") { return }
        guard list.type == added.type else { return refuse(text, whole, line, &sink) }
        if list.kind != added.kind { list.isOpen = true }
        var ignoresCase = false
        var values = words.dropFirst(3)
        while let word = values.first, text[word.lowerBound] == 0x2D || text[word.lowerBound] == 0x2B {
            values.removeFirst()
            let option = text.extracting(word)
            if option.equals("--") { break }
            guard SquidAccessType.takes(option, options) else { return refuse(text, whole, line, &sink) }
            if option.octets.contains(0x69) { ignoresCase = option[0] == 0x2D }
        }
        if type.equals("any-of") || type.equals("all-of"), !mayLackLists, !knowsLists(text, values) {
            return refuse(text, whole, line, &sink)
        }
        // Out of the table, or every statement would copy the values of all before it.
        lists[name] = nil
        for word in values {
            let value = text.extracting(word)
            if isExpression, value.equals("-i") || value.equals("+i") {
                ignoresCase = value.equals("-i")
            } else if let file = Self.file(value), list.kind == .host, let octets = sink.companions[file] {
                readFile(octets, file, &list, isExpression: isExpression, ignoresCase: ignoresCase, &sink)
            } else if value[0] == 0x22 || value.firstIndex(of: 0x28) == value.count - 1 {
                list.isOpen = true
                sink.skip(.aclFile, text, word, line)
            } else if !list.add(value.octets, isExpression: isExpression, ignoresCase: ignoresCase) {
                refuse(text, whole, line, &sink)
            }
        }
        lists[name] = list
    }

    /// The files with values that lie beside the configuration, by their names without folders.
    static func files(_ text: Span<UInt8>) -> Set<String> {
        var files: Set<String> = []
        var scanner = LineScanner(text)
        while let line = scanner.next(), files.count < 64 {
            for word in statement(text, line.range) {
                if let file = file(text.extracting(word)) { files.insert(file) }
            }
        }
        return files
    }

    /// The name of the file that a word in quotes is the path of.
    private static func file(_ word: Span<UInt8>) -> String? {
        guard word.count > 2, word[0] == 0x22, word[word.count - 1] == 0x22 else { return nil }
        var start = 1
        for index in 1..<(word.count - 1) {
            guard word[index] >= 0x20 else { return nil }
            if word[index] == 0x2F { start = index + 1 }
        }
        guard start < word.count - 1, word[start] != 0x2E else { return nil }
        return word.extracting(start..<(word.count - 1)).string
    }

    private func readFile(
        _ octets: [UInt8],
        _ file: String,
        _ list: inout SquidAccessList,
        isExpression: Bool,
        ignoresCase: Bool,
        _ sink: inout RuleSink
    ) {
        var ignoresCase = ignoresCase
        let (path, lines) = (sink.path, sink.lines)
        sink.path = file
        var scanner = LineScanner(octets.span)
        while let line = scanner.next() {
            guard sink.accepts(line, octets.span), let value = SquidReader.value(octets.span, line, &sink) else {
                continue
            }
            let word = octets.span.extracting(value)
            if isExpression, word.equals("-i") || word.equals("+i") {
                ignoresCase = word.equals("-i")
            } else if !list.add(word.octets, isExpression: isExpression, ignoresCase: ignoresCase) {
                sink.drop(.badStatement, octets.span, value, line.number)
            }
        }
        (sink.path, sink.lines) = (path, lines)
    }

    private mutating func readAccess(
        _ text: Span<UInt8>,
        _ words: [Range<Int>],
        _ whole: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let action = words.count >= 3 ? text.extracting(words[1]) : text.extracting(0..<0)
        guard action.equals("allow") || action.equals("deny") else {
            return sink.drop(.skippedStatement, text, whole, line)
        }
        guard knowsLists(text, words.dropFirst(2)) else {
            // What may bring the list leaves open what comes behind it.
            return mayLackLists ? sink.skip(.include, text, whole, line) : refuse(text, whole, line, &sink)
        }
        let named = words.dropFirst(2).map { Self.listName(text.extracting($0)) }
        accesses.append(Access(allows: action.equals("allow"), lists: named, range: whole, line: line))
    }

    // MARK: - Rules

    private func write(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var properties: [NameProperty] = []
        var clients: [[AddressRange]] = []
        var conditions: [[UInt8]: QueryCondition] = [:]
        for access in accesses {
            for (name, _) in access.lists where conditions[name] == nil {
                guard let list = lists[name], !list.isOpen else { continue }
                conditions[name] = Self.condition(list, &properties, &clients)
            }
        }
        var writer = OrderedRuleWriter(properties, clients: clients, octets: text.count)
        if let fault {
            let place = Access(allows: true, lists: [], range: fault.range, line: fault.line)
            var open = rule(place, .constant(true), allows: true)
            open.action = .unsupported
            writer.write(open, text, &sink)
        }
        var isSettled = false
        for access in accesses {
            let forms = SquidAccessList.Request.all.map { condition(access, $0, conditions) }
            let isKnown = forms.allSatisfy { $0.isKnown && $0.form == forms[0].form } && forms[0].form.size <= 64
            guard !isKnown else {
                isSettled = isSettled || forms[0].form == .constant(true)
                writer.write(rule(access, forms[0].form, allows: access.allows), text, &sink)
                continue
            }
            // A statement without lists is counted already.
            if access.isAccess { sink.skip(.requestState, text, access.range, access.line) }
            var open = rule(access, QueryCondition.any(forms.map(\.form)).resolved { _ in nil }, allows: true)
            open.action = .unsupported
            writer.write(open, text, &sink)
        }
        guard !isSettled else { return }
        let last = accesses.last(where: \.isAccess) ?? Access(allows: true, lists: [], range: 0..<0, line: 1)
        var implied = rule(last, .constant(true), allows: !last.allows)
        implied.ruleClass = .implied
        let before = sink.builder.ruleCount
        writer.write(implied, text, &sink)
        sink.noteOpenRules(sink.builder.ruleCount - before)
    }

    private func rule(_ access: Access, _ condition: QueryCondition, allows: Bool) -> OrderedRule {
        OrderedRule(
            condition: condition,
            action: allows ? .allow : .block,
            ruleClass: allows ? .listAllow : .block,
            range: access.range,
            line: access.line
        )
    }

    /// What a line asks of host and client for a request, as far as that is known.
    private func condition(
        _ access: Access,
        _ request: SquidAccessList.Request,
        _ conditions: [[UInt8]: QueryCondition]
    ) -> (form: QueryCondition, isKnown: Bool) {
        var parts: [QueryCondition] = []
        var isKnown = access.isAccess
        for (name, isNegated) in access.lists {
            guard let list = lists[name] else { continue }
            let part = list.isOpen ? nil : list.holds(for: request).map { .constant($0) } ?? conditions[name]
            guard let part else {
                isKnown = false
                continue
            }
            parts.append(isNegated ? .not(part) : part)
        }
        let whole = QueryCondition.all(parts).resolved { _ in nil }
        // One that never holds needs nothing else.
        return (whole, isKnown || whole == .constant(false))
    }

    private static func condition(
        _ list: SquidAccessList,
        _ properties: inout [NameProperty],
        _ clients: inout [[AddressRange]]
    ) -> QueryCondition {
        switch list.kind {
        case .client:
            guard !list.clients.isEmpty else { return .constant(false) }
            clients.append(list.clients)
            return .client(clients.count - 1)
        case .host:
            var parts: [QueryCondition] = []
            func add(_ property: NameProperty) {
                properties.append(property)
                parts.append(.property(properties.count - 1))
            }
            if !list.names.below.isEmpty { add(.belowNames(list.names.below)) }
            if !list.names.exact.isEmpty { add(.isOneName(list.names.exact)) }
            for expression in list.expressions { add(.regex(expression, .tre)) }
            return parts.isEmpty ? .constant(false) : parts.count == 1 ? parts[0] : .any(parts)
        case .port, .method, .other: return .constant(false)
        }
    }
}
