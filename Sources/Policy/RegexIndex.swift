import CRE2

/// Finds the regular expressions that can match a name at all: RE2 looks for up to 64 of them in one pass.
///
/// A set only says whether any of its expressions matches, which needs no memory per name; then each is tried alone.
struct RegexIndex: Sendable {
    /// Expressions of a set.
    static let setSize = 64
    /// Octets of a set with its matcher's cache.
    static let setMemory = 4 << 20

    private let groups: [RegexSet]
    /// Expressions that are always tried.
    private let loose: [UInt32]

    /// Files the regular expressions among the patterns under their numbers.
    init(_ patterns: [NamePattern]) {
        var loose: [UInt32] = []
        var filed: [Bool: [(number: UInt32, regex: NameRegex)]] = [:]
        for (number, pattern) in patterns.enumerated() {
            guard case .regex(let regex) = pattern else { continue }
            if case .re2(let ignoresCase) = regex.dialect, !regex.isInverted {
                filed[ignoresCase, default: []].append((UInt32(number), regex))
            } else {
                loose.append(UInt32(number))
            }
        }
        var groups: [RegexSet] = []
        for (ignoresCase, entries) in filed {
            for start in stride(from: 0, to: entries.count, by: Self.setSize) {
                let chunk = entries[start..<min(start + Self.setSize, entries.count)]
                // One or two are as fast alone.
                let set = chunk.count > 2 ? RegexSet(chunk.map { $0 }, ignoresCase) : nil
                if let set { groups.append(set) } else { loose += chunk.map(\.number) }
            }
        }
        self.groups = groups
        self.loose = loose
    }

    /// Whether there is none.
    var isEmpty: Bool { groups.isEmpty && loose.isEmpty }

    /// Calls `visit` for every expression that may match, each once.
    @inline(__always)
    func forEachCandidate(_ text: Span<UInt8>, _ visit: (Int) -> Void) {
        for number in loose { visit(Int(number)) }
        for group in groups where group.mayMatch(text) {
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
    init?(_ entries: [(number: UInt32, regex: NameRegex)], _ ignoresCase: Bool) {
        guard let set = unsafe cre2_set_new(ignoresCase, Int64(RegexIndex.setMemory)) else { return nil }
        members = entries.map(\.number)
        unsafe self.set = set
        for entry in entries {
            let pattern = entry.regex.pattern
            guard unsafe cre2_set_add(set, pattern, pattern.count) else { return nil }
        }
        guard unsafe cre2_set_compile(set) else { return nil }
    }

    deinit { unsafe cre2_set_free(set) }

    func mayMatch(_ text: Span<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { unsafe cre2_set_may_match(set, $0.baseAddress, $0.count) }
    }
}
