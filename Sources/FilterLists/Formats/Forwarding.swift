import Policy

extension ListFormat {
    /// Forwarding rules of dnscrypt-proxy; the path has to say it, because other formats look the same.
    public static let forwarding = ListFormat(
        id: "dnscrypt-forwarding",
        title: "forwarding rules (dnscrypt-proxy)",
        defaultEngine: .dnscryptProxy,
        looks: "\"name server,server\""
    ) { sample in
        sample.pathMentions("forward") ? sample.percent(sample[.nameAndTarget] + sample[.other]) : 0
    }
}
