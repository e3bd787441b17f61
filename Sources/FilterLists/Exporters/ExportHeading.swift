import Policy
import TextScan

/// The first line of what is written. It says which engine is meant, so that nobody has to guess it who reads the file back.
enum ExportHeading {
    private static let start: StaticString = "Converted by Patchway from "
    /// Octets of a text that are looked at.
    private static let longest = 160

    /// The line, without the mark of a comment.
    static func text(from source: Engine, for target: Engine) -> String {
        "\(start)\(source.rawValue) rules for \(target.rawValue)"
    }

    /// The engine that a text says itself to be converted for.
    /// - Complexity: O(1)
    static func target(of text: Span<UInt8>) -> Engine? {
        let head = text.extracting(0..<min(longest, text.count))
        let line = head.extracting(0..<(head.firstIndex(of: 0x0A) ?? head.count)).trimmed
        guard line.count > 2, line[0] == 0x23 || line[0] == 0x21 || line[0] == 0x3B else { return nil }
        let words = line.extracting(1..<line.count).trimmed
        guard words.hasPrefix(start), let last = (0..<words.count).last(where: { words[$0] == 0x20 }) else {
            return nil
        }
        return Engine(rawValue: words.extracting((last + 1)..<words.count).string)
    }

    /// The list format that a text says itself to be; nil where several are written for its engine, which its lines tell.
    static func format(of text: Span<UInt8>) -> (format: ListFormat, engine: Engine)? {
        guard let engine = target(of: text) else { return nil }
        let formats = ExportFormat.all.filter { $0.engine == engine }
        guard formats.count == 1, let format = formats[0].listFormat else { return nil }
        return (format, engine)
    }

    /// Whether a text is commands that were written for Pi-hole, and no list.
    static func isCommands(_ text: Span<UInt8>) -> Bool {
        guard target(of: text) == .pihole, let end = text.firstIndex(of: 0x0A) else { return false }
        return text.hasPrefix("pihole ", at: end + 1)
    }
}
