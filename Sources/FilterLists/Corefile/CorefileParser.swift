/// A server block of a Corefile.
struct CorefileBlock {
    var keys: [CorefileToken]
    var directives: [CorefileDirective]
}

/// A line of a server block, with what stands in braces behind it.
struct CorefileDirective {
    var name: CorefileToken
    var arguments: [CorefileToken] = []
    var lines: [[CorefileToken]] = []

    /// Adds a word that stands in its braces.
    fileprivate mutating func addInside(_ token: CorefileToken) {
        if token.startsLine || lines.isEmpty { lines.append([]) }
        lines[lines.count - 1].append(token)
    }
}

/// Cuts words of a Corefile into server blocks (Caddy, `caddyfile/parse.go`).
struct CorefileParser {
    private let tokens: [CorefileToken]
    private var position = 0
    private(set) var blocks: [CorefileBlock] = []
    /// Directives that others import, by name.
    private(set) var snippets: [[UInt8]: [CorefileDirective]] = [:]
    /// `import` in front of server blocks: what it names may hold any block.
    private(set) var imports: [CorefileToken] = []
    /// The first word that cannot stand where it does: the server does not start.
    private(set) var fault: CorefileToken?

    init(_ tokens: [CorefileToken]) {
        self.tokens = tokens
        while position < tokens.count, fault == nil { readBlock() }
    }

    private mutating func readBlock() {
        var keys: [CorefileToken] = []
        var expectsAnother = false
        let importsBefore = imports.count
        while position < tokens.count, !tokens[position].equals("{") {
            var key = tokens[position]
            if key.startsLine, key.equals("import"), keys.isEmpty || expectsAnother {
                guard readImport() else { return fail() }
                continue
            }
            if !keys.isEmpty, key.startsLine, !expectsAnother { break }
            expectsAnother = key.text.last == 0x2C
            if expectsAnother { key.text.removeLast() }
            keys.append(key)
            position += 1
        }
        let hasBrace = position < tokens.count && tokens[position].equals("{")
        let hasImport = imports.count > importsBefore
        if hasImport, keys.isEmpty, !hasBrace { return }
        guard hasImport || !keys.isEmpty, !expectsAnother || hasBrace else { return fail() }
        if hasBrace { position += 1 }
        let directives = readDirectives(untilBrace: hasBrace)
        // The keys stand in what is imported.
        if keys.isEmpty { return }
        if keys.count == 1, keys[0].text.first == 0x28, keys[0].text.last == 0x29 {
            snippets[Array(keys[0].text.dropFirst().dropLast())] = directives
        } else {
            blocks.append(CorefileBlock(keys: keys, directives: directives))
        }
    }

    /// Steps over `import` and the rest of its line; false where nothing is imported.
    private mutating func readImport() -> Bool {
        imports.append(tokens[position])
        let start = position + 1
        position = start
        while position < tokens.count, !tokens[position].startsLine { position += 1 }
        return position > start
    }

    private mutating func fail() {
        fault = fault ?? tokens[min(position, tokens.count - 1)]
        position = tokens.count
    }

    private mutating func readDirectives(untilBrace: Bool) -> [CorefileDirective] {
        var directives: [CorefileDirective] = []
        while position < tokens.count {
            if tokens[position].equals("}") {
                if untilBrace { position += 1 } else { fail() }
                return directives
            }
            directives.append(readDirective())
        }
        if untilBrace { fail() }
        return directives
    }

    private mutating func readDirective() -> CorefileDirective {
        var directive = CorefileDirective(name: tokens[position])
        position += 1
        var depth = 0
        while position < tokens.count {
            let token = tokens[position]
            if depth == 0, token.startsLine { return directive }
            if token.equals("{") {
                depth += 1
                if depth > 1 { directive.addInside(token) }
            } else if token.equals("}") {
                // One that closes more than was opened ends the server block.
                guard depth > 0 else { return directive }
                depth -= 1
            } else if depth == 0 {
                directive.arguments.append(token)
            } else {
                directive.addInside(token)
            }
            position += 1
        }
        if depth > 0 { fail() }
        return directive
    }
}
