import Policy

extension ListFormat {
    /// dnscrypt-proxy name rules: names, `=name`, `prefix*`, `*substring*` and globs.
    public static let dnscrypt = ListFormat(
        id: "dnscrypt",
        title: "dnscrypt-proxy name rules",
        defaultEngine: .dnscryptProxy,
        looks: "a name or a pattern of dnscrypt-proxy"
    ) { sample in
        // One odd line does not make a list of names a list of patterns.
        guard sample[.namePattern] * 50 > sample.content || sample.pathMentions("dnscrypt") else { return 0 }
        return sample.percent(sample[.namePattern] + sample[.wildcard] + sample[.domain])
    }
}
