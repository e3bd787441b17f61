import DNS
import TextScan

/// One message of BIND or of a server built on it (BIND 9 `lib/ns/query.c`, `lib/ns/client.c`).
struct BindLine {
    enum Body {
        /// Not a message of BIND.
        case foreign
        /// A message about a query that is not whole.
        case broken
        /// A message that tells of no query of a client.
        case other(String)
        case query(MessageSighting.Question)
        /// Records are nil where the log only counts them.
        case response(MessageSighting.Question, ResponseCode, [AnswerRecord]?)
        /// `query failed`; no code for a time-out.
        case failure(MessageSighting.Question, ResponseCode?)
        case rewrite(MessageSighting.Question, BindRewrite)
    }

    var client: SocketAddress?
    var server: SocketAddress?
    var transport: LogTransport?
    var body = Body.foreign
    /// The name in parentheses behind the client: the one that was asked for, before aliases.
    private var asked: DomainName?

    /// Takes a message apart, with or without category and severity in front.
    init(_ message: Span<UInt8>) {
        let text = message.extracting(Self.start(message)..<message.count)
        if text.hasPrefix("client ") {
            readClient(text)
        } else if text.hasPrefix("List Matched ") {
            readMatch(text)
        } else if text.hasPrefix("CEF:0|Infoblox|") {
            readEvent(text)
        } else if text.firstRange(of: " resolving '") != nil
            || text.firstRange(of: " resolving ") != nil
                && text.hasPrefix("DNS format error")
        {
            body = .other("upstream-failure")
        } else if Self.isOther(text) {
            body = .other("other-message")
        }
    }

    /// Behind `queries: info: ` and the like.
    private static func start(_ text: Span<UInt8>) -> Int {
        var start = 0
        for _ in 0..<3 {
            guard let colon = text.firstIndex(of: 0x3A, from: start), colon - start <= 20,
                text.hasPrefix(": ", at: colon)
            else { break }
            let word = text.extracting(start..<colon)
            guard isWord(word) else { break }
            // `rpz: ` and `zone …` begin messages, too; they are no messages about clients.
            start = colon + 2
        }
        // A stamp may stand behind the category.
        if text.count > start, text[start] &- 0x30 < 10, let found = text.firstRange(of: " client ", from: start),
            found.lowerBound - start <= 32
        {
            return found.lowerBound + 1
        }
        return start
    }

    private static func isWord(_ word: Span<UInt8>) -> Bool {
        for index in 0..<word.count where !(asciiLowercased(word[index]) &- 0x61 < 26 || word[index] == 0x2D) {
            return false
        }
        return word.count > 0
    }

    private static func isOther(_ text: Span<UInt8>) -> Bool {
        text.hasPrefix("zone ") || text.hasPrefix("transfer of '") || text.hasPrefix("validating ")
            || text.hasPrefix("view ") || text.hasPrefix("rpz: ") || text.hasPrefix("dns_diff_apply")
            || text.hasPrefix("DISARMING ") || text.hasPrefix("ARMING ") || text.hasPrefix("reload ")
            || text.firstRange(of: ": reload ") != nil
    }

    // MARK: - Messages about a client

    private mutating func readClient(_ text: Span<UInt8>) {
        var position = 7
        if text.hasPrefix("@0x", at: position) {
            position = (text.firstIndex(of: 0x20, from: position) ?? text.count - 1) + 1
        }
        let end = text.firstIndex(of: 0x20, from: position) ?? text.count
        var word = text.extracting(position..<end)
        if word.count > 1, word[word.count - 1] == 0x3A { word = word.extracting(0..<(word.count - 1)) }
        // `192.0.2.1#53/key NAME`
        if let slash = word.firstIndex(of: 0x2F), word.extracting(0..<slash).firstIndex(of: 0x23) != nil {
            word = word.extracting(0..<slash)
        }
        guard word.firstIndex(of: 0x23) != nil, let client = word.socketAddress else { return }
        self.client = client
        position = min(end + 1, text.count)
        if position < text.count, text[position] == 0x28 {
            let close = text.firstIndex(of: 0x29, from: position) ?? text.count
            asked = text.extracting((position + 1)..<close).domainName
            position = min(close + 1, text.count)
        }
        body = .other("other-message")
        readMessage(text.extracting(position..<text.count))
    }

    private mutating func readMessage(_ text: Span<UInt8>) {
        if let found = text.firstRange(of: "query: "), isStart(text, found.lowerBound) {
            if text.firstRange(of: "TCP: query: ") != nil { transport = .tcp }
            if text.firstRange(of: "UDP: query: ") != nil { transport = .udp }
            body = .broken
            readQuery(text.extracting(found.upperBound..<text.count))
        } else if let found = text.firstRange(of: "response: "), isStart(text, found.lowerBound) {
            body = .broken
            readResponse(text.extracting(found.upperBound..<text.count))
        } else if let found = text.firstRange(of: "answer: "), isStart(text, found.lowerBound) {
            body = .broken
            readAnswer(text.extracting(found.upperBound..<text.count))
        } else if let found = text.firstRange(of: "query failed (") {
            body = .broken
            readFailure(text.extracting(found.upperBound..<text.count))
        } else if let found = text.firstRange(of: " rewrite "), let start = text.firstRange(of: "rpz ") {
            let isDisabled = text.extracting(0..<start.lowerBound).firstRange(of: "disabled") != nil
            let trigger = text.extracting(start.upperBound..<max(start.upperBound, found.lowerBound))
            readRewrite(trigger, text.extracting(found.upperBound..<text.count), isDisabled: isDisabled)
        }
    }

    /// What the message is about stands behind blanks, `view NAME: ` or a transport.
    private func isStart(_ text: Span<UInt8>, _ position: Int) -> Bool {
        position == 0 || text[position - 1] == 0x20
    }

    private func question(_ name: Span<UInt8>, _ first: Span<UInt8>, _ second: Span<UInt8>) -> MessageSighting.Question?
    {
        guard let name = name.domainName else { return nil }
        if let recordClass = RRClass(first.string), let type = second.recordType {
            return MessageSighting.Question(name: name, type: type, recordClass: recordClass)
        }
        guard let type = first.recordType, let recordClass = RRClass(second.string) else { return nil }
        return MessageSighting.Question(name: name, type: type, recordClass: recordClass)
    }

    /// `NAME CLASS TYPE FLAGS (SERVER)`, or with `response: CODE FLAGS[ RECORDS]` behind as Infoblox writes it.
    private mutating func readQuery(_ text: Span<UInt8>) {
        var fields = FieldScanner(text)
        guard let name = fields.next(), let first = fields.next(), let second = fields.next(),
            let question = question(text.extracting(name), text.extracting(first), text.extracting(second))
        else { return }
        body = .query(question)
        guard let flags = fields.next() else { return }
        if text.extracting(flags).equals("response:") {
            guard let word = fields.next(), let code = text.extracting(word).responseCode else { return }
            _ = fields.next()
            body = .response(question, code, records(text.extracting(fields.rest), question))
            return
        }
        if transport == nil { transport = text.extracting(flags).firstIndex(of: 0x54) == nil ? .udp : .tcp }
        readServer(text)
    }

    /// `NAME TTL CLASS TYPE RDATA; …`
    private func records(_ text: Span<UInt8>, _ question: MessageSighting.Question) -> [AnswerRecord] {
        var chain = AnswerChain(name: question.name, type: question.type)
        var end = -1
        while end < text.count {
            let start = end + 1
            // Texts in quotes may have semicolons in them.
            var isQuoted = false
            end = start
            while end < text.count, isQuoted || text[end] != 0x3B {
                if text[end] == 0x22 { isQuoted.toggle() }
                end += 1
            }
            let record = text.extracting(start..<min(end, text.count))
            var fields = FieldScanner(record)
            guard let owner = fields.next(), let ttl = fields.next(), fields.next() != nil, let type = fields.next(),
                let rrType = record.extracting(type).recordType
            else { continue }
            let seconds = record.extracting(ttl).decimal.flatMap { UInt32(exactly: $0) }
            chain.append(
                rrType,
                record.extracting(fields.rest),
                owner: record.extracting(owner).domainName,
                ttl: seconds
            )
        }
        return chain.records
    }

    /// `NAME CLASS TYPE CODE ANSWERS AUTHORITIES ADDITIONALS FLAGS (SERVER)` of BIND 9.20.
    private mutating func readResponse(_ text: Span<UInt8>) {
        var fields = FieldScanner(text)
        guard let name = fields.next(), let first = fields.next(), let second = fields.next(), let code = fields.next(),
            let question = question(text.extracting(name), text.extracting(first), text.extracting(second)),
            let rcode = text.extracting(code).responseCode
        else { return }
        let count = fields.next().flatMap { text.extracting($0).decimal }
        body = .response(question, rcode, count == 0 ? [] : nil)
        readServer(text)
    }

    /// `NAME CLASS TYPE [FLAGS] (SERVER) -> CODE [TTL TYPE RDATA …]` of EfficientIP.
    private mutating func readAnswer(_ text: Span<UInt8>) {
        var fields = FieldScanner(text)
        guard let name = fields.next(), let first = fields.next(), let second = fields.next(),
            let arrow = text.firstRange(of: " -> "),
            let question = question(text.extracting(name), text.extracting(first), text.extracting(second))
        else { return }
        readServer(text)
        let rest = text.extracting(arrow.upperBound..<text.count)
        var words = FieldScanner(rest)
        guard let word = words.next(), let code = rest.extracting(word).responseCode else { return }
        body = .response(question, code, Self.triples(rest.extracting(words.rest), question))
    }

    /// `[OWNER] TTL TYPE RDATA` again and again: a number with a type behind it begins the next record.
    private static func triples(_ text: Span<UInt8>, _ question: MessageSighting.Question) -> [AnswerRecord] {
        var words: [Range<Int>] = []
        var fields = FieldScanner(text)
        while words.count < 4096, let word = fields.next() { words.append(word) }
        func isStart(_ index: Int) -> Bool {
            index + 2 < words.count && text.extracting(words[index]).decimal != nil
                && !(text.extracting(words[index + 1]).decimal != nil)
                && text.extracting(words[index + 1]).recordType != nil
        }
        var chain = AnswerChain(name: question.name, type: question.type)
        var index = 0
        while index < words.count, !isStart(index) { index += 1 }
        while index < words.count {
            var end = index + 2
            while end < words.count, !isStart(end) { end += 1 }
            let type = text.extracting(words[index + 1]).recordType ?? RRType(rawValue: 0)
            let ttl = text.extracting(words[index]).decimal.flatMap { UInt32(exactly: $0) }
            let isShort = [.a, .aaaa, .cname, .ptr, .ns].contains(type)
            let last = isShort ? words[index + 2].upperBound : words[end - 1].upperBound
            chain.append(type, text.extracting(words[index + 2].lowerBound..<last), ttl: ttl)
            index = end
        }
        return chain.records
    }

    /// `CODE) for NAME/CLASS/TYPE at query.c:123`
    private mutating func readFailure(_ text: Span<UInt8>) {
        guard let close = text.firstIndex(of: 0x29), text.hasPrefix(") for ", at: close) else { return }
        let rest = text.extracting((close + 6)..<text.count)
        let end = rest.firstIndex(of: 0x20) ?? rest.count
        guard let question = slashed(rest.extracting(0..<end)) else { return }
        let word = text.extracting(0..<close)
        body = .failure(question, word.equals("failure") ? .servFail : word.responseCode ?? .servFail)
    }

    private mutating func readServer(_ text: Span<UInt8>) {
        guard let open = text.firstRange(of: " ("), let close = text.firstIndex(of: 0x29, from: open.upperBound) else {
            return
        }
        server = text.extracting(open.upperBound..<close).socketAddress
    }

    /// `NAME/TYPE/CLASS` or `NAME/CLASS/TYPE`; a name may have slashes in it.
    private func slashed(_ text: Span<UInt8>) -> MessageSighting.Question? {
        var slashes: [Int] = []
        for index in 0..<text.count where text[index] == 0x2F { slashes.append(index) }
        guard slashes.count >= 2 else { return nil }
        let (left, right) = (slashes[slashes.count - 2], slashes[slashes.count - 1])
        return question(
            text.extracting(0..<left),
            text.extracting((left + 1)..<right),
            text.extracting((right + 1)..<text.count)
        )
    }

    // MARK: - Policies

    /// `TRIGGER POLICY` and `NAME/TYPE/CLASS via OWNER[ (CNAME to: TARGET)]`.
    private mutating func readRewrite(_ trigger: Span<UInt8>, _ text: Span<UInt8>, isDisabled: Bool) {
        let end = text.firstIndex(of: 0x20) ?? text.count
        let target = text.extracting(0..<end)
        // `[A]` behind the name, as Infoblox writes it, or nothing, as BIND 9.9 did.
        guard let hit = slashed(target) ?? target.domainName.map({ .init(name: $0, type: RRType(rawValue: 0)) }) else {
            return
        }
        if text.firstRange(of: "failed: ") != nil { return }
        let question = MessageSighting.Question(
            name: asked ?? hit.name,
            type: hit.type,
            recordClass: hit.recordClass
        )
        let owner = text.firstRange(of: "via ").flatMap { via in
            text.extracting(via.upperBound..<(text.firstIndex(of: 0x20, from: via.upperBound) ?? text.count)).domainName
        }
        body = .rewrite(
            question,
            BindRewrite(trigger, rule: owner?.description, isAlias: question.name != hit.name, isDisabled: isDisabled)
        )
    }

    /// `List Matched CLIENT: query: NAME CLASS TYPE (SERVER) {POLICY} [LISTS]` of EfficientIP.
    private mutating func readMatch(_ text: Span<UInt8>) {
        body = .other("other-message")
        let end = text.firstIndex(of: 0x20, from: 13) ?? text.count
        guard end > 14, let found = text.firstRange(of: "query: ") else { return }
        client = text.extracting(13..<(end - 1)).socketAddress
        let rest = text.extracting(found.upperBound..<text.count)
        var fields = FieldScanner(rest)
        guard let name = fields.next(), let first = fields.next(), let second = fields.next(),
            let question = question(rest.extracting(name), rest.extracting(first), rest.extracting(second))
        else { return }
        readServer(rest)
        guard let open = rest.firstIndex(of: 0x7B) else { return }
        body = .rewrite(question, BindRewrite(list: rest.extracting(open..<rest.count).string))
    }

    /// `CEF:0|Infoblox|NIOS|…|RPZ-QNAME|NXDOMAIN|7|… qtype=A msg="rpz QNAME NXDOMAIN rewrite NAME [A] via OWNER"`
    private mutating func readEvent(_ text: Span<UInt8>) {
        body = .other("other-message")
        let event = CommonEvent(text)
        guard let fields = event?.fields else { return }
        client = fields["src"]?.ipAddress.map {
            SocketAddress($0, port: fields["spt"]?.decimal.flatMap { UInt16(exactly: $0) })
        }
        server = fields["dst"]?.socketAddress
        let type = fields["qtype"]?.recordType ?? RRType(rawValue: 0)
        if let name = fields["fqdn"]?.domainName, let action = fields["act"] {
            let question = MessageSighting.Question(name: name, type: type)
            let words = String(decoding: action, as: UTF8.self)
            guard words != "ALERT", words != "PASS" else { return }
            body = .rewrite(question, BindRewrite(list: "Threat Protection \(words)"))
            return
        }
        guard let message = fields["msg"] else { return }
        let words = message.span
        guard let found = words.firstRange(of: " rewrite "), words.hasPrefix("rpz ") else { return }
        readRewrite(
            words.extracting(4..<found.lowerBound),
            words.extracting(found.upperBound..<words.count),
            isDisabled: false
        )
        if case .rewrite(var question, let rewrite) = body {
            if question.type.rawValue == 0 {
                question = MessageSighting.Question(
                    name: question.name,
                    type: type,
                    recordClass: question.recordClass
                )
            }
            body = .rewrite(question, rewrite)
        }
    }
}
