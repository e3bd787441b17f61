import TextScan

/// Values, and what is called or looked up in them.
extension LuaParser {
    @_lifetime(self: copy self)
    mutating func expression(_ depth: Int) throws(Fault) -> LuaExpression {
        let first = try operand(depth)
        guard isOperator() else { return first }
        var operation = LuaOperator(text.extracting(token.range))
        var operands = [first]
        while isOperator() {
            if LuaOperator(text.extracting(token.range)) != operation { operation = nil }
            advance()
            operands.append(try operand(depth))
        }
        for operand in operands { names.note(operand, isHandedOn: operation?.handsOn ?? true, in: text) }
        return operation.map { .operation($0, operands) } ?? .opaque
    }

    @_lifetime(self: copy self)
    private mutating func operand(_ depth: Int) throws(Fault) -> LuaExpression {
        guard depth < Self.maximumDepth else { throw .syntax }
        try count()
        var isNegative = false
        var (isUntouched, isOpaque) = (true, false)
        while isMark("-") || isMark("#") || isWord("not") {
            if isMark("-") { isNegative.toggle() } else { isOpaque = true }
            isUntouched = false
            advance()
        }
        let value = try simple(depth)
        if isUntouched { return value }
        if !isOpaque, case .number(let number) = value { return .number(isNegative ? -number : number) }
        // The length of a variable, or its opposite, does not give it away.
        if case .path = value { return .opaque }
        return dropped(value)
    }

    private mutating func count() throws(Fault) {
        guard values < Self.maximumValues else { throw .syntax }
        values += 1
    }

    /// What is left of a value when something is done to it that is not looked into.
    private mutating func dropped(_ value: LuaExpression) -> LuaExpression {
        names.note(value, in: text)
        return .opaque
    }

    @_lifetime(self: copy self)
    mutating func simple(_ depth: Int) throws(Fault) -> LuaExpression {
        switch token.kind {
        case .text:
            var text = LuaText(content: token.content, line: token.line, isEscaped: token.isEscaped)
            text.hasNUL = token.hasNUL
            advance()
            return .text(text)
        case .number:
            guard let number = LuaWords.number(text.extracting(token.range)) else { throw .syntax }
            advance()
            return .number(number)
        case .mark where isMark("{"): return .table(try table(depth))
        case .mark where isMark("..."):
            advance()
            return .opaque
        case .name where isWord("nil"):
            advance()
            return .null
        case .name where isWord("true") || isWord("false"):
            defer { advance() }
            return .boolean(isWord("true"))
        case .name where isWord("function"):
            try skipBlock(depth)
            return .function
        default: return try suffixed(depth)
        }
    }

    /// A name, or something in parentheses, and what is called or looked up in it.
    @_lifetime(self: copy self)
    mutating func suffixed(_ depth: Int) throws(Fault) -> LuaExpression {
        let (start, line) = (token.range.lowerBound, token.line)
        var path: [Range<Int>] = []
        var result = LuaExpression.opaque
        var chain = 0
        if isMark("(") {
            advance()
            result = try expression(depth + 1)
            try take(")")
            if case .path(let inner) = result { path = inner }
        } else {
            guard token.kind == .name, !isReserved() else { throw .syntax }
            path = [token.range]
            result = .path(path)
            advance()
        }
        while true {
            try count()
            if isMark(".") || isMark(":") {
                let isMethod = isMark(":")
                advance()
                guard token.kind == .name else { throw .syntax }
                if isMethod, case .call = result, chain < Self.maximumPath {
                    chain += 1
                    result = try method(result, start, line, depth)
                    continue
                }
                if case .path = result, path.count < Self.maximumPath {
                    path.append(token.range)
                    result = .path(path)
                } else {
                    result = dropped(result)
                    names.note(field: text.extracting(token.range))
                }
                advance()
                guard isMethod else { continue }
                result = try called(result, isMethod: true, start, line, depth)
            } else if isMark("[") {
                result = dropped(result)
                advance()
                names.note(try expression(depth + 1), in: text)
                try take("]")
            } else if isMark("(") || isMark("{") || token.kind == .text {
                result = try called(result, isMethod: false, start, line, depth)
            } else {
                return result
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func called(
        _ function: LuaExpression,
        isMethod: Bool,
        _ start: Int,
        _ line: Int,
        _ depth: Int
    ) throws(Fault) -> LuaExpression {
        let arguments = try arguments(depth + 1)
        guard case .path(let path) = function else {
            for argument in arguments { names.note(argument, in: text) }
            return dropped(function)
        }
        return .call(
            LuaCall(path: path, isMethod: isMethod, arguments: arguments, range: start..<lastEnd, line: line)
        )
    }

    @_lifetime(self: copy self)
    private mutating func method(
        _ receiver: LuaExpression,
        _ start: Int,
        _ line: Int,
        _ depth: Int
    ) throws(Fault) -> LuaExpression {
        let name = token.range
        advance()
        let arguments = try arguments(depth + 1)
        let range = start..<lastEnd
        return .call(
            LuaCall(path: [name], isMethod: true, receiver: receiver, arguments: arguments, range: range, line: line)
        )
    }

    @_lifetime(self: copy self)
    private mutating func arguments(_ depth: Int) throws(Fault) -> [LuaExpression] {
        if isMark("{") || token.kind == .text { return [try simple(depth)] }
        try take("(")
        var arguments: [LuaExpression] = []
        if !isMark(")") {
            arguments.append(try expression(depth))
            while isMark(",") {
                advance()
                arguments.append(try expression(depth))
            }
        }
        try take(")")
        return arguments
    }

    @_lifetime(self: copy self)
    private mutating func table(_ depth: Int) throws(Fault) -> [LuaField] {
        try take("{")
        var fields: [LuaField] = []
        while !isMark("}") {
            if isMark("[") {
                advance()
                let key = try expression(depth + 1)
                try take("]")
                try take("=")
                fields.append(LuaField(key: key, value: try expression(depth + 1)))
            } else {
                let name = LuaText(content: token.range, line: token.line, isEscaped: false)
                let isName = token.kind == .name
                let value = try expression(depth + 1)
                if isName, case .path(let path) = value, path.count == 1, isMark("=") {
                    advance()
                    fields.append(LuaField(key: .text(name), value: try expression(depth + 1)))
                } else {
                    fields.append(LuaField(value: value))
                }
            }
            guard isMark(",") || isMark(";") else { break }
            advance()
        }
        try take("}")
        return fields
    }
}
