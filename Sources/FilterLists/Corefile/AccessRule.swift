import DNS
import Policy
import TextScan

/// A line of an `acl` plugin: `ACTION [type TYPE…] [net NETWORK…]`.
struct AccessRule {
    let action: RuleAction
    /// The types; nil for all.
    private(set) var types: [RRType]?
    /// The clients; nil for all.
    private(set) var clients: [AddressRange]?

    /// Reads the words of a line; nil where CoreDNS would refuse to start.
    init?(_ line: [CorefileToken]) {
        switch String(decoding: line[0].text, as: UTF8.self).lowercased() {
        case "allow": action = .allow
        case "block": action = .refused
        case "filter": action = .nodata
        case "drop": action = .drop
        default: return nil
        }
        var sections: [(isType: Bool, words: ArraySlice<CorefileToken>)] = []
        var rest = line.dropFirst()
        while let first = rest.first {
            guard let isType = Self.isType(first) else { return nil }
            let words = rest.dropFirst().prefix { Self.isType($0) == nil }
            guard !words.isEmpty else { return nil }
            sections.append((isType, words))
            rest = rest.dropFirst(1 + words.count)
        }
        var takesAll = (types: !sections.contains { $0.isType }, clients: !sections.contains { !$0.isType })
        var found: (types: [RRType], clients: [AddressRange]) = ([], [])
        for section in sections {
            for word in section.words {
                if word.equals("*") {
                    if section.isType { takesAll.types = true } else { takesAll.clients = true }
                    break
                }
                let text = String(decoding: word.text, as: UTF8.self)
                if section.isType {
                    guard let type = RRType(text), type.description == text, !text.hasPrefix("TYPE") else { return nil }
                    found.types.append(type)
                } else {
                    guard let range = AddressRange(text), !range.address.isMapped else { return nil }
                    found.clients.append(range)
                }
            }
        }
        types = takesAll.types ? nil : found.types
        clients = takesAll.clients ? nil : found.clients
    }

    /// Whether a word begins the types (true) or the clients (false).
    private static func isType(_ word: CorefileToken) -> Bool? {
        if word.text.span.equalsIgnoringCase("type") { return true }
        return word.text.span.equalsIgnoringCase("net") ? false : nil
    }
}
