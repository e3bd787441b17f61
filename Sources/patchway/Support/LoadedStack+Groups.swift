import DNS
import Policy
import Settings
import TextScan

extension LoadedStack {
    /// The context with the layers that its client passes, and a word about them.
    func narrowed(_ context: QueryContext, group named: String? = nil, takesClient: Bool = true) throws -> QueryContext
    {
        if let named { return try self.context(context, ofGroup: named) }
        guard !groups.isEmpty else { return context }
        let group = groups.group(of: context.client?.address, at: context.minuteOfWeek)
        StandardError.line(
            "patchway: groups of clients: "
                + (group.map { "decided for \(TerminalText.escaped($0.name))" }
                    ?? "decided for a client that is in none")
                + (takesClient && context.client?.address == nil
                    ? "; --client ADDRESS or --group NAME decides for one" : "")
                + (takesClient && context.minuteOfWeek == nil && groups.groups.contains { $0.minutes != nil }
                    ? "; groups with hours count only where --at says when" : "")
        )
        return groups.narrowed(context)
    }

    /// Every group of clients that fares by itself, with the layers that it passes; empty where all clients fare alike, or one is
    /// given.
    func contexts(_ asked: QueryContext, group: String?) -> [(name: String, context: QueryContext)] {
        let contexts = differing(asked, group: group)
        guard !contexts.isEmpty else { return [] }
        let names = contexts.map { TerminalText.escaped($0.name) }.joined(separator: ", ")
        StandardError.line(
            "patchway: groups of clients, each audited: \(names); --group NAME or --client ADDRESS audits for one"
        )
        return contexts
    }

    /// The same without a word.
    func differing(_ asked: QueryContext, group: String?) -> [(name: String, context: QueryContext)] {
        guard !groups.isEmpty, group == nil, asked.client?.address == nil else { return [] }
        let named = groups.groups.map { (name: $0.name, layers: $0.layers) }
        return (named + [(name: Configuration.Group.others, layers: groups.others)]).map { group in
            var context = asked
            context.layers = group.layers
            return (name: group.name, context: context)
        }
    }

    /// The groups with hours that a client is in, where nobody says when it asks.
    func differingInHours(_ asked: QueryContext, group: String?) -> [(name: String, context: QueryContext)] {
        guard group == nil, asked.minuteOfWeek == nil, let address = asked.client?.address else { return [] }
        let own = groups.groups.filter { group in
            group.minutes != nil && group.ranges.contains { $0.contains(address) }
        }
        return own.map { group in
            var context = asked
            context.layers = group.layers
            return (name: "\(group.name) in its hours", context: context)
        }
    }

    /// The context of one group.
    private func context(_ asked: QueryContext, ofGroup name: String) throws -> QueryContext {
        let layers =
            name == Configuration.Group.others ? groups.others : groups.groups.first { $0.name == name }?.layers
        guard !groups.isEmpty, let layers else {
            guard !groups.isEmpty else {
                throw Failure.usage(
                    "--group \(TerminalText.escaped(name)): the stack has no groups; a stack file has them under `groups`"
                )
            }
            let known = groups.groups.map(\.name) + [Configuration.Group.others]
            throw Failure.unknown(name, of: "--group", "no such group", known)
        }
        guard asked.client?.address == nil else {
            throw Failure.usage("--group and an address with --client both say which layers count; give one of them")
        }
        StandardError.line("patchway: groups of clients: decided for \(TerminalText.escaped(name))")
        var context = asked
        context.layers = layers
        return context
    }
}

extension StackGroups {
    /// The groups that a file describes.
    init(_ groups: [Configuration.Group]) {
        self.init(
            groups.filter { $0.name != Configuration.Group.others }.map {
                StackGroup(name: $0.name, ranges: $0.clients, minutes: $0.minutes, layers: $0.mask)
            },
            others: groups.first { $0.name == Configuration.Group.others }?.mask ?? ~0
        )
    }
}

/// In which groups of clients names fare otherwise than in the one that was decided for.
struct GroupDifferences {
    private let stack: CompiledStack
    private let groups: [(name: String, context: QueryContext)]
    private var verdicts: [Int]

    /// Looks at the groups that nobody asked for.
    init(_ loaded: LoadedStack, _ asked: QueryContext, group: String?) {
        stack = loaded.stack
        groups = loaded.differing(asked, group: group) + loaded.differingInHours(asked, group: group)
        verdicts = [Int](repeating: 0, count: groups.count)
    }

    /// Whether there is nothing to look at.
    var isEmpty: Bool { groups.isEmpty }

    /// Compares what is done with a query by its name.
    mutating func note(_ name: borrowing NameBuffer, _ type: RRType, decidedIn context: QueryContext) {
        let kind = stack.decide(name, type: type, context: context).kind
        for (index, group) in groups.enumerated()
        where stack.decide(name, type: type, context: group.context).kind != kind { verdicts[index] += 1 }
    }

    /// Says which groups differ, and in how many verdicts.
    func announce() {
        let found = zip(groups, verdicts).filter { $1 > 0 }.map { "\(TerminalText.escaped($0.name)) \($1)" }
        guard !found.isEmpty else { return }
        StandardError.line(
            "patchway: verdicts that differ in groups of clients: \(found.joined(separator: ", ")); --group NAME decides "
                + "for one, --at for a time"
        )
    }
}
