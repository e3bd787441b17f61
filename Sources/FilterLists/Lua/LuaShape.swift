import TextScan

/// What a line of Lua looks like on its own.
enum LuaShape {
    /// The shape of a line for detection; nil when it does not look like Lua.
    static func of(_ line: Span<UInt8>) -> LineShape? {
        if line.hasPrefix("addAction(") || line.hasPrefix("addAction (") { return .dnsdistRule }
        if line.hasPrefix("policy.add(") || line.hasPrefix("policy:add(") { return .knotRule }
        switch line[0] {
        // The middle of a table or of a call.
        case 0x22, 0x27: return isTextAndMark(line) ? .luaPart : nil
        case 0x7B, 0x7D, 0x29: return .luaPart
        case 0x2D:
            guard line.hasPrefix("--") else { return nil }
            return line.count == 2 || isBlank(line[2]) || line[2] == 0x2D ? .luaPart : nil
        default: return isStatement(line) ? .luaPart : nil
        }
    }

    /// `"text",` and the like.
    private static func isTextAndMark(_ line: Span<UInt8>) -> Bool {
        let last = line[line.count - 1]
        return line.count > 2 && (last == 0x2C || last == line[0] || last == 0x7D || last == 0x29)
    }

    /// A name with a call behind it, an assignment of a call or of a table, or a word that opens or closes a block.
    private static func isStatement(_ line: Span<UInt8>) -> Bool {
        if line.equals("end") || line.equals("else") || line.hasPrefix("local ") || line.hasPrefix("function ") {
            return true
        }
        if line.hasPrefix("for "), line.hasSuffix(" do") { return true }
        if line.hasPrefix("if "), line.hasSuffix(" then") { return true }
        var index = 0
        while index < line.count, isNameOctet(line[index], first: index == 0) { index += 1 }
        guard index > 0, index < line.count else { return false }
        switch line[index] {
        case 0x28:
            // A call ends, or goes on in the next line.
            let last = line[line.count - 1]
            return last == 0x29 || last == 0x28 || last == 0x7B || last == 0x2C || last == 0x3B
        case 0x20, 0x3D:
            guard let equals = line.firstIndex(of: 0x3D, from: index), equals <= index + 1 else { return false }
            let value = line.extracting((equals + 1)..<line.count).trimmed
            guard value.count > 0 else { return false }
            return value[0] == 0x7B || value.firstIndex(of: 0x28) != nil && value[value.count - 1] == 0x29
        default: return false
        }
    }

    private static func isNameOctet(_ octet: UInt8, first: Bool) -> Bool {
        switch octet {
        case 0x41...0x5A, 0x5F, 0x61...0x7A: true
        case 0x30...0x39, 0x2E, 0x3A: !first
        default: false
        }
    }
}
