import FilterLists
import Policy
import Suites
import Testing

/// Blocky reads a list no further behind more bad lines than `maxErrorsPerSource`, and keeps what it has
/// (`lists/parsers/filtererrors.go`, `lists/list_cache.go`).
@Suite struct BlockyErrorsTests {
    private static let bad = "a*b.example\n"

    /// Bad lines, lines that may be bad, the limit, and what becomes of the name behind them.
    @Test(
        arguments: [
            (5, "", 5, .sinkhole), (6, "", 5, .pass), (6, "", nil, .sinkhole), (1, "", 0, .pass),
            (0, "", 0, .sinkhole),
            // Whether these are faults for Blocky is not known.
            (5, "\u{fc}\u{df}.example\n", 5, .unsupported), (4, "\u{fc}\u{df}.example\n", 5, .sinkhole),
            // A name with a dot at its end never matches, but is read.
            (0, "x.example.\n", 5, .sinkhole),
        ] as [(Int, String, Int?, VerdictKind)]
    )
    func readsNoFurther(bad: Int, doubtful: String, limit: Int?, late: VerdictKind) throws {
        let text =
            "early.example\n" + String(repeating: Self.bad, count: bad) + doubtful + "late.example\nlast.example\n"
        let loaded = try readList(text, .domains, .blocky, options: LayerOptions(maximumErrors: limit))
        #expect(try loaded.verdict("early.example").kind == .sinkhole)
        #expect(try loaded.verdict("late.example").kind == late)
        #expect(loaded.reports[0].ignored["behind-errors"] == (late == .pass ? 2 : nil))
    }
}
