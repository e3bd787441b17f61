import DNS
import FilterLists

extension RoundMaker {
    /// Names with and without a dot in front, as squid takes them: none covers an earlier one, or it would not start.
    mutating func squid(_ round: inout Round) {
        if !chance(3) { return squidConfiguration(&round) }
        var lines = ["ready0.probe", "# a comment", ""]
        var wide: [String] = []
        var taken: Set<String> = []
        for name in owners(oneIn: 4) {
            let lower = name.lowercased()
            let isBelow = chance(3)
            // The owners come from the top of each zone to the bottom, so what a wide one covers comes later.
            guard taken.insert(lower).inserted, !isBelow || !taken.contains(where: { $0.hasSuffix("." + lower) }) else {
                continue
            }
            if isBelow { wide.append(lower) }
            let value = (isBelow ? "." : "") + name
            lines.append(
                pick([
                    value, value, value, "  \(value)\t", "\(value) # why", "\(value)\r", "\(value) more.\(name)",
                    "\(value)#x", "\(value).", "*.\(name)",
                ])
            )
        }
        var expressions = ["# expressions", chance(2) ? "-i" : "+i"]
        for name in owners(oneIn: 24) {
            let dotted = name.replacing(".", with: "\\.")
            expressions.append(
                pick([
                    "^\(dotted)$", "(^|\\.)\(dotted)$", "^[a-c]+\\.\(dotted)", name, "^not\(name)", "^.*\(dotted)",
                    ".*x\\.\(dotted)", "(a|b)[.]\(dotted)",
                ])
            )
        }
        round.lists = [
            ("names", .squid, lines.joined(separator: "\n") + "\n"),
            ("expressions", .regex, expressions.joined(separator: "\n") + "\n"),
        ]
        round.blocked = ["ready0.probe"]
        // A proxy is asked for hosts, whatever their types.
        let names = round.questions.map(\.name)
        let more = names.flatMap { [$0, "y." + $0, "a.b." + $0, "not" + $0, $0.uppercased(), $0 + ".zz"] }
        var seen: Set<String> = []
        round.questions = more.filter { seen.insert($0).inserted }.map { ($0, .a) }
    }
}
