/// The blocks of Lua that are open where one is skipped.
struct LuaBlocks {
    /// How many are open; below none where more end than begin.
    private(set) var depth = 0
    /// How many parentheses and braces are open in each.
    private var marks = [0]
    private var isFunction: [Bool] = []
    private var functions = 0

    /// Whether one of them is a function, which nobody knows when it is run.
    var isInFunction: Bool { functions > 0 }

    /// How many parentheses and braces are open in the innermost.
    var open: Int {
        get { marks[marks.count - 1] }
        set { marks[marks.count - 1] = newValue }
    }

    mutating func begin(isFunction: Bool) {
        depth += 1
        marks.append(0)
        self.isFunction.append(isFunction)
        if isFunction { functions += 1 }
    }

    mutating func end() {
        depth -= 1
        if marks.count > 1 { marks.removeLast() }
        if isFunction.popLast() == true { functions -= 1 }
    }
}
