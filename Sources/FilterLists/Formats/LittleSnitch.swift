import Policy

extension ListFormat {
    /// A rule group of Little Snitch (`.lsrules`), a JSON document: told by its keys, before JSON is taken for no list.
    public static let littleSnitch = ListFormat(
        id: "lsrules",
        title: "a rule group of Little Snitch",
        defaultEngine: .littleSnitch,
        looks: "JSON"
    ) { _ in 0 }
}
