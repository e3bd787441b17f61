import DNS

/// What an action means for the types that clients ask for most, so that the data plane need not look into it.
struct PlainKinds: BitwiseCopyable {
    private var a: VerdictKind
    private var aaaa: VerdictKind
    private var https: VerdictKind
    /// Whether the action lets the name pass, and its aliases with it.
    let isAllow: Bool

    init(_ action: RuleAction, _ kind: (RRType) -> VerdictKind) {
        a = kind(.a)
        aaaa = kind(.aaaa)
        https = kind(.https)
        if case .allow = action { isAllow = true } else { isAllow = false }
    }

    /// The kind for a type; nil for types that are rarely asked for.
    @inline(__always)
    func kind(_ type: RRType) -> VerdictKind? {
        switch type {
        case .a: a
        case .aaaa: aaaa
        case .https: https
        default: nil
        }
    }
}
