import DNS
import Policy
import TextScan

/// Rules of dnsmasq about every name (`/#/`, `/./`, `/*/`), compared with 2.90: one without an address gives way to any server
/// for everything, and one that sends every name to those servers refuses all names.
struct DnsmasqCatchAll {
    private var rules: [(rule: Range<Int>, line: Int)] = []
    private var hasServer = false
    private var hasNoOthers = false

    /// Notes `server=ADDRESS`, which is for everything.
    mutating func noteServer() { hasServer = true }

    /// Notes `no-resolv`: the list names every server there is.
    mutating func noteNoOthers() { hasNoOthers = true }

    /// Takes a rule by which no name exists.
    mutating func add(_ rule: Range<Int>, _ line: Int) { rules.append((rule, line)) }

    /// Leaves every name open because of `server=/#/#`, which nobody means.
    static func openAll(_ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        sink.skip(.answerOption, text, rule, line)
        sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line)
    }

    /// Adds what the rules come to, once all servers are known.
    func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        for (rule, line) in rules {
            if hasServer {
                sink.drop(.givesWayToServer, text, rule, line)
            } else if hasNoOthers {
                let action = sink.builder.intern(.nxdomain)
                let position = RulePosition(rule, line: line)
                sink.builder.add(.subtree, name: .root, class: .zone, action: action, at: position)
            } else {
                sink.skip(.unknownServers, text, rule, line)
                sink.leaveOpen(.subtree, .root, class: .zone, rule: rule, line: line)
            }
        }
    }
}
