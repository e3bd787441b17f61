import TextScan

/// A value of a configuration, as far as it is known without running it.
protocol LuaValue {
    /// What is still known of it where something unknown got hold of it and may have changed it.
    var spoiled: Self { get }
}

/// The variables of a program that is not run, and which of their values are still known.
///
/// A value is known until it gets to where something unknown may change it: into a table, to a function that is not
/// modelled, into an expression. A variable that a part mentions which is not run, a function above all, is never known
/// again, since nobody knows when that part runs.
struct LuaVariables<Value: LuaValue> {
    /// What one assignment made: shared by all variables that hold it, as in Lua.
    private final class Cell {
        let value: Value
        var isKnown = true
        var isKept = false

        init(_ value: Value) { self.value = value }
    }

    private let unknown: Value
    private var cells: [String: Cell] = [:]
    /// Mentioned by what is not run.
    private var hidden: Set<String> = []
    /// Names with a meaning that the program may have changed.
    private var exposed: Set<String> = []
    private var isLost = false
    /// The variables of the current statement that something unknown gets hold of.
    private(set) var touched: Set<String> = []
    /// Whether the current statement may change a value that a rule keeps.
    private(set) var changesKept = false

    init(unknown: Value) { self.unknown = unknown }

    /// What a variable holds; nil for a name that the program gives no meaning.
    subscript(name: String) -> Value? {
        guard let cell = cells[name] else { return exposed.contains(name) ? unknown : nil }
        if isLost || hidden.contains(name) && exposed.contains(name) { return unknown }
        return cell.isKnown && !hidden.contains(name) ? cell.value : cell.value.spoiled
    }

    /// Begins a statement, with the names in its parts that are not run.
    mutating func begin(_ names: LuaNames) {
        touched = names.roots
        changesKept = false
        if names.isLost {
            isLost = true
            changesKept = cells.values.contains(where: \.isKept)
        }
        exposed.formUnion(names.exposed)
        for name in names.roots {
            spoil(name)
            hidden.insert(name)
        }
    }

    /// Assigns a value of its own.
    mutating func assign(_ name: String, _ value: Value) { put(Cell(value), name) }

    /// Assigns what another variable holds; false when there is none.
    mutating func assign(_ name: String, from other: String) -> Bool {
        guard let cell = cells[other] else { return false }
        put(cell, name)
        return true
    }

    private mutating func put(_ cell: Cell, _ name: String) {
        cells[name] = cell
        if hidden.contains(name) { spoil(name) }
    }

    /// Makes what a variable holds unknown.
    mutating func forget(_ name: String) {
        touched.insert(name)
        spoil(name)
    }

    private mutating func spoil(_ name: String) {
        guard let cell = cells[name] else { return }
        cell.isKnown = false
        if cell.isKept { changesKept = true }
    }

    /// Says that a rule goes on looking at what a variable holds.
    func keep(_ name: String) { cells[name]?.isKept = true }

    /// Forgets what an expression hands to something unknown; `keepsNothing` names the functions that are modelled.
    mutating func escape(
        _ expression: LuaExpression,
        isHandedOn: Bool,
        _ text: Span<UInt8>,
        keepsNothing: (String) -> Bool
    ) {
        switch expression {
        case .path(let path):
            guard isHandedOn else { return }
            let root = text.extracting(path[0]).string
            forget(root)
            if path.count == 1, cells[root] == nil { exposed.insert(root) }
        case .call(let call):
            if let receiver = call.receiver {
                escape(receiver, isHandedOn: true, text, keepsNothing: keepsNothing)
                for argument in call.arguments {
                    escape(argument, isHandedOn: true, text, keepsNothing: keepsNothing)
                }
                return
            }
            let root = text.extracting(call.path[0]).string
            let isModelled = !call.isMethod && self[root] == nil && keepsNothing(call.name(text))
            if !isModelled { forget(root) }
            for argument in call.arguments {
                escape(argument, isHandedOn: !isModelled, text, keepsNothing: keepsNothing)
            }
        case .table(let fields):
            for field in fields {
                if let key = field.key { escape(key, isHandedOn: isHandedOn, text, keepsNothing: keepsNothing) }
                escape(field.value, isHandedOn: isHandedOn, text, keepsNothing: keepsNothing)
            }
        case .null, .boolean, .number, .text, .function, .operation, .opaque: break
        }
    }
}
