import Policy

extension ListFormat {
    /// BIND configuration that makes every name of a list a zone: `zone "name" { type master; file "null.zone.file"; };`.
    public static let bindZones = ListFormat(
        id: "bind-zones",
        title: "zone statements of BIND",
        defaultEngine: .bindZones,
        looks: "\"zone name { … };\""
    ) { sample in
        // A statement may run over several lines, which look like nothing on their own.
        guard sample[.bindStatement] * 4 >= sample.content else { return 0 }
        return sample.percent(sample[.bindStatement] + sample[.other] + sample[.luaPart])
    }
}
