import Policy

extension ListFormat {
    /// Pi-hole's `gravity.db`, a SQLite database: told by its first octets, before anything is taken for text.
    public static let gravityDatabase = ListFormat(
        id: "gravity-db",
        title: "a Pi-hole database (gravity.db)",
        defaultEngine: .pihole,
        looks: "SQLite"
    ) { _ in 0 }
}
