import Policy

extension ListFormat {
    /// Cloaking rules of dnscrypt-proxy; the path has to say it, because other formats look the same.
    public static let cloaking = ListFormat(
        id: "dnscrypt-cloaking",
        title: "cloaking rules (dnscrypt-proxy)",
        defaultEngine: .dnscryptProxy,
        looks: "\"name target\""
    ) { sample in
        sample.pathMentions("cloak") ? sample.percent(sample[.nameAndTarget] + sample[.other]) : 0
    }
}
