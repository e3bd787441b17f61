import Policy

extension ListFormat {
    /// AdBlock-style DNS rules: `||name^`, `@@…`, `…$modifier`, mixed with hosts lines and names.
    public static let adblock = ListFormat(
        id: "adblock",
        title: "AdBlock-style rules",
        defaultEngine: .adguardHome,
        looks: "\"||name^\" and the like"
    ) { sample in
        let own = sample[.adblock] + sample[.cosmetic]
        guard own * 10 >= sample.content else { return sample.percent(own) }
        return sample.percent(own + sample[.domain] + sample[.hosts] + sample[.wildcard] + sample[.slashedRegex])
    }
}
