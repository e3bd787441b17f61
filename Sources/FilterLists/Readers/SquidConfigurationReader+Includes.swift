import Policy
import TextScan

/// `include` of squid.conf: files and patterns, each read where the statement stands (compared with squid 5.7).
extension SquidConfigurationReader {
    private static let maximumPatterns = 64

    /// What the `include` statements of a text name.
    static func includes(_ text: Span<UInt8>) -> [String] {
        var found: [String] = []
        var scanner = LineScanner(text, maximumLength: SquidStatement.lineLimit)
        while let line = scanner.next(), found.count < maximumPatterns {
            let statement = text.extracting(line.range)
            let words = SquidStatement.words(statement)
            guard let first = words.first, statement.extracting(first).equals("include") else { continue }
            for word in words.dropFirst() {
                let pattern = pattern(statement.extracting(word))
                if !found.contains(pattern) { found.append(pattern) }
            }
        }
        return found
    }

    /// A word of an `include`, which may stand in quotes.
    private static func pattern(_ word: Span<UInt8>) -> String {
        let isQuoted = word.count > 1 && word[0] == 0x22 && word[word.count - 1] == 0x22
        return (isQuoted ? word.extracting(1..<(word.count - 1)) : word).string
    }

    /// Reads what an `include` names, or leaves open what comes behind it.
    mutating func readIncluded(
        _ statement: Span<UInt8>,
        _ words: ArraySlice<Range<Int>>,
        _ place: (text: Span<UInt8>, range: Range<Int>, line: Int),
        _ sink: inout RuleSink
    ) {
        // It looks for the words of a comment as well.
        guard statement.firstIndex(of: 0x23) == nil else {
            return refuse(place.text, place.range, place.line, &sink)
        }
        let isOutermost = include == nil
        defer { if isOutermost { include = nil } }
        for word in words {
            let included = sink.includedTexts[Self.pattern(statement.extracting(word))]
            guard case .lists(let lists) = included, depth < 16 else {
                var reason = UnsupportedReason.include
                if case .missing(let known) = included { reason = known }
                leaveOpen(reason, place.text, place.range, place.line, &sink)
                continue
            }
            if isOutermost { include = (place.range, place.line) }
            for list in lists { read(list, &sink) }
        }
    }

    private mutating func read(_ list: ListText, _ sink: inout RuleSink) {
        let (path, lines) = (sink.path, sink.lines)
        let (companions, texts) = (sink.companions, sink.includedTexts)
        sink.path = list.path
        sink.companions = list.companions(Self.files)
        sink.includedTexts = list.included
        depth += 1
        readStatements(list.octets.span, &sink)
        depth -= 1
        (sink.path, sink.lines) = (path, lines)
        (sink.companions, sink.includedTexts) = (companions, texts)
    }
}
