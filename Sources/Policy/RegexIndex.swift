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

    /// Some of the expressions.
    private struct Part {
        var sets: [RegexSet] = []
        var plainSets: [RegexSet] = []
        /// Expressions that are tried alone.
        var loose: [UInt32] = []

        var isEmpty: Bool { sets.isEmpty && plainSets.isEmpty && loose.isEmpty }
    }

    /// Those tried on every name.
    private var always = Part()
    /// Those that only names with one of some runs of octets match, among names of plain text.
    private var screened = Part()
    private let fours: GramTable
    private let pairs: GramTable
    private let needsPlain: Bool
    /// Expressions whose runs are found out at most: with more of them most names have one.
    private static let screenedAtMost = 1_000

    /// Files the regular expressions among the patterns under their numbers.
    init(_ patterns: [NamePattern]) {
        var filed: [(kind: Kind, isScreened: Bool, entries: [(number: UInt32, pattern: [UInt8])])] = []
        var runs: (fours: Set<UInt32>, pairs: Set<UInt32>) = ([], [])
        var count = 0
        for (number, pattern) in patterns.enumerated() {
            guard case .regex(let regex) = pattern else { continue }
            guard let screen = regex.screen, !regex.isInverted else {
                always.loose.append(UInt32(number))
                continue
            }
            let kind: Kind =
                switch regex.dialect {
                case .re2(let ignoresCase): .go(ignoresCase: ignoresCase)
                case .tre: .posix
                }
            count += 1
            let own =
                count <= Self.screenedAtMost
                ? OctetRuns.required(by: screen, ignoresCase: kind == .go(ignoresCase: true)) : nil
            if let own {
                runs.fours.formUnion(own.fours)
                runs.pairs.formUnion(own.pairs)
            }
            let entry = (UInt32(number), screen)
            if let place = filed.firstIndex(where: { $0.kind == kind && $0.isScreened == (own != nil) }) {
                filed[place].entries.append(entry)
            } else {
                filed.append((kind, own != nil, [entry]))
            }
        }
        fours = GramTable(runs.fours.map { ($0, 0) })
        pairs = GramTable(runs.pairs.map { ($0, 0) })
        for (kind, isScreened, entries) in filed {
            if isScreened { Self.file(entries, kind, in: &screened) } else { Self.file(entries, kind, in: &always) }
        }
        needsPlain = !screened.isEmpty || !always.plainSets.isEmpty
    }

    private static func file(_ entries: [(number: UInt32, pattern: [UInt8])], _ kind: Kind, in part: inout Part) {
        for start in stride(from: 0, to: entries.count, by: setSize) {
            let chunk = entries[start..<min(start + setSize, entries.count)]
            // One or two are as fast alone, in RE2.
            let isWorthIt = chunk.count > 2 || kind == .posix
            guard isWorthIt, let set = RegexSet(Array(chunk), kind == .go(ignoresCase: true)) else {
                part.loose += chunk.map(\.number)
                continue
            }
            if kind == .posix { part.plainSets.append(set) } else { part.sets.append(set) }
        }
    }

    /// Whether there is none.
    var isEmpty: Bool { always.isEmpty && screened.isEmpty }

    /// Whether some are tried on every name.
    var hasLoose: Bool { !always.isEmpty }

    /// Calls `visit` with every run of octets of which a name of plain text needs one to be matched by those that are not
    /// tried on every name.
    func forEachKey(_ visit: (PatternSieve.Place, UInt32) -> Void) {
        for gram in fours.grams { visit(.inside, gram) }
        for gram in pairs.grams { visit(.pair, gram) }
    }

    /// Calls `visit` for every expression that may match, each once.
    @inline(__always)
    func forEachCandidate(_ text: Span<UInt8>, _ visit: (Int) -> Void) {
        let isPlain = needsPlain ? RegexTranslation.isPlain(text) : true
        Self.forEachCandidate(always, text, isPlain, visit)
        if !screened.isEmpty, !isPlain || fours.holdsRun(of: 4, text) || pairs.holdsRun(of: 2, text) {
            Self.forEachCandidate(screened, text, isPlain, visit)
        }
    }

    @inline(__always)
    private static func forEachCandidate(_ part: Part, _ text: Span<UInt8>, _ isPlain: Bool, _ visit: (Int) -> Void) {
        for number in part.loose { visit(Int(number)) }
        for group in part.sets where group.mayMatch(text) {
            for number in group.members { visit(Int(number)) }
        }
        for group in part.plainSets where !isPlain || group.mayMatch(text) {
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
