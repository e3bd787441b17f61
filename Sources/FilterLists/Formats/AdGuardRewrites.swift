import Policy

extension ListFormat {
    /// AdGuard Home's rewrites table, one `domain answer` a line. Lines of cloaking rules look the same, so the path
    /// has to say it, or the format be given.
    public static let adguardRewrites = ListFormat(
        id: "adguard-rewrites",
        title: "a table of rewrites (AdGuard Home)",
        defaultEngine: .adguardHome,
        looks: "\"name answer\""
    ) { sample in
        sample.pathMentions("rewrite") ? sample.percent(sample[.nameAndTarget] + sample[.other]) : 0
    }
}
