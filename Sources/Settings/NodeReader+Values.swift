import Yams

extension NodeReader {
    /// A whole number of a range; nil, with a fault, for anything else.
    mutating func number(_ node: Node, _ what: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = self.text(node, what) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            fault(
                node,
                "bad-number",
                "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound), not `\(NodeReader.shortened(text))`"
            )
            return nil
        }
        return value
    }

    /// True or false in YAML's words; nil, with a fault, for anything else.
    mutating func flag(_ node: Node, _ what: String) -> Bool? {
        guard let text = self.text(node, what) else { return nil }
        switch text {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            fault(node, "wrong-type", "\(what) is true or false, not `\(NodeReader.shortened(text))`")
            return nil
        }
    }

    /// An address with a port; nil, with a fault, for anything else.
    mutating func endpoint(_ node: Node, _ what: String, port: UInt16) -> Configuration.Endpoint? {
        guard let text = self.text(node, what) else { return nil }
        guard let endpoint = Configuration.Endpoint(text, defaultPort: port) else {
            fault(
                node,
                "bad-address",
                "`\(NodeReader.shortened(text))` is no address; write 192.0.2.1:53 or [2001:db8::1]:53, not a host name"
            )
            return nil
        }
        return endpoint
    }
}
