/// A statement of Lua.
enum LuaStatement {
    /// A call on its own.
    case call(LuaCall)
    /// `name = value`, local or not.
    case assignment(path: [Range<Int>], value: LuaExpression, range: Range<Int>, line: Int)
    /// What would have to be run: a block, a function, a loop, several values at once.
    case program(LuaProgram)
    /// No Lua: the engine would refuse the whole file from here on.
    case broken(range: Range<Int>, line: Int)
    case end
}

/// A part of a file that is not run.
struct LuaProgram {
    var range: Range<Int>
    var line: Int
    /// The name of a function that it declares and does not run.
    var declared: Range<Int>?
    /// Whether nothing of it is known but its names: a block that is run where it stands.
    var isRun = true
    /// What is evaluated where nothing else is run.
    var values: [LuaExpression] = []
}
