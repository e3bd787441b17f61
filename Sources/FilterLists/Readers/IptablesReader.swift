import DNS
import Policy
import TextScan

/// Scripts of iptables rules (iptables(8), iptables-extensions(8)), such as OpenWrt's `firewall.user`: what becomes of packets
/// that are forwarded or sent, by their destination, if the chains are empty before. The first rule of a chain that is
/// about an address decides; rules that ask for more than a destination leave it open. Where a line cannot be followed,
/// every address is open.
enum IptablesReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var script = IptablesScript(octets: text.count)
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else {
                script.lose(line.range, line.number)
                continue
            }
            let whole = text.trimmedRange(in: line.range)
            guard !whole.isEmpty, text[whole.lowerBound] != 0x23 else { continue }
            guard let words = IptablesCommand.words(text.extracting(whole).octets) else {
                sink.skip(.program, text, whole, line.number)
                script.lose(whole, line.number)
                continue
            }
            if words.first == "exit" { break }
            if let word = words.first, IptablesScript.harmless.contains(word) {
                sink.drop(.option, text, whole, line.number)
                continue
            }
            guard let command = IptablesCommand(words) else {
                sink.skip(.program, text, whole, line.number)
                script.lose(whole, line.number)
                continue
            }
            script.apply(command, text, whole, line.number, &sink)
        }
        script.finish(text, &sink)
    }

    /// Whether a line is a command of iptables.
    static func isCommand(_ line: Span<UInt8>) -> Bool { line.hasPrefix("iptables ") || line.hasPrefix("ip6tables ") }
}

/// The chains that a script makes.
private struct IptablesScript {
    /// What does nothing to rules.
    static let harmless: Set<String> = ["echo", "logger", "sleep", "true", ":"]

    /// Rules of one family.
    private struct Chains {
        var forwarded = IptablesChain()
        var sent = IptablesChain()
        /// Rules of other tables, which come before or after in an order that is not followed.
        var elsewhere = IptablesChain()
    }

    /// Prefixes that rules may still have.
    private var room: Int
    private var v4 = Chains()
    private var v6 = Chains()

    init(octets: Int) { room = octets / 4 + 100_000 }

    mutating func lose(_ place: Range<Int>, _ line: Int) {
        v4.elsewhere.lose(place, line)
        v6.elsewhere.lose(place, line)
    }

    mutating func apply(
        _ command: IptablesCommand,
        _ text: Span<UInt8>,
        _ place: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        room -= command.destinations?.reduce(0) { $0 + $1.count } ?? 1
        guard room >= 0 else {
            sink.skip(.tooManyParts, text, place, line)
            return lose(place, line)
        }
        var chains = command.isV4 ? v4 : v6
        if command.isV4 { v4 = Chains() } else { v6 = Chains() }
        if command.table == "filter" {
            let isFlush = command.operation == .flush && command.chain == nil
            if isFlush || command.chain == "FORWARD" { chains.forwarded.apply(command, place, line) }
            if isFlush || command.chain == "OUTPUT" { chains.sent.apply(command, place, line) }
            if !isFlush, command.chain != "FORWARD", command.chain != "OUTPUT" {
                sink.skip(.connection, text, place, line)
            }
        } else {
            sink.skip(.connection, text, place, line)
            if Self.mayMatter(command) {
                var command = command
                command.operation = .append
                chains.elsewhere.apply(command, place, line)
            }
        }
        if command.isV4 { v4 = chains } else { v6 = chains }
    }

    /// Whether a rule of another table may do something to a connection: not where only the source is changed, or queries
    /// are sent elsewhere.
    private static func mayMatter(_ command: IptablesCommand) -> Bool {
        switch command.operation {
        case .append, .insert, .replace: break
        default: return false
        }
        guard command.table == "nat" else { return true }
        if command.chain == "POSTROUTING" { return false }
        let isAboutQueries = zip(command.conditions, command.conditions.dropFirst()).contains {
            $0 == ("--dport") && $1 == "53"
        }
        return command.destinations != nil || !isAboutQueries
    }

    /// Adds the rules of all chains.
    func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        for (chains, isV4) in [(v4, true), (v6, false)] {
            let all = [chains.elsewhere, chains.forwarded, chains.sent]
            if let lost = all.lazy.compactMap(\.lost).first {
                sink.leaveOpen(RuleSink.all(isV4: isV4), .program, text, lost.place, lost.line)
            }
            for rule in chains.elsewhere.ordered {
                sink.leaveOpen(rule.ranges, .connection, text, rule.place, rule.line)
            }
            var (forwarded, sent) = (chains.forwarded.ordered, chains.sent.ordered)
            forwarded.removeAll { $0.effect == .none }
            sent.removeAll { $0.effect == .none }
            let isOne = forwarded.map(\.key) == sent.map(\.key)
            let isInOrder = isOne || forwarded.isEmpty || sent.isEmpty
            add(isOne ? forwarded : forwarded + sent, isInOrder: isInOrder, text, &sink)
            // What policies of chains drop is what no rule accepts.
            if let closing = chains.forwarded.closing ?? chains.sent.closing {
                sink.leaveOpen(RuleSink.all(isV4: isV4), .connection, text, closing.place, closing.line)
            }
        }
        sink.closeAddresses()
    }

    /// Adds rules; of two chains an address that only one may accept is open.
    private func add(_ rules: [IptablesChain.Rule], isInOrder: Bool, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        let ordered = isInOrder ? rules : rules.filter { $0.effect != .drop } + rules.filter { $0.effect == .drop }
        for rule in ordered {
            switch rule.effect {
            case .drop: sink.add(rule.ranges, sink.entry(), text, rule.place, rule.line)
            case .accept where isInOrder && sink.role != .allow && sink.role != .exempt:
                sink.add(rule.ranges, (.listAllow, sink.allow), text, rule.place, rule.line)
            default: sink.leaveOpen(rule.ranges, rule.reason, text, rule.place, rule.line)
            }
        }
    }
}

extension IptablesChain.Rule {
    /// What a rule says, wherever it stands.
    fileprivate var key: String { "\(effect) \(likeness)" }
}
