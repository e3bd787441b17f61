import Policy

extension ListFormat {
    /// Target hosts of Proxifier: `name;`, with `*` and `?`.
    public static let proxifier = ListFormat(
        id: "proxifier",
        title: "Proxifier host rules",
        defaultEngine: .proxifier,
        looks: "\"name;\""
    ) { $0.percent($0[.proxifier]) }
}
