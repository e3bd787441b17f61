import DNS
import TextScan

/// One line of Unbound (`util/data/msgreply.c`, `services/localzone.c`, `services/rpz.c`).
struct UnboundLine {
    enum Body {
        /// Not a line of Unbound.
        case foreign
        /// A line that tells of no query.
        case other(String)
        case query(MessageSighting.Question)
        case reply(MessageSighting.Question, ResponseCode, Int64?)
        /// `log-servfail`.
        case failure(MessageSighting.Question)
        case action(MessageSighting.Question, UnboundAction)
    }

    var client: IPAddress?
    var server: SocketAddress?
    var transport: LogTransport?
    var body = Body.foreign

    /// Takes a line apart, with or without `unbound[PID:TID]` in front.
    init(_ text: Span<UInt8>) {
        guard let start = Self.message(text) else { return }
        body = .other("other-message")
        let rest = text.extracting(start..<text.count)
        if rest.hasPrefix("rpz: applied ") {
            readPolicy(rest.extracting(13..<rest.count))
        } else if rest.hasPrefix("SERVFAIL <"), let close = rest.firstIndex(of: 0x3E) {
            if let question = Self.question(rest.extracting(10..<close)) { body = .failure(question) }
        } else {
            readQuery(rest)
        }
    }

    /// Where the message begins: behind `unbound[PID:TID]`, `[PID:TID]` and the level, of which the last must be there.
    private static func message(_ text: Span<UInt8>) -> Int? {
        var position = 0
        for _ in 0..<4 {
            let end = text.firstIndex(of: 0x20, from: position) ?? text.count
            let word = text.extracting(position..<end)
            if isLevel(word) { return min(end + 1, text.count) }
            guard word.hasPrefix("unbound") || isThread(word) else { return nil }
            position = end + 1
            guard position < text.count else { return nil }
        }
        return nil
    }

    private static func isLevel(_ word: Span<UInt8>) -> Bool {
        word.equals("info:") || word.equals("query:") || word.equals("reply:") || word.equals("error:")
            || word.equals("notice:") || word.equals("warning:") || word.equals("debug:")
    }

    /// `[123:4f]`
    private static func isThread(_ word: Span<UInt8>) -> Bool {
        guard word.count > 4, word[0] == 0x5B, word[word.count - 1] == 0x5D, let colon = word.firstIndex(of: 0x3A)
        else {
            return false
        }
        return word.extracting(1..<colon).decimal != nil
            && word.extracting((colon + 1)..<(word.count - 1)).hexadecimal != nil
    }

    /// `NAME TYPE CLASS` and nothing behind.
    private static func question(_ text: Span<UInt8>) -> MessageSighting.Question? {
        let words = text.words(upTo: 4)
        return words.count >= 3 ? question(words[0], words[1], words[2]) : nil
    }

    private static func question(
        _ name: [UInt8],
        _ type: [UInt8],
        _ recordClass: [UInt8]
    ) -> MessageSighting.Question? {
        guard let name = name.domainName, let type = type.recordType, let recordClass = RRClass(recordClass.string)
        else {
            return nil
        }
        return MessageSighting.Question(name: name, type: type, recordClass: recordClass)
    }

    /// `CLIENT NAME TYPE CLASS[ CODE SECONDS CACHED OCTETS[ on TRANSPORT ADDRESS PORT]]`, or a local action.
    private mutating func readQuery(_ text: Span<UInt8>) {
        let words = text.words(upTo: 12)
        guard words.count >= 4 else { return }
        guard let address = words[0].ipAddress else {
            // `[ZONE ]TYPE CLIENT@PORT NAME TYPE CLASS`
            for index in 1...2 where words.count == index + 4 && words[index].contains(0x40) {
                guard let asker = words[index].socketAddress,
                    let question = Self.question(words[index + 1], words[index + 2], words[index + 3])
                else { return }
                client = asker.address
                let zone = index == 2 ? words[0].string : nil
                body = .action(question, UnboundAction(zoneType: words[index - 1].string, zone: zone))
            }
            return
        }
        guard let question = Self.question(words[1], words[2], words[3]) else {
            if words[1].equals("-") { body = .other("reply-without-question") }
            return
        }
        client = address
        guard words.count >= 8, let code = words[4].responseCode, let latency = words[5].seconds else {
            if words.count == 4 { body = .query(question) }
            return
        }
        body = .reply(question, code, latency)
        guard words.count >= 11, words[8].equals("on") else { return }
        transport = words[9].transport
        let port = words.count > 11 ? words[11].decimal.flatMap { UInt16(exactly: $0) } : nil
        server = words[10].ipAddress.map { SocketAddress($0, port: port) }
    }

    /// `[LOGNAME] TRIGGER OWNER ACTION CLIENT@PORT NAME TYPE CLASS`, the first two of which may be missing.
    private mutating func readPolicy(_ all: Span<UInt8>) {
        var start = 0
        var log: String?
        if all.count > 0, all[0] == 0x5B, let close = all.firstIndex(of: 0x5D) {
            log = all.extracting(1..<close).string
            start = close + 1
        }
        readPolicy(all.extracting(start..<all.count), log: log)
    }

    private mutating func readPolicy(_ text: Span<UInt8>, log: String?) {
        let words = text.words(upTo: 8)
        guard words.count >= 6, words.count <= 7, let asker = words[words.count - 4].socketAddress,
            let question = Self.question(words[words.count - 3], words[words.count - 2], words[words.count - 1])
        else { return }
        client = asker.address
        let owner = words[words.count - 6].domainName
        let trigger = words.count == 7 ? words[0].string : nil
        body = .action(
            question,
            UnboundAction(
                policy: words[words.count - 5].string,
                log: log,
                owner: owner,
                trigger: trigger,
                question
            )
        )
    }
}

/// What Unbound did about a query without asking anybody.
struct UnboundAction {
    /// Nil when the query goes on as if nothing was.
    var block: LoggedBlock?
    /// What the client got; nil when it got nothing, or the log does not tell.
    var code: ResponseCode?
    /// The records of the answer with that code.
    var records: [AnswerRecord] = []
    /// Whether the client got an answer of which no more is told.
    var isAnswered = false

    /// The action of a response policy zone.
    init(policy: String, log: String?, owner: DomainName?, trigger: String?, _ question: MessageSighting.Question) {
        switch policy {
        case "rpz-passthru", "rpz-disabled", "rpz-tcp-only", "rpz-no-override", "rpz-invalid", "rpz-unknown-action":
            return
        case "rpz-nxdomain": code = .nxDomain
        case "rpz-nodata": (code, records) = (.noError, [])
        // The data may be an alias to a name that does not exist.
        case "rpz-local-data", "rpz-cname-override": isAnswered = true
        default: break
        }
        let list = log.map { " [\($0)]" } ?? ""
        // A name other than the one asked for is that of an alias, unless a wildcard or an address was met.
        let isAlias = trigger == nil && owner.map { !question.name.isAt(orBelowWildcard: $0) } ?? false
        block = LoggedBlock(
            source: "\(policy)\(list)\(trigger.map { " \($0)" } ?? "")",
            rule: owner?.description,
            isAlias: isAlias
        )
    }

    /// The action of a local zone.
    init(zoneType: String, zone: String?) {
        switch zoneType {
        case "always_nxdomain": code = .nxDomain
        case "always_nodata", "block_a": (code, records) = (.noError, [])
        case "always_refuse", "refuse": code = .refused
        // The zone may hold data of its own, also in front of `always_null`.
        case "redirect", "inform_redirect", "static", "always_null": isAnswered = true
        case "deny", "always_deny", "inform_deny": break
        default: return
        }
        block = LoggedBlock(source: "local-zone \(zoneType)", rule: zone)
    }
}

extension DomainName {
    /// Whether this name is `owner`, or below it where that is a wildcard.
    fileprivate func isAt(orBelowWildcard owner: DomainName) -> Bool {
        if owner == self { return true }
        let labels = owner.description.split(separator: ".", maxSplits: 1)
        guard labels.first == "*", labels.count == 2 else { return false }
        return description.lowercased().hasSuffix("." + labels[1].lowercased())
    }
}
