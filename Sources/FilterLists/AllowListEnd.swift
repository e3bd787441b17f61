import DNS
import Policy

/// Stands for what a firewall or proxy does with names that its list of names to allow does not have: that is said by its other
/// rules, so that such names stay open. It is a list of its own, so that a verdict can name it.
enum AllowListEnd {
    /// Whether lists of an engine let names pass and say nothing of others.
    static func isOpen(_ engine: Engine, _ lists: [LayerRecipe.List]) -> Bool {
        let isList = AllowListLines.engines.contains(engine) || engine == .squid
        return isList
            && lists.allSatisfy { $0.text.role == .allow && $0.detection.format != .squidConfiguration }
    }

    /// Leaves open what no entry lets pass.
    static func add(to builder: inout LayerBuilder) {
        let text = "names that no entry lets pass"
        builder.beginList(
            ListSource(
                path: "rules behind the allow-list",
                format: "domains",
                role: .allow,
                isOfEngine: true,
                octets: Array(text.utf8)
            )
        )
        builder.add(
            .subtree,
            name: .root,
            class: .block,
            action: builder.intern(.unsupported),
            at: RulePosition(line: 1, offset: 0, length: text.utf8.count)
        )
        builder.noteOwnRules(1)
    }
}
