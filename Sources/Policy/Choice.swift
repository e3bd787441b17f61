/// The strongest of the rules that match a name, by keys whose low 32 bits are the rule; the lowest wins.
struct Choice {
    /// The key of the strongest rule that counts.
    var best = UInt64.max
    /// The key of the strongest rule that may or may not count, because nobody said who asks or when.
    private var doubt = UInt64.max

    /// Takes a rule into account whose guard holds, does not, or may.
    mutating func consider(_ key: UInt64, _ truth: Truth) {
        switch truth {
        case .no: break
        case .unknown: doubt = min(doubt, key)
        case .yes: best = min(best, key)
        }
    }

    /// Whether no rule matches.
    var isEmpty: Bool { best == .max && doubt == .max }

    /// The rule that decides when every doubtful one does not count.
    var rule: Int? { best == .max ? nil : Int(truncatingIfNeeded: best & 0xFFFF_FFFF) }

    /// The rule that would decide if it counted.
    var doubtfulRule: Int? { doubt < best ? Int(truncatingIfNeeded: doubt & 0xFFFF_FFFF) : nil }
}
