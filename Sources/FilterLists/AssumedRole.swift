import Policy
import TextScan

/// Why a list whose role nobody said is taken for one of names to allow.
public enum AssumedRole: String, Sendable {
    /// Its engine has such lists above all: what firewalls let through. Nothing says that this is one.
    case engine = "role-assumed"
    /// It calls itself so, by its file name or its title.
    case name = "role-named"

    /// What follows for a list; nil where it is one of names to block.
    init?(_ text: Span<UInt8>, path: String, _ detection: Detection) {
        let engine = detection.engine
        guard engine.profile.rank(of: .listAllow) != nil, Self.formats.contains(detection.format.id) else { return nil }
        if Self.isNamed(path) || Self.isTitled(text) {
            self = .name
        } else if AllowListLines.engines.contains(engine) {
            self = .engine
        } else {
            return nil
        }
    }

    /// What to say of it.
    func diagnostic(_ path: String) -> Diagnostic {
        let text =
            switch self {
            case .engine:
                "is taken for names to allow, as most lists of this engine are; --role block (`role: block` in a stack file) reads "
                    + "it as names to block, --role allow says that this is right"
            case .name:
                "calls itself a list of names to allow and is read as one; --role block (`role: block` in a stack file) reads it as "
                    + "names to block"
            }
        return Diagnostic(path: path, reason: rawValue, text: text)
    }

    /// Formats whose lines do not say themselves whether they block.
    private static let formats: Set = ["domains", "wildcard", "hosts", "dnscrypt", "regex", "squid"]

    private static func isNamed(_ path: String) -> Bool { isAllowing(words(ListText.file(path).utf8)) }

    /// Whether a comment in front says `Title: … whitelist`.
    private static func isTitled(_ text: Span<UInt8>) -> Bool {
        var scanner = LineScanner(text.extracting(0..<min(text.count, 4096)))
        var lines = 0
        while lines < 30, let line = scanner.next() {
            lines += 1
            let content = text.trimmedRange(in: line.range)
            guard let first = content.first, text[first] == 0x23 || text[first] == 0x21 else { continue }
            let words = words(text.extracting(content).octets)
            if words.first == "title" { return isAllowing(words) }
        }
        return false
    }

    private static func words(_ octets: some Sequence<UInt8>) -> [String] {
        let lower = octets.map { octet in 0x41...0x5A ~= octet ? octet | 0x20 : octet }
        return lower.split { !(0x61...0x7A ~= $0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func isAllowing(_ words: [String]) -> Bool {
        let blocking: Set = ["block", "blocked", "blocklist", "blacklist", "black", "deny", "denylist"]
        guard !words.contains(where: blocking.contains) else { return false }
        let allowing: Set = ["allowlist", "allowlists", "whitelist", "whitelists", "allow", "allowed", "white"]
        return words.contains(where: allowing.contains)
    }
}
