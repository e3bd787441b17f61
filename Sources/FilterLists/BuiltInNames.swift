import DNS
import Policy

/// Rules that an engine has of its own, in a list that stands for its source.
enum BuiltInNames {
    /// A name, what is done to it, and for which types.
    typealias Rule = (name: String, action: RuleAction, coverage: TypeCoverage)

    /// Adds rules of the class ``RuleClass/builtIn`` as a list of the engine, a line each.
    static func add(_ rules: [Rule], _ scope: Scope, as path: String, to builder: inout LayerBuilder) {
        let text = rules.map { "\($0.name)\n" }.joined()
        builder.beginList(
            ListSource(
                path: path,
                format: "domains",
                isOfEngine: true,
                octets: Array(text.utf8)
            )
        )
        let before = builder.ruleCount
        var offset = 0
        for (index, rule) in rules.enumerated() {
            let length = rule.name.utf8.count
            defer { offset += length + 1 }
            guard let name = try? DomainName(rule.name) else { continue }
            builder.add(
                scope,
                name: name,
                class: .builtIn,
                action: builder.intern(rule.action),
                coverage: rule.coverage == .all ? .all : builder.intern(rule.coverage),
                at: RulePosition(line: index + 1, offset: offset, length: length)
            )
        }
        builder.noteOwnRules(builder.ruleCount - before)
    }
}
