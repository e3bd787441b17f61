import Policy

extension ListFormat {
    /// Knot Resolver configuration: `policy.add(…)` in Lua.
    public static let knotPolicy = ListFormat(
        id: "kresd",
        title: "Knot Resolver configuration",
        defaultEngine: .knotPolicy,
        looks: "\"policy.add(rule)\" or other Lua"
    ) { sample in
        sample[.knotRule] == 0 ? 0 : sample.percent(sample[.knotRule] + sample[.luaPart])
    }
}
