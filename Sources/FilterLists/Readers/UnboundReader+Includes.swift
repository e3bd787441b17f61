import DNS
import Policy
import TextScan

/// What Unbound's configuration includes: files that are not followed, and that lists of the layer may stand for.
extension UnboundReader {
    /// A file that is not followed may hold anything, unless it is given as a list of its own.
    static func include(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        state.access.hasIncludes = true
        if key.equals("include-toplevel") { begin(.server, text, rule, line, &state, &sink) }
        let files = state.clause == .server ? IncludedFiles(pattern: text.extracting(value).string) : nil
        let earlier = sink.builder.included.lists
        if let reason = sink.missing(files) {
            sink.skip(reason, text, rule, line)
            return sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line)
        }
        if key.equals("include") {
            sink.builder.included.continued.formUnion(sink.builder.included.lists.subtracting(earlier))
        }
        state.included = (rule, line)
        guard sink.includesInOrder(since: earlier) else { return misplace(text, rule, line, &sink) }
        sink.drop(.option, text, rule, line)
    }

    /// What lines that begin with an `include` name.
    static func includes(_ text: Span<UInt8>) -> [String] {
        var found: [String] = []
        var lines = LineScanner(text)
        while found.count < 64, let line = lines.next() {
            let statement = text.extracting(line.range).trimmed
            for key in includeKeys where statement.hasPrefix(key) {
                let word = statement.extracting(key.utf8CodeUnitCount..<statement.count).trimmed
                let octets = word.octets
                let isQuoted = octets.first == 0x22
                let path = isQuoted ? octets.dropFirst().prefix { $0 != 0x22 } : octets.prefix { !isBlank($0) }
                found.append(String(decoding: path, as: UTF8.self))
            }
        }
        return found
    }

    private static let includeKeys: [StaticString] = ["include:", "include-toplevel:"]

    /// Leaves every name open because what Unbound reads at one place stands at another here.
    /// - Parameter next: the line of the first statement about names behind it, where that is why.
    static func misplace(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        before next: Int? = nil,
        _ sink: inout RuleSink
    ) {
        sink.skip(.includeOrder(before: next), text, rule, line)
        sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line)
    }
}
