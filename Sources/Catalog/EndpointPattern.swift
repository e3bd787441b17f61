public import DNS

/// A name pattern of an endpoint. It is compared on whole labels from the right, ASCII case ignored, so that look-alikes
/// (`notwindowsupdate.com`) and names with a search suffix (`windowsupdate.com.corp.example`) never match.
public struct EndpointPattern: Sendable, Hashable {
    /// How a pattern is compared.
    public enum Kind: String, Sendable, CaseIterable {
        /// That name only.
        case exact
        /// `*.X`: every name strictly below X, at any depth.
        case suffix
        /// `*.X`: X and every name below it.
        case suffixAndApex = "suffix+apex"
        /// The same number of labels; `*` inside a label is any run of octets, `?` is one octet.
        case glob
    }

    /// How this pattern is compared.
    public let kind: Kind
    /// The fixed right part: the name itself (exact), X (suffix), the labels right of the last wildcard (glob).
    public let base: DomainName
    /// All labels of a glob, leftmost first, in lower case; empty for the other kinds.
    let globLabels: [[UInt8]]

    /// The pattern as catalogs write it, in lower case: `*.update.microsoft.com`.
    public let text: String

    /// Reads a pattern.
    ///
    /// Only letters, digits, `-` and `_` may stand in labels, beside the wildcards that `kind` allows; a pattern must fix
    /// at least two labels on the right, because one label would take in a whole top-level domain.
    public init(_ text: String, kind: Kind) throws(EndpointPatternError) {
        let name: DomainName
        do {
            name = try DomainName(text).lowercased
        } catch {
            throw .name(error)
        }
        var labels = name.labels.map(Array.init)
        for label in labels {
            for octet in label where !Self.isAllowed(octet) { throw .octet(octet) }
        }
        if kind == .suffix || kind == .suffixAndApex {
            guard labels.first == [Self.star] else { throw .needsStar(kind) }
            labels.removeFirst()
        }
        let lastWild = labels.lastIndex { $0.contains(where: Self.isWildcard) }
        switch (kind, lastWild) {
        case (.glob, nil): throw .needsWildcard
        case (.exact, .some), (.suffix, .some), (.suffixAndApex, .some): throw .strayWildcard(kind)
        default: break
        }
        let fixed = labels.suffix(from: lastWild.map { $0 + 1 } ?? 0)
        guard fixed.count >= 2 else { throw .tooBroad }
        var base = DomainName.root
        for label in fixed.reversed() { base = base.child(label) ?? base }
        self.kind = kind
        self.base = base
        self.globLabels = kind == .glob ? labels : []
        self.text = name.description
    }

    static let star: UInt8 = 0x2A
    static let questionMark: UInt8 = 0x3F

    static func isWildcard(_ octet: UInt8) -> Bool { octet == star || octet == questionMark }

    private static func isAllowed(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x61...0x7A, 0x2D, 0x5F: true
        default: isWildcard(octet)
        }
    }
}

/// Why a text is no endpoint pattern.
public enum EndpointPatternError: Error, Equatable, Sendable {
    /// It is no domain name.
    case name(NameError)
    /// It holds an octet that no host name has.
    case octet(UInt8)
    /// A suffix must begin with `*.`.
    case needsStar(EndpointPattern.Kind)
    /// A glob must have `*` or `?`.
    case needsWildcard
    /// This kind has no wildcard here.
    case strayWildcard(EndpointPattern.Kind)
    /// Fewer than two fixed labels on the right.
    case tooBroad
}

extension EndpointPatternError: CustomStringConvertible {
    /// A sentence with a hint.
    public var description: String {
        switch self {
        case .name(let error): "not a domain name (\(error))"
        case .octet(let octet):
            "octet \(octet) cannot stand in a host name; write one bare name without scheme, port or path"
        case .needsStar(let kind): "kind `\(kind.rawValue)` needs a pattern that begins with `*.`"
        case .needsWildcard: "kind `glob` needs `*` or `?` inside a label; use `exact`"
        case .strayWildcard(.exact): "kind `exact` has no wildcards; use `suffix` for `*.name` or `glob`"
        case .strayWildcard(let kind): "kind `\(kind.rawValue)` has one `*`, as its first label; use `glob` for others"
        case .tooBroad: "at least two labels must be fixed on the right"
        }
    }
}
