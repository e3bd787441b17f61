import ArgumentParser
import FilterLists
import Policy
import Settings
import TextScan

/// Options that say what other stack a replay compares with.
struct StackChangeOptions: ParsableArguments {
    @Option(
        name: .customLong("what-if"),
        help: ArgumentHelp(
            "Say what this further list would newly break; repeatable. It joins the stack's only layer, or the one that is "
                + "named (or counted: 1 is nearest the client); an engine that no layer has gets a layer behind the others.",
            valueName: "[LAYER=]LIST"
        )
    )
    var added: [String] = []

    @Option(name: .customLong("minus"), help: "Say what the stack would free without this list of it; repeatable.")
    var removed: [String] = []

    @Option(
        name: .customLong("swap"),
        help: ArgumentHelp(
            "Say what changes with list B in place of list A of the stack; repeatable.",
            valueName: "A=B"
        )
    )
    var swapped: [String] = []

    /// Whether nothing changes.
    var isEmpty: Bool { added.isEmpty && removed.isEmpty && swapped.isEmpty }

    /// The stack as it would be.
    /// - Parameters:
    ///   - loaded: the stack as it is: engines that lists were read by stay.
    ///   - engines: the engines of `--engine`, for a list without a stack.
    func applied(
        to stack: Configuration.Stack,
        _ loaded: LoadedStack?,
        engines: [String]
    ) throws -> Configuration.Stack {
        var changed = stack
        for index in changed.layers.indices {
            changed.layers[index].engine = loaded?.layers[index].layer.engine ?? changed.layers[index].engine
        }
        for path in removed {
            let format = loaded?.reports.first { $0.path == path }?.format.id
            try Self.replace(path, with: Self.empty(format), in: &changed, option: "--minus")
        }
        for swap in swapped {
            let parts = swap.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw Failure.usage("--swap \(TerminalText.escaped(swap)): give two lists as A=B")
            }
            try Self.replace(parts[0], with: { Self.other(parts[1], $0) }, in: &changed, option: "--swap")
        }
        guard !changed.layers.isEmpty || added.isEmpty else {
            guard engines.count <= 1 else { throw Failure.usage("--what-if without a stack takes one --engine") }
            let lists = added.map { Configuration.List(path: $0) }
            changed.layers = [Configuration.Layer(engine: try engines.first.map(Engine.init(option:)), lists: lists)]
            return changed
        }
        for list in added { try Self.add(list, of: stack.layers.count, to: &changed) }
        return changed
    }

    /// Adds a list to the layer that `LAYER=LIST` names, or to the only one of the stack as it is.
    private static func add(_ text: String, of count: Int, to stack: inout Configuration.Stack) throws {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 {
            let list = Configuration.List(path: parts[1])
            if let place = try place(of: parts[0], in: stack.layers.prefix(count)) {
                stack.layers[place].lists.append(list)
                return
            }
            if let engine = Engine(rawValue: parts[0]) {
                // Everybody passes it.
                for group in stack.groups.indices { stack.groups[group].layers.append(stack.layers.count) }
                stack.layers.append(Configuration.Layer(engine: engine, lists: [list]))
                return
            }
        }
        guard count == 1 else {
            let names = stack.layers.prefix(count).enumerated().map {
                "\($0 + 1) (\(TerminalText.escaped(name(of: $1))))"
            }
            throw Failure.usage(
                "--what-if \(TerminalText.escaped(text)): the stack has \(count) layers; say which of them the list joins, as "
                    + "LAYER=LIST, by its number or its name: \(names.joined(separator: ", ")); or give the list a layer of its "
                    + "own, as ENGINE=LIST"
            )
        }
        stack.layers[0].lists.append(Configuration.List(path: text))
    }

    /// The layer with a name, a number, or an engine.
    private static func place(of word: String, in layers: ArraySlice<Configuration.Layer>) throws -> Int? {
        let named = layers.indices.filter { name(of: layers[$0]) == word }
        guard named.count <= 1 else {
            let numbers = named.map { String($0 + 1) }.joined(separator: ", ")
            throw Failure.usage("--what-if \(TerminalText.escaped(word)): several layers are called so: say \(numbers)")
        }
        if let found = named.first { return found }
        return Int(word).flatMap { layers.indices.contains($0 - 1) ? $0 - 1 : nil }
    }

    private static func name(of layer: Configuration.Layer) -> String {
        layer.name ?? layer.engine?.rawValue ?? "unnamed"
    }

    /// A list that holds nothing: a layer that had it alone stays, so that groups of clients keep their layers.
    private static func empty(_ format: String?) -> (Configuration.List) -> Configuration.List {
        { list in
            var list = list
            list.octets = Array("\n".utf8)
            list.rules = nil
            // A database is several lists, none of which is read as its format.
            let own = format ?? list.format ?? ListFormat.domains.id
            list.format = own == ListFormat.gravityDatabase.id ? ListFormat.domains.id : own
            list.mayBeEmpty = true
            return list
        }
    }

    private static func other(_ path: String, _ list: Configuration.List) -> Configuration.List {
        var other = Configuration.List(path: path, role: list.leavesRoleOpen ? nil : list.role)
        other.groups = list.groups
        other.minutes = list.minutes
        other.zonePolicy = list.zonePolicy
        return other
    }

    private static func replace(
        _ path: String,
        with other: (Configuration.List) -> Configuration.List,
        in stack: inout Configuration.Stack,
        option: String
    ) throws {
        var found = false
        for layer in stack.layers.indices {
            for index in stack.layers[layer].lists.indices where stack.layers[layer].lists[index].path == path {
                found = true
                stack.layers[layer].lists[index] = other(stack.layers[layer].lists[index])
            }
        }
        guard !found else { return }
        let known = stack.layers.flatMap(\.lists).prefix(20).map { TerminalText.escaped($0.path) }
        throw Failure.usage(
            "\(option) \(TerminalText.escaped(path)): the stack has no such list"
                + (known.isEmpty
                    ? "; give a stack with --list or --stack" : "; it has \(known.joined(separator: ", "))")
        )
    }
}
