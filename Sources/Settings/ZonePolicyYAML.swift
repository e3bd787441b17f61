import DNS
import Policy
internal import Yams

/// Reads what PowerDNS Recursor's `rpzFile` says of a zone, in its words: `defpol`, `defcontent` and
/// `defpol-override-local-data` of a list.
enum ZonePolicyYAML {
    static let keys = ["defpol", "defcontent", "defpol-override-local-data"]

    private static let actions: [String: ZonePolicy.Action] = [
        "NXDOMAIN": .nxdomain, "NODATA": .nodata, "Drop": .drop, "Truncate": .truncate, "NoAction": .noAction,
    ]
    private static let custom = "Custom"

    static func policy(_ fields: [String: Node], _ reader: inout NodeReader) -> ZonePolicy? {
        guard let node = fields["defpol"] else {
            for key in keys {
                if let node = fields[key] {
                    reader.fault(node, "missing-key", "\(key) needs `defpol`, such as NXDOMAIN")
                }
            }
            return nil
        }
        guard let word = reader.word(node, "defpol", of: Array(actions.keys) + [custom]) else { return nil }
        var action = actions[word]
        if let content = fields["defcontent"] {
            guard let text = reader.text(content, "defcontent") else { return nil }
            guard word == custom, let name = try? DomainName(text) else {
                reader.fault(
                    content,
                    word == custom ? "bad-name" : "unused-key",
                    word == custom
                        ? "`\(NodeReader.shortened(text))` is no name for an alias to lead to"
                        : "defcontent is for `defpol: \(custom)` alone"
                )
                return nil
            }
            action = .alias(name)
        }
        guard let action else {
            reader.fault(node, "missing-key", "defpol: \(custom) needs `defcontent`, the name that an alias leads to")
            return nil
        }
        let overrides = fields["defpol-override-local-data"].flatMap { reader.flag($0, "defpol-override-local-data") }
        return ZonePolicy(action, overridesData: overrides ?? true)
    }
}
