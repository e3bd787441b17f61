import DNS
import Policy
import TextScan

/// Scripts of iptables rules (iptables(8), iptables-extensions(8)), such as OpenWrt's `firewall.user`: `-d` and
/// `--dst-range` of rules that drop or reject what is forwarded or sent. Rules that ask for more, and other commands, are
/// counted and not evaluated.
enum IptablesReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let whole = text.trimmedRange(in: line.range)
            guard !whole.isEmpty, text[whole.lowerBound] != 0x23 else { continue }
            guard let ranges = ranges(text.extracting(whole)) else {
                sink.skip(.connection, text, whole, line.number)
                continue
            }
            let position = RulePosition(line: line.number, offset: whole.lowerBound, length: whole.count)
            for range in ranges {
                sink.builder.add(.answer, range, class: entry.class, action: entry.action, at: position)
            }
        }
    }

    /// Whether a line is a command of iptables.
    static func isCommand(_ line: Span<UInt8>) -> Bool { line.hasPrefix("iptables ") || line.hasPrefix("ip6tables ") }

    /// The addresses that a rule drops, whatever else a packet is; nil where that is not all that it says.
    private static func ranges(_ command: Span<UInt8>) -> [AddressRange]? {
        guard isCommand(command) else { return nil }
        var fields = FieldScanner(command)
        _ = fields.next()
        var ranges: [AddressRange]?
        var (drops, isOutward) = (false, false)
        while let option = fields.next() {
            let word = command.extracting(option)
            if word.equals("-w") { continue }
            guard let place = fields.next() else { return nil }
            let value = command.extracting(place)
            if word.equals("-I") || word.equals("-A") || word.equals("--insert") || word.equals("--append") {
                isOutward = value.equals("FORWARD") || value.equals("OUTPUT")
            } else if word.equals("-j") || word.equals("--jump") {
                drops = value.equals("DROP") || value.equals("REJECT")
            } else if word.equals("-d") || word.equals("--destination") || word.equals("--dst-range") {
                // A list of commas makes several rules.
                guard ranges == nil else { return nil }
                ranges = []
                for part in value.octets.split(separator: 0x2C, omittingEmptySubsequences: false) {
                    guard let more = AddressListReader.ranges(Array(part)) else { return nil }
                    ranges? += more
                }
            } else if !(word.equals("-m") && value.equals("iprange")) && !(word.equals("-t") && value.equals("filter"))
            {
                return nil
            }
        }
        return drops && isOutward ? ranges : nil
    }
}
