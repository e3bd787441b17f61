/// Counts what a suite of other people's cases says about us.
public struct SuiteScore: Sendable {
    /// A case that went wrong.
    public struct Failure: Sendable {
        /// What to look for in the suite.
        public var id: String
        /// What the suite says, as it says it.
        public var expected: String
        /// What we say.
        public var got: String
    }

    /// The name of the suite.
    public let name: String
    /// Cases that agree.
    public private(set) var passed = 0
    /// Cases that do not.
    public private(set) var failures: [Failure] = []
    /// Cases that are not about us, by reason.
    public private(set) var notApplicable: [String: Int] = [:]

    init(_ name: String) { self.name = name }

    mutating func check(
        _ isRight: Bool,
        _ id: @autoclosure () -> String,
        expected: @autoclosure () -> String = "",
        got: @autoclosure () -> String = ""
    ) {
        if isRight { passed += 1 } else { failures.append(Failure(id: id(), expected: expected(), got: got())) }
    }

    mutating func skip(_ reason: String, _ count: Int = 1) { notApplicable[reason, default: 0] += count }

    /// `SUITE passed P failed F not-applicable K`, then the failures and the reasons, one a line.
    public var report: String {
        let skipped = notApplicable.values.reduce(0, +)
        var lines = ["\(name) passed \(passed) failed \(failures.count) not-applicable \(skipped)"]
        lines += failures.map { "  FAIL \($0.id)\texpected \($0.expected)\tgot \($0.got)" }
        lines += notApplicable.sorted { $0.key < $1.key }.map { "  not-applicable \($0.value): \($0.key)" }
        return lines.joined(separator: "\n")
    }
}
