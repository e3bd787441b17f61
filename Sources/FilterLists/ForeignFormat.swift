/// What is recognised so that it is not misread, but cannot be read as it stands.
struct ForeignFormat: Sendable {
    /// What it is, for people.
    let title: String
    /// The formats that it may be in; none where it is in one that is not read yet.
    var candidates: [ListFormat] = []
    /// How well it explains a sample: 0 to 100.
    let score: @Sendable (ListSample) -> Int

    static let all: [ForeignFormat] = [
        ForeignFormat(title: "regular expressions over URLs (a squidGuard expression list)") { sample in
            sample.pathMentions("expressions") ? sample.percent(sample[.regex]) + 1 : 0
        },
        ForeignFormat(title: "a list of URLs; their hosts alone, one a line, are a list") {
            $0.percent($0[.url] + $0[.hostURL])
        },
        ForeignFormat(
            title: "pairs of a name and a target",
            candidates: [.cloaking, .forwarding, .adguardRewrites]
        ) { $0.percent($0[.nameAndTarget]) },
        ForeignFormat(title: "comma-separated values; their column of names alone is a list") {
            $0.percent($0[.comma])
        },
        ForeignFormat(title: "settings, keys with values (a configuration file)") { $0.percent($0[.keyValue]) },
        ForeignFormat(title: "single words without a dot, such as a category's usage file") {
            $0.percent($0[.word])
        },
        ForeignFormat(title: "a checksum") { $0.percent($0[.digest]) },
    ]
}
