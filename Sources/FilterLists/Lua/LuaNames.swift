import TextScan

/// The names in those parts of a statement that are not run.
struct LuaNames {
    private static let maximumLength = 64
    private static let maximumCount = 10_000

    /// How often each occurs, as a variable or behind a dot.
    private(set) var counts: [String: Int] = [:]
    /// Those that stand for variables.
    private(set) var roots: Set<String> = []
    /// Variables that are assigned to, or whose values go elsewhere.
    private(set) var exposed: Set<String> = []
    /// Whether any variable may have been meant: names are made while the program runs, or there were too many.
    var isLost = false

    /// Notes a name behind a dot.
    mutating func note(field: Span<UInt8>) {
        guard field.count < Self.maximumLength else { return }
        guard counts.count < Self.maximumCount else { return isLost = true }
        counts[field.string, default: 0] += 1
    }

    /// Notes the name of a variable.
    mutating func note(root: Span<UInt8>, isExposed: Bool) {
        guard root.count < Self.maximumLength, counts.count < Self.maximumCount else { return isLost = true }
        let name = root.string
        counts[name, default: 0] += 1
        roots.insert(name)
        if isExposed { exposed.insert(name) }
    }

    /// Notes `a.b.c`.
    mutating func note(_ path: [Range<Int>], isExposed: Bool, in text: Span<UInt8>) {
        guard let root = path.first else { return }
        note(root: text.extracting(root), isExposed: isExposed)
        for name in path.dropFirst() { note(field: text.extracting(name)) }
    }

    /// Notes all names in an expression whose value goes where nobody looks.
    mutating func note(_ expression: LuaExpression, isHandedOn: Bool = true, in text: Span<UInt8>) {
        switch expression {
        case .path(let path): note(path, isExposed: path.count == 1 && isHandedOn, in: text)
        case .call(let call):
            if let receiver = call.receiver {
                note(receiver, in: text)
                note(field: text.extracting(call.path[0]))
            } else {
                note(call.path, isExposed: false, in: text)
            }
            for argument in call.arguments { note(argument, in: text) }
        case .table(let fields):
            for field in fields {
                if let key = field.key { note(key, in: text) }
                note(field.value, in: text)
            }
        // The values of operators are noted where they are read.
        case .null, .boolean, .number, .text, .function, .operation, .opaque: break
        }
    }
}
