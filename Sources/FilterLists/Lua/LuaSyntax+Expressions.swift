import TextScan

/// What stands where a value is expected.
extension LuaSyntax {
    @_lifetime(self: copy self)
    mutating func expressions() throws(Fault) {
        let before = slots
        try expression()
        while isMark(",") {
            advance()
            try takeSlot()
            try expression()
        }
        slots = before
    }

    @_lifetime(self: copy self)
    mutating func expression() throws(Fault) {
        let (before, level) = (slots, depth)
        try deeper()
        try operand()
        while token.kind == .mark && LuaWords.operators.contains(where: { isMark($0) }) || isWord("and") || isWord("or")
        {
            // These two go on to their right first.
            if isMark("..") || isMark("^") { try deeper() }
            try takeSlot()
            advance()
            try operand()
        }
        (slots, depth) = (before, level)
    }

    @_lifetime(self: copy self)
    mutating func operand() throws(Fault) {
        let level = depth
        while isMark("-") || isMark("#") || isWord("not") {
            try deeper()
            advance()
        }
        depth = level
        switch token.kind {
        case .text:
            try note(token.range)
            advance()
        case .number:
            guard LuaWords.number(text.extracting(token.range)) != nil else { throw fault(isCertain: false) }
            try note(token.range)
            advance()
        case .mark where isMark("{"): try table()
        case .mark where isMark("..."):
            guard functions[functions.count - 1].takesMore else { throw fault() }
            advance()
        case .name where isWord("nil") || isWord("true") || isWord("false"): advance()
        case .name where isWord("function"):
            advance()
            try function()
        default: _ = try suffixed()
        }
    }

    enum Suffixed { case call, variable, value }

    /// A variable or something in parentheses, and what is called or looked up in it.
    @_lifetime(self: copy self)
    mutating func suffixed() throws(Fault) -> Suffixed {
        var kind = Suffixed.variable
        if isMark("(") {
            advance()
            try expression()
            try take(")")
            kind = .value
        } else {
            try name(isConstant: true)
        }
        while true {
            if isMark(".") {
                advance()
                try name(isConstant: true)
                kind = .variable
            } else if isMark("[") {
                advance()
                try expression()
                try take("]")
                kind = .variable
            } else if isMark(":") {
                advance()
                try name(isConstant: true)
                guard isMark("(") || isMark("{") || token.kind == .text else { throw fault() }
                try arguments()
                kind = .call
            } else if isMark("(") || isMark("{") || token.kind == .text {
                try arguments()
                kind = .call
            } else {
                return kind
            }
        }
    }

    @_lifetime(self: copy self)
    mutating func arguments() throws(Fault) {
        let before = slots
        // What is called, and with methods for whom.
        for _ in 0..<3 { try takeSlot() }
        defer { slots = before }
        if isMark("{") { return try table() }
        if token.kind == .text {
            try note(token.range)
            return advance()
        }
        // A parenthesis in a line of its own might begin a statement.
        guard token.line == lastLine else { throw fault() }
        advance()
        if !isMark(")") { try expressions() }
        try take(")")
    }

    @_lifetime(self: copy self)
    mutating func table() throws(Fault) {
        try deeper()
        try notePiece()
        try take("{")
        while !isMark("}") {
            if isMark("[") {
                advance()
                try notePiece()
                try item()
                try take("]")
                try take("=")
                try item()
            } else {
                let isName = token.kind == .name && !isReserved()
                try item()
                // `name = value`; what stands in front of the mark was no more than a name.
                if isName, isMark("=") {
                    guard lastItemIsName else { throw fault() }
                    advance()
                    try item()
                }
            }
            guard isMark(",") || isMark(";") else { break }
            advance()
        }
        try take("}")
        depth -= 1
    }

    /// One of the values of a table; what is written down there costs no constant.
    @_lifetime(self: copy self)
    mutating func item() throws(Fault) {
        let (start, isLiteral) = (token, token.kind == .text || token.kind == .number)
        var ahead = scanner
        let next = ahead.next()
        if isLiteral, next.kind == .mark, [0x2C, 0x3B, 0x7D, 0x5D].contains(text[next.range.lowerBound]) {
            if start.kind == .number, LuaWords.number(text.extracting(start.range)) == nil {
                throw fault(isCertain: false)
            }
            lastItemIsName = false
            return advance()
        }
        try notePiece()
        try expression()
        lastItemIsName = start.kind == .name && lastEnd == start.range.upperBound
    }

    @_lifetime(self: copy self)
    mutating func function() throws(Fault) {
        try deeper()
        try noteFunction()
        let before = slots
        slots = 0
        functions.append(Function())
        try take("(")
        while !isMark(")") {
            try declare(1)
            if isMark("...") {
                functions[functions.count - 1].takesMore = true
                advance()
                break
            }
            try name()
            guard isMark(",") else { break }
            advance()
            if isMark(")") { throw fault() }
        }
        try take(")")
        try block()
        try take("end")
        functions.removeLast()
        slots = before
        depth -= 1
    }
}
