import Policy

extension ListFormat {
    /// `*.name` a line, mixed with plain names and, as Blocky takes them, `/expressions/`; whether the name itself is covered
    /// is the engine's.
    public static let wildcard = ListFormat(
        id: "wildcard",
        title: "a list of wildcard names",
        defaultEngine: .blocky,
        looks: "\"*.name\" or a single name"
    ) { sample in
        if sample[.slashedRegex] > 0, sample[.adblock] + sample[.cosmetic] == 0 {
            return sample.percent(sample[.wildcard] + sample[.slashedRegex] + sample[.domain] + sample[.hosts])
        }
        return sample[.wildcard] * 50 <= sample.content ? 0 : sample.percent(sample[.wildcard] + sample[.domain])
    }
}
