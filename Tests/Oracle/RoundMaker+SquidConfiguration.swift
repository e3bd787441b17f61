import DNS
import FilterLists

extension RoundMaker {
    /// squid.conf: lists of names, expressions, clients, ports and methods, some over several lines or in files, and the
    /// access rules that use them; in some rounds a statement with which squid does not start.
    mutating func squidConfiguration(_ round: inout Round) {
        round.client = 0x7F00_0000 | UInt32(pick([1, 5, 9]))
        round.mayBeRefused = true
        var lists = ["all", "localhost", "CONNECT", "manager"]
        var statements: [String] = []
        for number in 0..<(3 + below(8)) {
            let name = pick(["a\(number)", "A\(number)", "list_\(number)"])
            statements += squidList(name, &round)
            lists.append(name)
        }
        if chance(3) {
            statements.append("acl both \(pick(["any-of", "all-of"])) \(lists.suffix(2).joined(separator: " "))")
            lists.append("both")
        }
        for _ in 0..<(2 + below(6)) { statements.append(squidAccess(lists)) }
        if chance(2) { statements.append("http_access \(pick(["allow all", "deny all", "allow localhost"]))") }
        for _ in 0..<below(4) {
            statements.insert(pick(Self.otherStatements), at: below(statements.count + 1))
        }
        if chance(4) { statements.insert(pick(Self.refusedStatements), at: below(statements.count + 1)) }
        let probe = ["acl probe dstdomain ready0.probe", "http_access deny probe"]
        var text = (probe + statements).joined(separator: pick(["\n", "\n", "\r\n", "\n\n"])) + "\n"
        // What is begun at the end is no statement.
        if chance(6) { text += "http_access deny \\\n" }
        round.lists = [("rules", .squidConfiguration, text)]
        round.blocked = ["ready0.probe"]
        var names = Set(round.questions.map(\.name)).sorted()
        names.shuffle(using: &generator)
        let more = names.prefix(90).flatMap { [$0, "y." + $0, "not" + $0] }
        round.questions = Set(more).sorted().flatMap { [($0, .a), ($0, .https)] }
    }

    /// Statements that squid takes and that change nothing here.
    private static let otherStatements = [
        "forwarded_for off", "via off", "# http_access deny all", "  # acl a0 src all \\", "memory_pools off",
        "refresh_pattern . 0 20% 4320", "http_access", "http_access deny", "http_access permit all",
        "deny_info ERR_ACCESS_DENIED a0",
        "acl unused time M 08:00-12:00", "http_access deny !all", "acl none dstdomain", "http_access allow none",
        "header_replace A b", "logfile_rotate 0", "# \u{E9}", "acl u url_regex ^ftp",
        "acl manager proto cache_object", "acl SSL_ports port 443", "ftp_passive off\t", "log_icp_queries off # why",
    ]

    /// Statements that it does not take.
    private static let refusedStatements = [
        "nonsense 1", "HTTP_ACCESS deny all", "http_acces deny all", "http_access deny nothing", "acl x", "acl x src",
        "acl x nothing y", "acl over dstdomain a.over.zz .over.zz", "acl over dstdomain .over.zz over.zz",
        "acl over dstdomain over.zz .over.zz", "acl over dstdomain *.over.zz .over.zz", "acl port port web",
        "acl port port 80-70", "acl port port 99999", "acl CONNECT dstdomain x", "acl x dstdomain -i a", "include",
        "acl x dstdom_regex a\\ ", "http_access deny !!all", "http_access deny later\nacl later src all",
        "blocked_names x", "acl x dstdom_regex -n x\\ \\ ",
    ]

    private mutating func squidAccess(_ lists: [String]) -> String {
        var words = ["http_access", pick(["deny", "deny", "allow"])]
        for _ in 0..<(1 + below(3)) { words.append(pick(["", "", "", "!"]) + pick(lists)) }
        let text = words.joined(separator: pick([" ", " ", "\t", "  ", " \\\n  "]))
        return pick(["", "", "  "]) + text + pick(["", "", " # all", " \t"])
    }

    /// The statements of a list; none covers an earlier value of it, or squid would not start.
    private mutating func squidList(_ name: String, _ round: inout Round) -> [String] {
        switch below(10) {
        case 0:
            let values = [
                "127.0.0.5", "127.0.0.0/29", "127.0.0.8-127.0.0.11", "127.0.0.1", "127.0.0.4/255.255.255.252",
                "198.18.0.0/15", "::1", "all", "127.0.0.9/32", "0.0.0.0/0",
            ]
            return ["acl \(name) src \((0..<(1 + below(3))).map { _ in pick(values) }.joined(separator: " "))"]
        case 1: return ["acl \(name) port \(pick(["80 443", "443", "1025-65535", "80", "70-90 21", "80-443"]))"]
        case 2: return ["acl \(name) method \(pick(["CONNECT", "GET", "GET HEAD CONNECT", "POST"]))"]
        case 3, 4, 5: return squidExpressions(name, &round)
        default: return squidNames(name, &round)
        }
    }

    private mutating func squidNames(_ name: String, _ round: inout Round) -> [String] {
        var taken: Set<String> = []
        var values: [String] = []
        for owner in owners(oneIn: 10) {
            let lower = owner.lowercased()
            let isBelow = chance(2)
            guard taken.insert(lower).inserted, !isBelow || !taken.contains(where: { $0.hasSuffix("." + lower) }) else {
                continue
            }
            values.append((isBelow ? "." : "") + owner)
            if chance(20) { values.append(pick(["\(owner)..", "a*.\(owner)", ".a_\(owner)", "b.\(owner):80"])) }
        }
        let type = "dstdomain" + pick(["", "", " -n", " --"])
        if chance(3) {
            round.files.append((name, values.joined(separator: pick(["\n", " # why\n", "\n# no\n\n"])) + "\n"))
            let quote = pick(["\"", "'"])
            return ["acl \(name) \(type) \(quote)\(name)\(quote)\(pick(["", " .rz"]))"]
        }
        return ["acl \(name) \(type)" + squidValues(values)]
    }

    private mutating func squidExpressions(_ name: String, _ round: inout Round) -> [String] {
        var values: [String] = []
        for owner in owners(oneIn: 40) {
            let dotted = owner.lowercased().replacing(".", with: "\\.")
            values.append(
                pick([
                    "^\(dotted)$", "(^|\\.)\(dotted)$", "^[a-c]+\\.\(dotted)", dotted, "^not\(dotted)", "^.*\(dotted)",
                    ".*x\\.\(dotted)", "(a|b)[.]\(dotted)", "^Y\\.\(dotted)", "+i", "-i", "a\\ b", "[a-c]\\.\(dotted)$",
                ])
            )
        }
        if values.isEmpty { values = ["^a\\."] }
        let type = "dstdom_regex" + pick(["", " -i", " -i", " -ni", " -n -i"])
        if chance(4) {
            round.files.append((name, values.joined(separator: "\n") + "\n"))
            return ["acl \(name) \(type) \"\(name)\"\(pick(["", " ^a"]))"]
        }
        return ["acl \(name) \(type)" + squidValues(values)]
    }

    /// Values behind the words of a list, perhaps on lines of their own.
    private mutating func squidValues(_ values: [String]) -> String {
        var text = ""
        for value in values {
            text += pick([" ", " ", "  ", "\t", " \\\n", " \\\n   ", " \\\n# old \(value)\n  ", " \\\n\n"]) + value
            // Without a blank in front the next line goes on with the word.
            if chance(30) { text += "\\\n  .zz" }
        }
        return text
    }
}
