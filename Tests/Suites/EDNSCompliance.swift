import DNS
import Resolver
import TestSupport

extension CaseSuite {
    /// How a server deals with EDNS and the header's bits (RFC 8906 §8), and with TCP (RFC 7766).
    static let ednsCompliance = CaseSuite(
        fits: { $0.heading("cases.tsv").contains("rfc8906_section") },
        run: { try EDNSCompliance().run($0) }
    )
}

/// Each row: options of `dig`, and clauses about the reply with semicolons between them.
///
/// The suite asks without RD, which is refused by default (cache snooping), so the server is told to answer that.
struct EDNSCompliance {
    func run(_ folder: SuiteFolder) throws -> SuiteScore {
        var score = SuiteScore(folder.name)
        let served = try ServedCase { $0.answersWithoutRecursionDesired = true }
        defer { served.stop() }
        served.upstreams[0].follow(Self.zone)
        let isStream = [
            "two queries": StreamCase.twoAtOnce, "2-byte length": .octetByOctet, "1000 silent": .silentClients,
        ]
        for row in try folder.rows("cases.tsv") where row.count > 3 {
            if let stream = isStream.first(where: { row[2].hasPrefix($0.key) })?.value {
                let got = stream.run(port: served.port)
                score.check(got == nil, row[0], expected: row[3], got: got ?? "")
                continue
            }
            guard let dig = DigOptions(row[2]) else {
                score.check(false, row[0], expected: row[3], got: "options that are not understood: \(row[2])")
                continue
            }
            let client = LoopbackClient(port: served.port, overTCP: dig.overTCP)
            guard let reply = ServedReply(client.ask(dig.query, milliseconds: 2_000)) else {
                score.check(false, row[0], expected: row[3], got: "no reply")
                continue
            }
            let clauses = row[3].split(separator: ";").map { String($0.trimmingPrefix(while: { $0 == " " })) }
            let judged = clauses.compactMap { clause in
                Self.holds(clause, reply, dig).map { (clause: clause, holds: $0) }
            }
            guard !judged.isEmpty else {
                score.skip("nothing but clauses whose words are not known: \(row[3])")
                continue
            }
            let broken = judged.filter { !$0.holds }.map(\.clause)
            score.check(
                broken.isEmpty,
                row[0],
                expected: row[3],
                got: "not so: \(broken.joined(separator: "; ")) (\(reply.code) \(reply.view.bits))"
            )
        }
        return score
    }

    /// An upstream with an SOA, an address that it says it has validated, and a long text.
    private static let zone: ScriptedUpstream.Script = { query, overTCP in
        guard let view = try? MessageView(query.span) else { return [] }
        switch view.questionType {
        case .soa:
            let names = [1, 0x6E, 0, 1, 0x6D, 0].map { UInt8($0) }
            return [(0, ServedReply.reply(to: query, [(.soa, names + [UInt8](repeating: 0, count: 20))]))]
        case .txt where overTCP:
            let text = [UInt8(255)] + [UInt8](repeating: 0x78, count: 255)
            return [(0, ServedReply.reply(to: query, Array(repeating: (.txt, text), count: 12)))]
        case .txt: return [(0, ServedReply.reply(to: query, [], bits: 0x8380))]
        default: return [(0, ServedReply.reply(to: query, [(.a, [192, 0, 2, 1])], bits: 0x81A0))]
        }
    }

    /// Whether a clause of the suite is true of a reply; nil when it is not understood.
    private static func holds(_ clause: String, _ reply: ServedReply, _ dig: DigOptions) -> Bool? {
        let isAnswer = reply.code == "NOERROR"
        switch clause {
        case "NOERROR", "NOERROR over TCP": return isAnswer
        case "NOTIMP", "BADVERS", "FORMERR", "REFUSED": return reply.code == clause
        case "NOTIMP or REFUSED": return ["NOTIMP", "REFUSED"].contains(reply.code)
        case "aa or ra as role":
            return reply.view.has(MessageHeader.authoritativeFlag)
                || reply.view.has(MessageHeader.recursionAvailableFlag)
        case "SOA in answer": return reply.records.contains { $0.section == .answer && $0.type == .soa }
        case "no SOA": return !reply.records.contains { $0.type == .soa }
        case "no OPT": return reply.edns == nil
        case "OPT v0": return reply.edns?.version == 0
        case "opcode echoed": return reply.view.opcode == dig.opcode
        case "RD copied": return reply.view.has(MessageHeader.recursionDesiredFlag)
        case "recursive: CD copied": return reply.view.has(MessageHeader.checkingDisabledFlag)
        case "Z bit (MBZ) clear in the reply": return reply.view.bits & 0x40 == 0
        case "Z clear": return reply.ednsFlags & 0x7FFF == 0
        case "DO echoed": return reply.edns?.dnssecOK == true
        case "option not echoed": return reply.options.allSatisfy { $0 != 100 }
        case "NSID/ECS/EXPIRE/COOKIE optional":
            return reply.options.allSatisfy { [3, 8, 9, 10, 15].contains($0) }
        default: break
        }
        if clause.hasPrefix("AD query bit ignored") { return isAnswer }
        if clause.hasPrefix("ECS 0/0 honoured") { return isAnswer && !reply.options.contains(8) }
        if clause.hasPrefix("UDP reply never above 1232") { return reply.octets.count <= 1_232 }
        if clause.hasPrefix("TC instead") { return reply.view.has(MessageHeader.truncatedFlag) }
        if clause.hasPrefix("AD only set when validated") || clause.hasPrefix("forwarder passes AD only") {
            return !reply.view.has(MessageHeader.authenticDataFlag)
        }
        return nil
    }
}

extension ServedReply {
    /// The flags of the OPT record.
    var ednsFlags: UInt16 {
        guard let view = try? MessageView(octets.span), let opt = view.optRecord else { return 0 }
        return UInt16(truncatingIfNeeded: opt.ttl)
    }
}

/// A query as `dig` makes it.
struct DigOptions {
    private(set) var opcode: UInt16 = 0
    private(set) var overTCP = false
    let query: [UInt8]

    /// Reads options; nil when one is not known.
    init?(_ text: String) {
        var bits: UInt16 = 0x0120
        var hasEDNS = true
        var isEmpty = false
        var (size, version, flags): (UInt16, UInt8, UInt16) = (1_232, 0, 0)
        var options: [UInt8] = []
        var type = RRType.a
        func set(_ mask: UInt16, _ isOn: Bool) { bits = isOn ? bits | mask : bits & ~mask }
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? parts[1] : ""
            switch parts[0] {
            case "+noedns": hasEDNS = false
            case "+edns":
                hasEDNS = true
                version = UInt8(value) ?? 0
            case "+ad", "+noad": set(0x20, parts[0] == "+ad")
            case "+rec", "+norec": set(0x0100, parts[0] == "+rec")
            case "+cd", "+nocd": set(0x10, parts[0] == "+cd")
            case "+zflag": set(0x40, true)
            case "+aaflag", "+aaonly": set(0x0400, true)
            case "+tcflag": set(0x0200, true)
            case "+raflag": set(0x80, true)
            case "+opcode":
                guard let number = UInt16(value), number < 16 else { return nil }
                opcode = number
            case "+header-only": isEmpty = true
            case "+dnssec", "+do": flags |= 0x8000
            case "+ednsflags":
                guard let number = UInt16(value.trimmingPrefix("0x"), radix: 16) else { return nil }
                flags |= number
            case "+ednsopt":
                guard let number = UInt16(value.prefix { $0 != ":" }) else { return nil }
                options += [UInt8(number >> 8), UInt8(number & 255), 0, 0]
            case "+nsid": options += [0, 3, 0, 0]
            case "+expire": options += [0, 9, 0, 0]
            case "+subnet": options += [0, 8, 0, 4, 0, 1, 0, 0]
            case "+cookie": options += [0, 10, 0, 8] + [UInt8](repeating: 0x63, count: 8)
            case "+bufsize":
                guard let number = UInt16(value) else { return nil }
                size = number
            case "+tcp", "+vc": overTCP = true
            case "+nocookie", "+noednsneg", "+nodnssec", "+nodo", "+ignore", "+notcp": break
            default:
                guard let named = RRType(word) else { return nil }
                type = named
            }
        }
        var message: [UInt8] = [0x12, 0x34, 0, 0, 0, isEmpty ? 0 : 1, 0, 0, 0, 0, 0, hasEDNS ? 1 : 0]
        bits |= opcode << 11
        message[2] = UInt8(bits >> 8)
        message[3] = UInt8(bits & 255)
        if !isEmpty {
            message += [7] + Array("example".utf8) + [0, UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255), 0, 1]
        }
        if hasEDNS {
            let numbers: [UInt16] = [41, size, UInt16(version), flags, UInt16(options.count)]
            message += [0] + numbers.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } + options
        }
        query = message
    }
}
