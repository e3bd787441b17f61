import DNS
import FilterLists
import Policy
import TestSupport

/// Random rule lists of every engine over few names, so that rules meet, and names derived from them.
struct RandomLists {
    private var generator: SeededGenerator
    private let apexes: [String]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        apexes = ["alpha.example", "beta.example", "gamma.co.example", "delta.net", "eps-1.org"]
    }

    /// A name of one to four labels below a few apexes.
    mutating func name() -> String {
        var name = pick(apexes)
        for _ in 0..<Int.random(in: 0...3, using: &generator) { name = pick(Self.labels) + "." + name }
        return name
    }

    /// A name that lists may well decide: one of theirs, its parent, a child, a look-alike, or another one.
    mutating func question() -> String {
        let name = name()
        switch Int.random(in: 0...7, using: &generator) {
        case 0: return pick(Self.labels) + "." + name
        case 1: return "zz.yy." + name
        case 2: return "x" + name
        case 3: return name.split(separator: ".").dropFirst().joined(separator: ".")
        case 4: return name + ".br"
        default: return name
        }
    }

    private static let labels = ["a", "b", "www", "ads", "track", "x1", "_srv", "m-2"]

    private mutating func pick<Element>(_ all: [Element]) -> Element {
        all[Int.random(in: 0..<all.count, using: &generator)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    /// Lists of a source that was chosen by its engine and format.
    mutating func inputs(_ engine: Engine, _ count: Int) -> [ListInput] {
        func list(_ name: String, _ lines: [String], _ format: ListFormat, _ role: ListRole = .block) -> ListInput {
            let text = lines.joined(separator: "\n") + "\n"
            return ListInput(path: name, role: role, format: format, octets: Array(text.utf8))
        }
        switch engine {
        case .pihole:
            return [
                list("gravity", lines(count) { $0.gravity() }, .domains),
                list("antigravity", lines(count / 4) { "@@||\($0.name())^" }, .domains, .allow),
                list("deny", lines(count / 6) { $0.name() }, .domains, .deny),
                list("allow", lines(count / 6) { $0.name() }, .domains, .exempt),
                list("regex", lines(3) { $0.expression() }, .regex, .deny),
            ]
        case .adguardHome: return [list("filter", lines(count) { $0.adblock() }, .adblock)]
        case .blocky:
            return [
                list("deny", lines(count) { $0.blocky() }, .wildcard),
                list("allow", lines(count / 3) { $0.blocky() }, .wildcard, .allow),
            ]
        case .technitium:
            return [list("blocked", lines(count) { $0.chance(25) ? "@@||\($0.name())^" : $0.name() }, .domains)]
        case .dnscryptProxy:
            return [
                list("blocked", lines(count) { $0.dnscrypt() }, .dnscrypt),
                list("allowed", lines(count / 3) { $0.dnscrypt() }, .dnscrypt, .allow),
            ]
        case .dnsmasq: return [list("conf", lines(count) { $0.dnsmasq() }, .dnsmasq)]
        case .unbound: return [list("zones", unbound(count), .unbound)]
        case .dnsdist: return [list("rules", lines(count) { $0.dnsdist() }, .dnsdist)]
        default:
            let head = ["$TTL 60", "@ SOA a. b. 1 1 1 1 1", "@ NS a."]
            return [list("zone", head + lines(count) { $0.policyZone() }, .rpz)]
        }
    }

    private mutating func lines(_ count: Int, _ make: (inout RandomLists) -> String) -> [String] {
        (0..<max(1, count)).map { _ in make(&self) }
    }

    private mutating func gravity() -> String {
        switch Int.random(in: 0...3, using: &generator) {
        case 0: "0.0.0.0 \(name())"
        case 1: "||\(name())^"
        default: name()
        }
    }

    private mutating func expression() -> String {
        let tail = pick(["", ";querytype=A", ";querytype=!A", ";reply=NXDOMAIN", ";querytype=AAAA,HTTPS;reply=NODATA"])
        return pick(["^ads[0-9]*\\.", "(^|\\.)track\\.", "x1\\..*\\.org$", "^b\\."]) + tail
    }

    private mutating func adblock() -> String {
        let name = name()
        let body: String
        switch Int.random(in: 0...11, using: &generator) {
        case 0: return name
        case 1: return "0.0.0.0 \(name)"
        case 2: return "192.0.2.7 \(name)"
        case 3: body = "|\(name)^"
        case 4: body = "*.\(name)^"
        case 5: body = pick(["/^ads\\./", "/track[.]/", "/(?:x1|www)\\.b/"])
        case 6: body = pick(["ads*.example^", "||tra*.net^", "|www.*|", "-2.beta"])
        default: body = "||\(name)^"
        }
        var modifiers: [String] = []
        if chance(15) { modifiers.append("important") }
        if chance(10) { modifiers.append("dnstype=" + pick(["A", "AAAA", "~A", "A|AAAA", "~HTTPS", "TXT"])) }
        if chance(8) { modifiers.append("denyallow=www.\(name)") }
        if chance(4) { modifiers.append("client=192.0.2.1") }
        let tail = modifiers.isEmpty ? "" : "$" + modifiers.joined(separator: ",")
        return (chance(25) ? "@@" : "") + body + tail
    }

    private mutating func blocky() -> String {
        switch Int.random(in: 0...4, using: &generator) {
        case 0: "*.\(name())"
        case 1: pick(["/^ads\\./", "/track[.].*net$/", "/(x1|www)\\.b/"])
        default: name()
        }
    }

    private mutating func dnscrypt() -> String {
        switch Int.random(in: 0...7, using: &generator) {
        case 0: "=\(name())"
        case 1: "*.\(name())"
        case 2: pick(["ads.*", "*track*", "x?.alpha.example", "www.*.net", "*m-2*example*"])
        case 3, 4: "=\(name())"
        default: name()
        }
    }

    private mutating func dnsmasq() -> String {
        let name = name()
        switch Int.random(in: 0...11, using: &generator) {
        case 0: return "address=/\(name)/#"
        case 1: return "address=/\(name)/"
        case 2: return "address=/\(name)/0.0.0.0"
        case 3: return "address=/\(name)/::"
        case 4: return "server=/\(name)/#"
        case 5: return "server=/\(name)/192.0.2.53"
        case 6: return "address=/*.\(name)/"
        case 7: return "server=/*.\(name)/#"
        case 8: return "host-record=\(name),0.0.0.0"
        case 9: return "address=/\(name)/192.0.2.9"
        case 10: return chance(20) ? "address=/*\(name)/" : "local=/\(name)/"
        default: return "local=/\(name)/"
        }
    }

    private mutating func dnsdist() -> String {
        let name = name()
        let rule = pick([
            "'\(name)'", "'\(name)'", "QNameRule('\(name)')", "AndRule{makeRule('\(name)'), QTypeRule('AAAA')}",
            "RegexRule('^ads[.]')", "AndRule{makeRule('\(name)'), NotRule(QNameRule('www.\(name)'))}",
        ])
        let action = pick([
            "RCodeAction(DNSRCode.NXDOMAIN)", "RCodeAction(DNSRCode.REFUSED)", "SpoofAction('0.0.0.0')",
            "AllowAction()",
            "SpoofAction({'0.0.0.0', '::'})", "DropAction()", "SpoofCNAMEAction('g.yy')", "RCodeAction(0)",
        ])
        return "addAction(\(rule), \(action))"
    }

    private mutating func unbound(_ count: Int) -> [String] {
        var zones: Set<String> = []
        return lines(count) { lists in
            let name = lists.name()
            if lists.chance(70), zones.insert(name).inserted {
                let type = lists.pick([
                    "static", "transparent", "typetransparent", "redirect", "always_nxdomain", "always_nodata",
                    "always_refuse", "always_null", "always_transparent", "always_deny", "refuse", "deny", "inform",
                ])
                return "local-zone: \"\(name)\" \(type)"
            }
            return "local-data: \"\(name) \(lists.pick(["A 0.0.0.0", "AAAA ::", "A 192.0.2.3", "TXT x"]))\""
        }
    }

    private mutating func policyZone() -> String {
        let owner = (chance(40) ? "*." : "") + name()
        let data = pick([
            "CNAME .", "CNAME .", "CNAME .", "CNAME *.", "CNAME rpz-passthru.", "CNAME rpz-passthru.",
            "CNAME rpz-drop.",
            "CNAME rpz-tcp-only.", "A 0.0.0.0", "A 192.0.2.5", "AAAA ::", "CNAME sink.example.",
        ])
        return "\(owner) \(data)"
    }
}
