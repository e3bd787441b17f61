import FilterLists
import Policy

extension EngineSetup {
    /// Whether a real list of this format is a file that the engine reads.
    func takes(_ format: ListFormat) -> Bool {
        let formats: [ListFormat] = [.dnsmasq, .hosts, .unbound, .rpz, .squid, .domains]
        return formats.contains(format) && engine.profile.formats.contains(format.id)
    }

    /// The rules of a real list as the engine gets them; a probe that shows that they are in force follows them.
    /// - Parameter upstream: the port of the server that stands for every server a rule names.
    /// - Throws: ``UnfitList`` when the list would have the engine do more than answer.
    func round(of list: RealList, upstream: UInt16) throws(UnfitList) -> Round {
        var round = Round()
        round.blocked = ["ready0.probe"]
        let text = String(decoding: list.octets, as: UTF8.self)
        let end = list.octets.last == 0x0A ? "" : "\n"
        switch list.format {
        case .dnsmasq:
            let rules = try dnsmasqText(text, upstream)
            round.lists = [("rules", .dnsmasq, rules + end + "address=/ready0.probe/\n"), ("hosts", .hosts, "\n")]
        case .hosts:
            round.lists = [("hosts", .hosts, text), ("rules", .dnsmasq, "address=/ready0.probe/\n")]
        case .unbound:
            try checkUnbound(text)
            round.lists = [("rules", .unbound, text + end + "local-zone: ready0.probe always_nxdomain\n")]
        case .squid, .domains:
            round.lists = [("names", .squid, text + end + "ready0.probe\n")]
        default:
            let probe = "ready0.probe CNAME .\n"
            // Knot Resolver reads nothing behind a fault, and that is no reason not to ask it.
            round.lists = [("zone0", .rpz, engine == .knotRPZ ? probe + text : text + end + probe)]
            round.origins["zone0"] = Self.origin(text)
        }
        return round
    }

    /// Rules that name servers name ours: nothing leaves the machine.
    private func dnsmasqText(_ text: String, _ upstream: UInt16) throws(UnfitList) -> String {
        var lines: [Substring] = []
        for line in Self.lines(text) {
            let key = line.prefix { $0 != "=" }.filter { !$0.isWhitespace }
            guard key.isEmpty || key.hasPrefix("#") || Self.dnsmasqKeys.contains(key) else {
                throw UnfitList(line: lines.count + 1, key: key)
            }
            var line = line
            if key == "server" || key == "local" {
                let value = line.drop { $0 != "=" }.dropFirst()
                let target = value.lastIndex(of: "/").map { value[value.index(after: $0)...] } ?? value
                if !target.isEmpty, !target.allSatisfy({ $0 == "#" || $0.isWhitespace }) {
                    line = line.dropLast(target.count) + "127.0.0.1#\(upstream)"
                }
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    /// The lines without their ends; a carriage return is left to the engine.
    private static func lines(_ text: String) -> [Substring] {
        text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
    }

    private static let dnsmasqKeys: Set<String> = [
        "address", "server", "local", "host-record", "cname", "bogus-nxdomain", "ignore-address",
    ]

    private func checkUnbound(_ text: String) throws(UnfitList) {
        for (index, line) in Self.lines(text).enumerated() {
            let key = String(line.drop { $0.isWhitespace }.prefix { !$0.isWhitespace && $0 != "\"" && $0 != "#" })
            guard key.isEmpty || ["server:", "local-zone:", "local-data:", "local-data-ptr:"].contains(key) else {
                throw UnfitList(line: index + 1, key: key)
            }
        }
    }

    /// The name that a zone file gives itself, if any: the owner of an NS record in full.
    private static func origin(_ text: String) -> String? {
        for line in lines(text).prefix(100) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.first == "$ORIGIN", words.count > 1 { return String(words[1].dropLast()) }
            if words.count > 2, words[0].hasSuffix("."), words.contains("NS") { return String(words[0].dropLast()) }
        }
        return nil
    }
}

/// A list that is not given to an engine.
struct UnfitList: Error, CustomStringConvertible {
    var line: Int
    var key: String
    var description: String { "not given to the engine: line \(line) has `\(key)`" }
}
