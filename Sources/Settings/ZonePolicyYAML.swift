import DNS
import Policy
internal import Yams

/// Reads what PowerDNS Recursor's `rpzFile` says of a zone, in its words: `defpol`, `defcontent`, `defttl` and
/// `defpol-override-local-data` of a list. Its other options are taken where they change no answer (each was given to 4.8.8), and
/// refused where what they change is not evaluated.
enum ZonePolicyYAML {
    static let keys = ["defpol"] + needingPolicy + harmless + notEvaluated

    /// What says more of `defpol`.
    private static let needingPolicy = ["defcontent", "defttl", "defpol-override-local-data"]
    private static let harmless = ["policy-name", "tags", "zone-size-hint"]
    private static let notEvaluated = ["extended-error-code", "extended-error-extra", "max-ttl"]

    private static let actions: [String: ZonePolicy.Action] = [
        "NXDOMAIN": .nxdomain, "NODATA": .nodata, "Drop": .drop, "Truncate": .truncate, "NoAction": .noAction,
    ]
    private static let custom = "Custom"

    static func policy(_ fields: [String: Node], _ reader: inout NodeReader) -> ZonePolicy? {
        for key in notEvaluated {
            if let node = fields[key] {
                reader.fault(
                    node,
                    "not-evaluated",
                    "\(key) changes answers in a way that is not evaluated; leave it out"
                )
            }
        }
        guard let node = fields["defpol"] else {
            for key in needingPolicy {
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
        var policy = ZonePolicy(action, overridesData: overrides ?? true)
        if let node = fields["defttl"] { policy.ttl = ttl(node, word, &reader) }
        return policy
    }

    /// The seconds to live of the alias, which nothing else has.
    private static func ttl(_ node: Node, _ word: String, _ reader: inout NodeReader) -> UInt32? {
        guard word == custom else {
            reader.fault(node, "unused-key", "defttl is for `defpol: \(custom)` alone")
            return nil
        }
        return reader.number(node, "defttl", 0...Int(UInt32.max)).map { UInt32($0) }
    }
}
