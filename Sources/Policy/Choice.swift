/// The strongest of the rules that match a name, by keys whose low 32 bits are the rule; the lowest wins.
struct Choice {
    /// The key of the strongest rule that counts.
    private(set) var best = UInt64.max
    /// The key of the strongest rule that may or may not count, because nobody said who asks or when.
    private var doubt = UInt64.max
    /// What those two rules do, by numbers: rules that do the same make the same verdict, whichever of them counts.
    private var actions: (best: UInt64, doubt: UInt64) = (0, 0)
    /// The key of the strongest rule of those that may count and do something else than the one of ``doubt``.
    private var otherDoubt = UInt64.max

    /// Takes a rule into account that counts and is stronger than all that do.
    @inline(__always)
    mutating func take(_ key: UInt64, action: UInt64) {
        best = key
        actions.best = action
    }

    /// Takes a rule into account whose guard holds, does not, or may.
    mutating func consider(_ key: UInt64, _ truth: Truth, action: UInt64) {
        switch truth {
        case .no: break
        case .unknown where key < doubt:
            if doubt == .max || action != actions.doubt { otherDoubt = doubt }
            (doubt, actions.doubt) = (key, action)
        case .unknown:
            if action != actions.doubt { otherDoubt = min(otherDoubt, key) }
        case .yes where key < best: take(key, action: action)
        case .yes: break
        }
    }

    /// Whether no rule matches.
    var isEmpty: Bool { best == .max && doubt == .max }

    /// The rule that decides when every doubtful one does not count.
    var rule: Int? { best == .max ? nil : Int(truncatingIfNeeded: best & 0xFFFF_FFFF) }

    /// The rule that may count where no other one does, and no rule that may count does anything else.
    var loneDoubt: Int? {
        best == .max && otherDoubt == .max && doubt != .max ? Int(truncatingIfNeeded: doubt & 0xFFFF_FFFF) : nil
    }

    /// Where no rule counts for certain, the strongest that may count and does something else than the strongest of those.
    var rivalOfDoubt: Int? {
        best == .max && otherDoubt != .max ? Int(truncatingIfNeeded: otherDoubt & 0xFFFF_FFFF) : nil
    }

    /// The rule that would change the verdict if it counted.
    var doubtfulRule: Int? {
        let isSame = best != .max && actions.best == actions.doubt
        let doubt = isSame ? otherDoubt : doubt
        return doubt < best ? Int(truncatingIfNeeded: doubt & 0xFFFF_FFFF) : nil
    }
}
