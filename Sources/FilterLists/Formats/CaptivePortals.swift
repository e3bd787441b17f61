import Policy

extension ListFormat {
    /// The map of captive portals of dnscrypt-proxy; the path has to say it, because other formats look the same.
    public static let captivePortals = ListFormat(
        id: "dnscrypt-captive",
        title: "map of captive portals (dnscrypt-proxy)",
        defaultEngine: .dnscryptProxy,
        looks: "\"name address,address\""
    ) { sample in
        sample.pathMentions("captive") ? sample.percent(sample[.nameAndTarget] + sample[.other]) : 0
    }
}
