import DNS
import Policy
import TextScan

/// Rules of dnsmasq about every name (`/#/`, `/./`, `/*/`), compared with 2.90: one without an address gives way to any server
/// for everything, and one that sends every name to those servers refuses all names. Where there is none and none is looked
/// for, what no rule decides is refused.
struct DnsmasqCatchAll {
    private var rules: [(rule: Range<Int>, line: Int)] = []
    private var hasServer = false
    private var hasNoOthers = false
    /// Where it says so, in this list.
    private var noOthers: (rule: Range<Int>, line: Int)?
    /// Whether servers may be set while it runs, or names are sent to those for everything.
    private var isUncertain = false

    /// Notes `server=ADDRESS`, which is for everything.
    mutating func noteServer() { hasServer = true }

    /// Notes `no-resolv`: the list names every server there is.
    mutating func noteNoOthers(_ option: DnsmasqOption) {
        hasNoOthers = true
        if !option.isElsewhere { noOthers = (option.rule, option.line) }
    }

    /// Notes names that are sent to the servers for everything, or that there may be others than are named.
    mutating func noteUncertain() { isUncertain = true }

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
        guard rules.isEmpty, !hasServer, let noOthers else { return }
        let (rule, line) = noOthers
        if isUncertain {
            sink.skip(.unknownServers, text, rule, line)
            return sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line)
        }
        let action = sink.builder.intern(.refused)
        sink.builder.add(.subtree, name: .root, class: .implied, action: action, at: RulePosition(rule, line: line))
        // It is what is left, and no rule of the list.
        sink.noteOpenRules(1)
    }
}
