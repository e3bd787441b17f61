import DNS
import Resolver
import TestSupport

extension CaseSuite {
    /// Answers of a hostile upstream, which the server must not believe, keep or pass on.
    static let hostileAnswers = CaseSuite(
        fits: { $0.heading("cases.tsv").prefix(2) == ["name", "contract"] },
        run: { try HostileAnswers().run($0) }
    )
}

/// Each row: what is to be done with an answer, in words, and the answer in hexadecimal.
///
/// The suite's own question has the id 0x1234, which becomes that of the server's query; another id stays wrong.
struct HostileAnswers {
    private static let suiteID: UInt16 = 0x1234
    /// What the upstream says when it tells the truth.
    private static let truth: [UInt8] = [192, 0, 2, 1]

    /// What a contract asks for.
    private enum Contract {
        /// The truth that comes later, or over TCP.
        case truth
        /// Only the answer section, without what was not asked for.
        case scrubbed
        /// SERVFAIL, soon.
        case failure
        /// Either the truth or SERVFAIL.
        case truthOrFailure
        /// Either SERVFAIL or the answer without what is wrong with it.
        case failureOrScrubbed
        /// No private address.
        case blocked
        /// Another upstream's answer; REFUSED when all say so.
        case passedOn
        /// Words that are not known: whatever it is, a sane reply to the question, and not too much of it.
        case other

        /// Reads the words of the suite.
        init(_ words: String) {
            let contracts: [(String, Contract)] = [
                ("IGNORE or SERVFAIL", .truthOrFailure), ("IGNORE or ACCEPT", .scrubbed),
                ("SERVFAIL/IGNORE", .truthOrFailure),
                ("IGNORE", .truth), ("ACCEPT without 0x20", .scrubbed), ("ACCEPT", .scrubbed),
                ("RETRY over TCP", .truth),
                ("scrub", .scrubbed), ("SERVFAIL", .failure), ("limit", .failureOrScrubbed),
                ("bounded", .failureOrScrubbed), ("blocked", .blocked), ("rebinding", .blocked),
                ("try next", .passedOn),
            ]
            self = contracts.first { words.lowercased().hasPrefix($0.0.lowercased()) }?.1 ?? .other
        }
    }

    func run(_ folder: SuiteFolder) throws -> SuiteScore {
        var score = SuiteScore(folder.name)
        guard let column = folder.heading("cases.tsv").firstIndex(of: "hex") else { return score }
        for row in try folder.rows("cases.tsv") where row.count > column {
            let got = try outcome(of: octets(hex: row[column]), Contract(row[1]))
            score.check(got.isRight, row[0], expected: row[1], got: got.text)
        }
        return score
    }

    private func outcome(of hostile: [UInt8], _ contract: Contract) throws -> (isRight: Bool, text: String) {
        let served = try ServedCase(upstreams: contract == .passedOn ? 2 : 1) {
            $0.tryTimeout = 300
            $0.rebindProtection = contract == .blocked
        }
        defer { served.stop() }
        let (name, type) = Self.question(hostile, contract)
        let isTruncated = hostile.count > 3 && hostile[2] & 2 != 0
        let comesLater = contract == .truth || contract == .truthOrFailure
        served.upstreams[0].follow { query, overTCP in
            let truth = (30, ServedReply.address(to: query, Self.truth))
            if overTCP, isTruncated || comesLater { return [truth] }
            return [(0, Self.addressed(hostile, to: query))] + (comesLater && !isTruncated ? [truth] : [])
        }
        served.upstreams.last.map { other in
            guard contract == .passedOn else { return }
            other.follow { query, _ in [(0, ServedReply.address(to: query, Self.truth))] }
        }
        let reply = ServedReply(served.ask(ServedReply.query(name, type)))
        var result = Self.judge(reply, contract, hostile)
        if contract == .passedOn, result.isRight {
            // When all upstreams refuse, so do we.
            for upstream in served.upstreams {
                upstream.follow { query, _ in [(0, Self.addressed(hostile, to: query))] }
            }
            let second = ServedReply(served.ask(ServedReply.query(try DomainName("other.example"), type)))
            result = (second?.code == "REFUSED", "then \(second?.code ?? "nothing")")
        }
        if result.isRight, !served.isAlive { return (false, "no longer alive") }
        return result
    }

    /// The question that the hostile answer is for.
    private static func question(_ hostile: [UInt8], _ contract: Contract) -> (DomainName, RRType) {
        let asked = (try? DomainName("update.microsoft.com")) ?? .root
        guard contract == .blocked, let view = try? MessageView(hostile.span) else { return (asked, .a) }
        return (asked, view.questionType)
    }

    /// The hostile answer with the id of the query; one that is wrong stays wrong. A question that is the suite's own is
    /// asked about another name when another name is asked.
    private static func addressed(_ hostile: [UInt8], to query: [UInt8]) -> [UInt8] {
        guard hostile.count >= 2 else { return hostile }
        let isRight = UInt16(hostile[0]) << 8 | UInt16(hostile[1]) == suiteID
        var octets = ServedReply.with(id: query, hostile)
        if !isRight { octets[0] ^= 0x55 }
        if hostile.count > 3, hostile[3] & 15 == 5 { return ServedReply.reply(to: query, [], bits: 0x8185) }
        return octets
    }

    private static func judge(_ reply: ServedReply?, _ contract: Contract, _ hostile: [UInt8]) -> (
        isRight: Bool, text: String
    ) {
        guard let reply else { return (false, "no reply, or a malformed one") }
        let text = ([reply.code] + reply.addresses.map(hex)).joined(separator: " ")
        let isTruth = reply.code == "NOERROR" && reply.addresses == [truth] && reply.records.count == 1
        let isFailure = reply.code == "SERVFAIL" && reply.records.isEmpty
        let isScrubbed =
            reply.code == "NOERROR" && reply.addresses.count == 1 && reply.records.allSatisfy { $0.section == .answer }
            && reply.octets.count < 100
        let isRight =
            switch contract {
            case .truth, .passedOn: isTruth
            case .failure: isFailure
            case .truthOrFailure: isTruth || isFailure
            case .scrubbed: isScrubbed
            case .failureOrScrubbed: isFailure || reply.records.count <= 100
            case .other: reply.records.count <= 100 && reply.records.allSatisfy { $0.section != .additional }
            case .blocked:
                reply.records.allSatisfy { $0.section == .authority } && reply.octets.count < hostile.count + 80
            }
        return (isRight, text)
    }
}
