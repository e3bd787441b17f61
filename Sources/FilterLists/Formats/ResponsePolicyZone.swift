import Policy

extension ListFormat {
    /// A response policy zone in master-file form (RFC 1035 §5, draft-vixie-dnsop-dns-rpz).
    public static let rpz = ListFormat(
        id: "rpz",
        title: "a response policy zone",
        defaultEngine: .bindRPZ,
        looks: "a zone-file record"
    ) { sample in
        let records = sample[.zoneRecord] + sample[.zonePolicy] + sample[.zoneNull] + sample[.zoneDirective]
        return records == 0 ? 0 : sample.percent(records + sample[.zoneContinuation])
    }
}
