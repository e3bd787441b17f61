import Policy

extension ListFormat {
    /// squid `dstdomain` lists: names, with a dot in front where everything below is meant too.
    public static let squid = ListFormat(
        id: "squid",
        title: "a squid dstdomain list",
        defaultEngine: .squid,
        looks: "\".name\" or a name"
    ) { sample in
        // Single dots in a list of names are slips.
        guard sample.dottedNames * 10 > sample.content || sample.pathMentions("squid") else { return 0 }
        return sample.percent(sample[.domain])
    }
}
