import Policy

extension ListFormat {
    /// Domain lists of v2fly: `domain:`, `full:`, `keyword:`, `regexp:`, `include:`, with `@attributes`.
    public static let v2fly = ListFormat(
        id: "v2fly",
        title: "a v2fly domain list",
        defaultEngine: .v2ray,
        looks: "\"full:name\", \"include:list\", \"name @attribute\""
    ) { sample in
        sample[.taggedName] == 0 ? 0 : sample.percent(sample[.taggedName] + sample[.domain] + sample[.word]) + 1
    }
}
