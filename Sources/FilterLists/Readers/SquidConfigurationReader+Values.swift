import DNS
import Policy
import TextScan

/// The values of lists, in the statement and in files.
extension SquidConfigurationReader {
    mutating func readValues(
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
        list.nextPlace = ListEntry(path: TerminalText.escaped(sink.path), line: place.line, text: "", isWord: true)
        for word in words {
            let value = text.extracting(word)
            if list.isExpression, value.equals("-i") || value.equals("+i") {
                ignoresCase = value.equals("-i")
                continue
            }
            if value[0] == 0x22 || value[0] == 0x27 {
                readFile(value, &list, ignoresCase: ignoresCase, place, &sink)
                // What stands behind a file is lost.
                return
            }
            if sink.lacks(list.nextPlace, value) { continue }
            take(list.add(value.octets, at: places.count - 1, ignoresCase: ignoresCase), place, &sink)
        }
    }

    /// Reads the values of a file that a word in quotes names; of what is not evaluated it is looked at whether squid starts with it.
    private mutating func readFile(
        _ word: Span<UInt8>,
        _ list: inout SquidAccessList,
        ignoresCase: Bool,
        _ place: (text: Span<UInt8>, range: Range<Int>, line: Int),
        _ sink: inout RuleSink
    ) {
        guard let file = Self.file(word).flatMap({ sink.companions[$0] }) else {
            let path = TerminalText.escaped(word, limit: 200)
            if Self.needsValues.contains(where: { list.type.span.equals($0) }) {
                mayNotStart(.missingFile(path), place.text, place.range, place.line, &sink)
            } else {
                sink.skip(.aclFile(path), place.text, place.range, place.line)
            }
            return list.lacks(.aclFile(path, ofList: list.name, on: place.line))
        }
        guard list.kind != .host else { return readFile(file, &list, ignoresCase: ignoresCase, place, &sink) }
        var tried = list
        readFile(file, &tried, ignoresCase: false, place, &sink)
        list.keepEntries(of: tried)
        list.isOpen = true
        sink.skip(.otherValues, place.text, place.range, place.line)
    }

    /// Types of lists that squid does not start with where their file is not there.
    private static let needsValues: [StaticString] = [
        "maxconn", "random", "has", "clientside_mark", "client_connection_mark", "note", "annotate_client",
        "annotate_transaction", "max_user_ip",
    ]

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
            let words = SquidStatement.words(statement)
            // What is included may stand in quotes as well.
            if let first = words.first, statement.extracting(first).equals("include") { continue }
            for word in words {
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
        valueOctets += text.count
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text), let value = SquidReader.value(text, line, &sink) else { continue }
            let word = text.extracting(value)
            list.nextPlace = ListEntry(path: shown, line: line.number, text: "")
            if sink.lacks(list.nextPlace) { continue }
            if list.isExpression, word.equals("-i") || word.equals("+i") {
                ignoresCase = word.equals("-i")
            } else if SquidDefinitions.isLookedUp(word, type: list.type.span) {
                sink.skip(.hostAddress, text, value, line.number)
                note(fault: place.range, place.line)
            } else if case .refused = list.add(word.octets, at: places.count - 1, ignoresCase: ignoresCase) {
                sink.skip(.refusedFile, text, value, line.number)
                note(fault: place.range, place.line)
            }
        }
        (sink.path, sink.lines) = (path, lines)
    }
}
