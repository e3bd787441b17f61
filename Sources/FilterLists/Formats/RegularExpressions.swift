import Policy

extension ListFormat {
    /// Pi-hole regular expressions, one a line, with `;querytype=`, `;invert` and `;reply=`.
    public static let regex = ListFormat(
        id: "regex",
        title: "a list of regular expressions",
        defaultEngine: .pihole,
        looks: "an expression of Pi-hole"
    ) { sample in
        // An expression that ends with "^" or has "||" in it looks like AdBlock, one without operators like a name.
        sample[.regex] == 0
            ? 0
            : sample.percent(
                sample[.regex] + min(sample[.adblock], sample[.regex])
                    + min(sample[.domain] + sample[.namePattern], sample[.regex])
            )
    }
}
