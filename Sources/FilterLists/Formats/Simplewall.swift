import Policy

extension ListFormat {
    /// Rules of simplewall, an XML document: told by its items, before XML is taken for no list.
    public static let simplewall = ListFormat(
        id: "simplewall",
        title: "rules of simplewall",
        defaultEngine: .packetFilter,
        looks: "<item rule=… is_block=… />"
    ) { _ in 0 }
}
