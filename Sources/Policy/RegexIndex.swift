import CRE2

/// Finds the regular expressions that can match a name at all: RE2 looks for up to 64 of them in one pass.
///
/// A set only says whether any of its expressions matches, which needs no memory per name; then each is tried alone.
struct RegexIndex: Sendable {
    /// Expressions of a set.
    static let setSize = 64
    /// Octets of a set with its matcher's cache.
    static let setMemory = 4 << 20

    /// How the expressions of a set are to be read.
    private enum Kind: Hashable {
        case go(ignoresCase: Bool)
        /// TRE's, of which RE2 tells only in plain text whether they may match.
        case posix
    }

    private let groups: [RegexSet]
    private let plainGroups: [RegexSet]
    /// Expressions that are always tried.
    private let loose: [UInt32]

    /// Files the regular expressions among the patterns under their numbers.
    init(_ patterns: [NamePattern]) {
        var loose: [UInt32] = []
        var filed: [Kind: [(number: UInt32, pattern: [UInt8])]] = [:]
        for (number, pattern) in patterns.enumerated() {
            guard case .regex(let regex) = pattern else { continue }
            guard let screen = regex.screen, !regex.isInverted else {
                loose.append(UInt32(number))
                continue
            }
            let kind: Kind
            switch regex.dialect {
            case .re2(let ignoresCase): kind = .go(ignoresCase: ignoresCase)
            case .tre: kind = .posix
            }
            filed[kind, default: []].append((UInt32(number), screen))
        }
        var groups: [Kind: [RegexSet]] = [:]
        for (kind, entries) in filed {
            for start in stride(from: 0, to: entries.count, by: Self.setSize) {
                let chunk = entries[start..<min(start + Self.setSize, entries.count)]
                // One or two are as fast alone, in RE2.
                let isWorthIt = chunk.count > 2 || kind == .posix
                let set = isWorthIt ? RegexSet(Array(chunk), kind == .go(ignoresCase: true)) : nil
                if let set { groups[kind, default: []].append(set) } else { loose += chunk.map(\.number) }
            }
        }
        self.groups = groups.filter { $0.key != .posix }.flatMap(\.value)
        plainGroups = groups[.posix] ?? []
        self.loose = loose
    }

    /// Whether there is none.
    var isEmpty: Bool { groups.isEmpty && plainGroups.isEmpty && loose.isEmpty }

    /// Calls `visit` for every expression that may match, each once.
    @inline(__always)
    func forEachCandidate(_ text: Span<UInt8>, _ visit: (Int) -> Void) {
        for number in loose { visit(Int(number)) }
        for group in groups where group.mayMatch(text) {
            for number in group.members { visit(Int(number)) }
        }
        guard !plainGroups.isEmpty else { return }
        let isPlain = RegexTranslation.isPlain(text)
        for group in plainGroups where !isPlain || group.mayMatch(text) {
            for number in group.members { visit(Int(number)) }
        }
    }
}

/// Some expressions that RE2 looks for together; safe for any number of threads, as RE2 is.
@safe private final class RegexSet: @unchecked Sendable {
    /// The numbers of the expressions.
    let members: [UInt32]
    private let set: OpaquePointer

    /// A set; nil when RE2 has not memory enough for it.
    init?(_ entries: [(number: UInt32, pattern: [UInt8])], _ ignoresCase: Bool) {
        guard let set = unsafe cre2_set_new(ignoresCase, Int64(RegexIndex.setMemory)) else { return nil }
        members = entries.map(\.number)
        unsafe self.set = set
        for entry in entries {
            guard unsafe cre2_set_add(set, entry.pattern, entry.pattern.count) else { return nil }
        }
        guard unsafe cre2_set_compile(set) else { return nil }
    }

    deinit { unsafe cre2_set_free(set) }

    func mayMatch(_ text: Span<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { unsafe cre2_set_may_match(set, $0.baseAddress, $0.count) }
    }
}
