import Policy

extension ListFormat {
    /// A response policy zone in master-file form (RFC 1035 §5, draft-vixie-dnsop-dns-rpz).
    public static let rpz = ListFormat(
        id: "rpz",
        title: "a response policy zone",
        defaultEngine: .bindRPZ,
        looks: "a zone-file record"
    ) { sample in
        guard sample[.zoneRecord] + sample[.zoneDirective] > 0 else { return 0 }
        return sample.percent(sample[.zoneRecord] + sample[.zoneDirective] + sample[.zoneContinuation])
    }
}
