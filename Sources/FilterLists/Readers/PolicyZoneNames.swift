import DNS
import Policy

/// The names inside of BIND's policy zones: BIND answers them from the zone itself, like those of any zone that it has, where no
/// policy says otherwise (compared with 9.18). What that is depends on `allow-query` as well and is not modelled.
///
/// They stand in a list of their own behind all zones, which decide before, unless they let the name pass.
enum PolicyZoneNames {
    /// Adds the names of all zones of the layer whose own name is known.
    static func add(to builder: inout LayerBuilder) {
        let zones = builder.servedZones.sorted()
        guard !zones.isEmpty else { return }
        let lines = zones.map { "zone \"\($0)\"" }
        builder.beginList(
            ListSource(
                path: "policy zones as zones of BIND",
                format: "bind-zones",
                isOfEngine: true,
                octets: Array(lines.joined(separator: "\n").utf8)
            )
        )
        let before = builder.ruleCount
        var offset = 0
        for (index, zone) in zones.enumerated() {
            let position = RulePosition(line: index + 1, offset: offset, length: lines[index].utf8.count)
            offset += lines[index].utf8.count + 1
            for scope in [Scope.exact, .below] {
                let action = builder.intern(.unsupported)
                builder.add(scope, name: zone, class: .data, action: action, at: position)
            }
        }
        builder.noteOwnRules(builder.ruleCount - before)
    }
}
