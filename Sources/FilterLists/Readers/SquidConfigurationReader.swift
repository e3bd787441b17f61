import DNS
import Policy
import TextScan

/// squid.conf (squid 5.7, compared with the running proxy): the first `http_access` line of which every `acl` holds decides;
/// where none does, the opposite of the last one. Hosts are asked for with `GET` at port 80 and `CONNECT` at port 443; a
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
                return hasLists || text.extracting(words[2]).equals("all")
            }
        }
        return false
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var reader = SquidConfigurationReader()
        var scanner = LineScanner(text)
        var begun: (range: Range<Int>, line: Int)?
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            var range = line.range
            var number = line.number
            if let begun { (range, number) = (begun.range.lowerBound..<range.upperBound, begun.line) }
            begun = nil
            // A backslash at the end goes on with the next line.
            if range.count > 0, text[range.upperBound - 1] == 0x5C, range.count < LineScanner.defaultMaximumLength {
                begun = (range, number)
                continue
            }
            reader.readStatement(text, range, number, &sink)
        }
        if let begun { reader.readStatement(text, begun.range, begun.line, &sink) }
        reader.write(text, &sink)
    }

    private struct Access {
        var allows: Bool
        /// Whether it is a line of access rules, and not one that may bring some.
        var isAccess = true
        var lists: [(name: [UInt8], isNegated: Bool)]
        var range: Range<Int>
        var line: Int
    }

    private var lists: [[UInt8]: SquidAccessList] = [:]
    private var accesses: [Access] = []

    private init() {
        var everybody = SquidAccessList(type: Array("src".utf8).span)
        everybody.isAll = true
        lists[Array("all".utf8)] = everybody
        var own = SquidAccessList(type: Array("src".utf8).span)
        own.clients = AddressRange.loopback
        lists[Array("localhost".utf8)] = own
        // The addresses that a host has are not known.
        lists[Array("to_localhost".utf8)] = SquidAccessList(type: Array("dst".utf8).span)
        // Its own pages are no host that is asked for.
        lists[Array("manager".utf8)] = SquidAccessList(type: Array("method".utf8).span)
    }

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
        }
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
        guard words.count >= 3, words[1].count <= 64 else { return sink.drop(.badStatement, text, whole, line) }
        let name = text.extracting(words[1]).octets
        let type = text.extracting(words[2])
        guard lists.count < Self.maximumLists else { return sink.skip(.tooManyParts, text, whole, line) }
        let isExpression = type.equals("dstdom_regex")
        let added = SquidAccessList(type: type)
        var list = lists[name] ?? added
        guard list.kind == added.kind else { return sink.drop(.badStatement, text, whole, line) }
        var ignoresCase = false
        for word in words.dropFirst(3) {
            let value = text.extracting(word)
            if value.equals("-i") || value.equals("+i") {
                ignoresCase = value.equals("-i")
            } else if value[0] == 0x2D, list.kind == .host, value.count == 2 {
                // -n: do not look the names of addresses up.
                continue
            } else if let file = Self.file(value), list.kind == .host, let octets = sink.companions[file] {
                readFile(octets, file, &list, isExpression: isExpression, ignoresCase: ignoresCase, &sink)
            } else if value[0] == 0x22 || value.firstIndex(of: 0x28) == value.count - 1 {
                list.isOpen = true
                sink.skip(.aclFile, text, word, line)
            } else if !list.add(value.octets, isExpression: isExpression, ignoresCase: ignoresCase) {
                sink.drop(.badStatement, text, word, line)
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
        guard words.count >= 2 else { return sink.drop(.badStatement, text, whole, line) }
        let action = text.extracting(words[1])
        guard action.equals("allow") || action.equals("deny") else {
            return sink.drop(.badStatement, text, whole, line)
        }
        var access = Access(allows: action.equals("allow"), lists: [], range: whole, line: line)
        for word in words.dropFirst(2) {
            let isNegated = text[word.lowerBound] == 0x21
            let name = text.extracting(word).octets.dropFirst(isNegated ? 1 : 0)
            // squid knows lists only from the lines before.
            guard lists[Array(name)] != nil else { return sink.drop(.badStatement, text, whole, line) }
            access.lists.append((Array(name), isNegated))
        }
        accesses.append(access)
    }

    // MARK: - Rules

    private func write(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard let last = accesses.last(where: \.isAccess) else { return }
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
        for access in accesses {
            let forms = SquidAccessList.Request.all.map { condition(access, $0, conditions) }
            let isKnown = forms.allSatisfy { $0.isKnown && $0.form == forms[0].form } && forms[0].form.size <= 64
            guard !isKnown else {
                writer.write(rule(access, forms[0].form, allows: access.allows), text, &sink)
                continue
            }
            // A statement without lists is counted already.
            if access.isAccess { sink.skip(.requestState, text, access.range, access.line) }
            var open = rule(access, QueryCondition.any(forms.map(\.form)).resolved { _ in nil }, allows: true)
            open.action = .unsupported
            writer.write(open, text, &sink)
        }
        writer.write(rule(last, .constant(true), allows: !last.allows), text, &sink)
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
