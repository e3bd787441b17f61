import DNS
import Policy
import TextScan

/// A command of iptables (iptables(8), iptables-extensions(8)) as far as it changes what is forwarded or sent.
struct IptablesCommand {
    /// What it does with a chain.
    enum Operation: Equatable {
        case append
        /// In front of the rule of a number, from 1.
        case insert(Int)
        case replace(Int)
        /// The rule of a number, or nil the first one that is alike.
        case delete(Int?)
        case flush
        case policy
        /// Nothing that is of interest here.
        case other
    }

    /// What becomes of a packet that its rule is about.
    enum Effect: Hashable {
        case drop, accept
        /// It goes on to the next rule.
        case none
        /// Not known, or only under conditions.
        case open
    }

    var operation = Operation.other
    var isV4 = true
    var table = "filter"
    var chain: String?
    var effect = Effect.none
    /// The destinations, each a rule of its own; nil where the rule is about all, or about unknown ones.
    var destinations: [[AddressRange]]?
    /// Destinations that are names of hosts, which are resolved when the rule is loaded.
    var hosts: [String] = []
    /// The words that ask for more than a destination.
    var conditions: [String] = []
    private var target: String?
    /// What decides nothing, and yet tells rules apart.
    private var remarks: [String] = []

    /// Reads the words of a command; nil where they are none that can be followed.
    init?(_ words: [String]) {
        guard let first = words.first, first == "iptables" || first == "ip6tables" else { return nil }
        isV4 = first == "iptables"
        var rest = words.dropFirst()[...]
        var isNegated = false
        while let word = rest.popFirst() {
            if word == "!" {
                isNegated = true
                continue
            }
            let isDestination = ["-d", "--dst", "--destination", "--dst-range"].contains(word)
            if isDestination, !isNegated, let value = rest.popFirst() {
                guard destinations == nil, let read = self.ranges(value) else {
                    hosts += Self.hosts(value)
                    conditions += [word, value]
                    continue
                }
                destinations = read
            } else if isNegated || !take(word, &rest) {
                conditions.append(isNegated ? "!" + word : word)
                isNegated = false
            }
        }
        // Words run together or cut short, which iptables takes, are not looked into.
        let isOdd = conditions.contains { $0.hasPrefix("-t") || $0.hasPrefix("--ta") }
        guard !isOdd, operation != .other || conditions.isEmpty else { return nil }
        effect = self.effectOfTarget
    }

    /// Takes a word that is known, with its value.
    private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) -> Bool {
        switch word {
        case "-A", "--append": return take(.append, &rest)
        case "-I", "--insert":
            guard take(.insert(1), &rest) else { return false }
            if let number = Self.number(&rest) { operation = .insert(number) }
            return true
        case "-D", "--delete":
            guard take(.delete(nil), &rest) else { return false }
            operation = .delete(Self.number(&rest))
            return true
        case "-R", "--replace":
            guard take(.replace(0), &rest) else { return false }
            operation = .replace(Self.number(&rest) ?? 0)
            return true
        case "-F", "--flush":
            operation = .flush
            if let next = rest.first, !next.hasPrefix("-") { chain = rest.popFirst() }
            return true
        case "-P", "--policy":
            guard take(.policy, &rest) else { return false }
            target = rest.popFirst()
            return true
        case "-N", "-X", "-Z", "-L", "-S", "-C", "-E": return takeRest(&rest)
        case "-j", "--jump":
            target = rest.popFirst() ?? ""
            return true
        case "-g", "--goto":
            target = "goto " + (rest.popFirst() ?? "")
            return true
        case "-t", "--table":
            table = rest.popFirst() ?? ""
            return true
        case "-m", "--match":
            guard rest.first == "iprange" || rest.first == "comment" else { return false }
            rest.removeFirst()
            return true
        case "--comment", "--reject-with":
            remarks += [word, rest.popFirst() ?? ""]
            return true
        case "-w", "--wait":
            _ = Self.number(&rest)
            return true
        default: return false
        }
    }

    private mutating func take(_ operation: Operation, _ rest: inout ArraySlice<String>) -> Bool {
        guard self.operation == .other, chain == nil, let name = rest.popFirst() else { return false }
        (self.operation, chain) = (operation, name)
        return true
    }

    /// Commands that make chains or show rules do nothing to the rules of others.
    private mutating func takeRest(_ rest: inout ArraySlice<String>) -> Bool {
        rest = []
        return true
    }

    private static func number(_ rest: inout ArraySlice<String>) -> Int? {
        guard let next = rest.first, let number = Int(next) else { return nil }
        rest.removeFirst()
        return number
    }

    /// The addresses of each destination of a list; nil where one is a name or of the other family.
    private func ranges(_ value: String) -> [[AddressRange]]? {
        var all: [[AddressRange]] = []
        for part in value.utf8.split(separator: 0x2C, omittingEmptySubsequences: false) {
            guard let ranges = AddressListReader.ranges(Array(part)), ranges.allSatisfy({ $0.address.isV4 == isV4 })
            else { return nil }
            all.append(ranges)
        }
        return all
    }

    /// The names of hosts in a list of destinations.
    private static func hosts(_ value: String) -> [String] {
        value.utf8.split(separator: 0x2C).map { Array($0) }.filter { part in
            let name = Array(part.prefix { $0 != 0x2F })
            let isAddress = name.contains(0x3A) || name.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
            return !isAddress && (try? DomainName(presentation: name)) != nil
        }
        .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Why what becomes of packets is not known.
    var reason: UnsupportedReason {
        if !hosts.isEmpty { return .resolvedOnce(hosts) }
        let looksInside = conditions.contains { $0 == "string" || $0 == "--string" || $0 == "--hex-string" }
        return looksInside ? .packetText : .connection
    }

    private var effectOfTarget: Effect {
        switch target {
        case nil where conditions.isEmpty: .none
        case "LOG", "NFLOG", "ULOG": .none
        case "DROP" where conditions.isEmpty, "REJECT" where conditions.isEmpty: .drop
        case "ACCEPT" where conditions.isEmpty: .accept
        default: .open
        }
    }

    /// What makes two rules alike.
    var likeness: String { likeness(of: (destinations ?? []).flatMap { $0 }) }

    /// The same for one of its destinations.
    func likeness(of ranges: [AddressRange]) -> String {
        let ends = [ranges.first, ranges.last].compactMap { $0 }.map { "\($0.firstAddress)/\($0.prefixLength)" }
        return "\(target ?? "")|\(ends.joined(separator: "-"))|" + (conditions + remarks).joined(separator: " ")
    }
}

extension IptablesCommand {
    /// The words of a line of a shell script: quotes are taken off, what is thrown away and comments left out; nil where
    /// the line is more than words.
    static func words(_ line: [UInt8]) -> [String]? {
        var words: [String] = []
        var word: [UInt8]?
        var quote: UInt8?
        for octet in line {
            if let own = quote {
                if octet == own {
                    quote = nil
                } else {
                    guard own == 0x27 || ![0x24, 0x60, 0x5C].contains(octet) else { return nil }
                    word?.append(octet)
                }
                continue
            }
            switch octet {
            case 0x20, 0x09:
                if let made = word { words.append(String(decoding: made, as: UTF8.self)) }
                word = nil
            case 0x22, 0x27:
                quote = octet
                word = word ?? []
            case 0x23 where word == nil: return words.filter { !thrownAway.contains($0) }
            default: word = (word ?? []) + [octet]
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        words.removeAll { thrownAway.contains($0) }
        let marks = "$`\\;&|<>(){}*?[]~".utf8
        return words.contains { $0.utf8.contains { octet in marks.contains(octet) } } ? nil : words
    }

    /// Output that nobody sees.
    private static let thrownAway: Set<String> = [">/dev/null", "2>/dev/null", "&>/dev/null", "2>&1", "1>/dev/null"]
}
