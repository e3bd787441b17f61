import DNS
import Policy

/// Pieces of text that several exporters need.
enum ExportText {
    /// The text of a name in lower case; nil unless all of it is letters, digits, `-` and `_`, which every engine takes.
    static func plain(_ name: DomainName) -> [UInt8]? {
        guard !name.isRoot else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(name.wire.count)
        for label in name.labels {
            if !text.isEmpty { text.append(0x2E) }
            for octet in label {
                let lower = asciiLowercased(octet)
                guard isPlain(lower) else { return nil }
                text.append(lower)
            }
        }
        return text
    }

    static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    /// A regular expression (RE2 and extended POSIX alike) for a name with its reach.
    static func expression(_ scope: Scope, _ name: [UInt8]) -> [UInt8] {
        let head: String
        switch scope {
        case .exact, .node: head = "^"
        case .subtree: head = "(\\.|^)"
        case .below: head = "\\."
        }
        return Array(head.utf8) + escaped(name) + [0x24]
    }

    /// The same for a text pattern; nil when an octet of it is not plain.
    static func expression(_ pattern: TextPattern) -> [UInt8]? {
        var text: [UInt8] = []
        switch pattern.start {
        case .anywhere: break
        case .beginning: text.append(0x5E)
        case .label: text += Array("(^|\\.)".utf8)
        }
        for token in pattern.tokens {
            switch token {
            case .octet(let octet):
                guard octet == 0x2E || isPlain(octet) else { return nil }
                text += escaped([octet])
            case .any: text += Array(".*".utf8)
            case .run: text += Array("[^.]*".utf8)
            case .one: text.append(0x2E)
            case .oneOf: return nil
            case .separator: text += Array("([^a-z0-9.%_-]|$)".utf8)
            }
        }
        if pattern.endsAtEnd { text.append(0x24) }
        return text.isEmpty ? nil : text
    }

    private static func escaped(_ text: [UInt8]) -> [UInt8] {
        text.flatMap { $0 == 0x2E ? [0x5C, 0x2E] : [$0] }
    }

    /// `type data` of a record in presentation form; types without a form of their own in that of RFC 3597.
    static func record(_ record: LocalRecord) -> String? {
        if let address = record.address { return "\(record.type) \(address)" }
        if record.type == .cname {
            return (try? DomainName(wire: record.data)).map { "CNAME " + ($0.isRoot ? "." : "\($0).") }
        }
        let digits = record.data.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return "TYPE\(record.type.rawValue) \\# \(record.data.count) \(digits)"
    }

    /// The mnemonics of a coverage; nil when a type has none.
    static func mnemonics(_ coverage: TypeCoverage) -> [String]? {
        var names: [String] = []
        for raw in coverage.types.sorted() where raw != RRType.any.rawValue {
            let name = RRType(rawValue: raw).description
            guard !name.hasPrefix("TYPE") else { return nil }
            names.append(name)
        }
        return names
    }
}

extension TierRule {
    /// Why a list of names that are blocked or allowed whoever asks for what cannot say it; nil where it may.
    var omissionFromPlainLists: Omission? {
        guard allows || action == .block else { return .data }
        guard excluded.isEmpty else { return .denyallow }
        return coverage == .all ? nil : .types
    }
}
