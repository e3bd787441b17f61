import Policy

extension ExportFormat {
    /// A name a line, each of them alone, as Pi-hole and AdGuard Home subscribe to them.
    static let domains = ExportFormat(
        id: "domains",
        title: "a list of domain names, each of them alone",
        engine: .pihole,
        listFormat: .domains,
        syntax: .rules(RuleSyntax(tiers: 1, comment: "# ") { ExactNames.line($0, prefix: "") })
    )
}
