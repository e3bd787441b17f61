import TextScan

/// Expressions that match a name and everything below it and nothing else, as `pihole wildcard` writes them:
/// `(\\.|^)name\\.example$`.
enum PiholeSubtree {
    /// The name; nil for any other expression.
    static func name(of expression: Span<UInt8>) -> [UInt8]? {
        guard expression.hasPrefix("(\\.|^)", at: 0) || expression.hasPrefix("(^|\\.)", at: 0), expression.count > 7,
            expression[expression.count - 1] == 0x24
        else { return nil }
        var name: [UInt8] = []
        var index = 6
        while index < expression.count - 1 {
            let octet = expression[index]
            index += 1
            switch octet {
            case 0x30...0x39, 0x61...0x7A, 0x2D, 0x5F: name.append(octet)
            case 0x41...0x5A: name.append(octet | 0x20)
            case 0x5C where expression[index] == 0x2E || expression[index] == 0x2D:
                name.append(expression[index])
                index += 1
            case 0x5B where expression.hasPrefix(".]", at: index):
                name.append(0x2E)
                index += 2
            default: return nil
            }
        }
        return index == expression.count - 1 && isName(name) ? name : nil
    }

    private static func isName(_ text: [UInt8]) -> Bool {
        let labels = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        return text.count <= 253 && labels.allSatisfy { !$0.isEmpty && $0.count <= 63 }
    }
}
