/// Functions of Lua's own that start with arguments that are known, and what they make.
enum LuaLibrary {
    static let functions = table.mapValues { function in
        var function = function
        function.refuses = false
        return function
    }

    private static let table: [String: LuaFunction] = [
        "assert": LuaFunction(takes: [.either([.text, .object("function"), truth])]),
        "collectgarbage": LuaFunction(takes: [], makes: number),
        "ipairs": LuaFunction(takes: [.list(.any)]), "pairs": LuaFunction(takes: [.list(.any)]),
        "math.ceil": LuaFunction(takes: [any], makes: number), "math.floor": LuaFunction(takes: [any], makes: number),
        "math.abs": LuaFunction(takes: [any], makes: number), "math.random": LuaFunction(takes: [], makes: number),
        "math.randomseed": LuaFunction(takes: [.either([any, .object("number")])]),
        "math.max": LuaFunction(takes: [any, any], makes: number),
        "math.min": LuaFunction(takes: [any, any], makes: number),
        "os.clock": LuaFunction(takes: [], makes: number), "os.date": LuaFunction(takes: [], makes: text),
        "os.getenv": LuaFunction(takes: [.text]), "os.time": LuaFunction(takes: [], makes: number),
        "print": LuaFunction(takes: [], takesMore: true), "string.len": LuaFunction(takes: [.text], makes: number),
        "string.lower": LuaFunction(takes: [.text], makes: text),
        "string.rep": LuaFunction(takes: [.text, .number(0...1000)], makes: text),
        "string.reverse": LuaFunction(takes: [.text], makes: text),
        "string.upper": LuaFunction(takes: [.text], makes: text),
        "tostring": LuaFunction(takes: [.either([.text, .boolean, .object("function"), anyTable])], makes: text),
        "tonumber": LuaFunction(takes: [.text]), "type": LuaFunction(takes: [.any], makes: text, minimum: 1),
    ]

    private static let any = LuaForm.number(-1e15...1e15)
    private static let anyTable = LuaForm.either([.object("table"), .list(.any)])
    private static let truth = LuaForm.custom { argument in
        if case .boolean(true) = argument { .taken } else { .unseen }
    }
    private static let text = LuaArgument.object("text")
    private static let number = LuaArgument.object("number")
}
