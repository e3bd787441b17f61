import Glibc

/// A line on standard error that says how far a long run is: only on a terminal whose output goes elsewhere, so that it
/// never mixes with results.
struct Progress: ~Copyable {
    private let step: Int
    private let isShown = isatty(2) == 1 && isatty(1) == 0
    private let what: String
    private let total: Int
    private var wasShown = false

    /// Progress through `total` things, which `what` names in the plural, said every `step` of them.
    init(_ what: String, of total: Int, every step: Int = 1 << 16) {
        self.step = step
        self.what = what
        self.total = total
    }

    /// Notes that so many are done.
    @inline(__always)
    mutating func note(_ done: Int) {
        if isShown, done % step == 0, done > 0 { show(done) }
    }

    private mutating func show(_ done: Int) {
        wasShown = true
        StandardError.progress("patchway: \(done) of \(total) \(what) (\(done * 100 / max(total, 1)) %)")
    }

    deinit {
        if wasShown { StandardError.progress("") }
    }
}
