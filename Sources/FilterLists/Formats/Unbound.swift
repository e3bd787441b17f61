import Policy

extension ListFormat {
    /// Unbound configuration: `local-zone:` and `local-data:`, and where names are sent.
    public static let unbound = ListFormat(
        id: "unbound",
        title: "Unbound configuration",
        defaultEngine: .unbound,
        looks: "\"local-zone: name type\" or \"local-data: record\""
    ) { sample in
        sample[.unboundRule] == 0 ? 0 : sample.percent(sample[.unboundRule] + sample[.keyValue])
    }
}
