import Policy

extension ListFormat {
    /// dnsdist configuration: `addAction(rule, action)` in Lua.
    public static let dnsdist = ListFormat(
        id: "dnsdist",
        title: "dnsdist configuration",
        defaultEngine: .dnsdist,
        looks: "\"addAction(rule, action)\" or other Lua"
    ) { sample in
        sample[.dnsdistRule] == 0 ? 0 : sample.percent(sample[.dnsdistRule] + sample[.luaPart])
    }
}
