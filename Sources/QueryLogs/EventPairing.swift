import DNS

/// One DNS message as a tap saw it.
struct MessageSighting {
    /// When, in microseconds since 1970-01-01 UTC.
    var time: Int64?
    var client: SocketAddress?
    var server: SocketAddress?
    var transport: LogTransport?
    var id: UInt16
    var role: Role
    /// The question; nil in answers that do not repeat it.
    var question: Question?
    /// Of answers, and what a remark says that the answer was.
    var rcode: ResponseCode? = .noError
    var flags: ResponseFlags? = []
    var answers: [AnswerRecord] = []
    var hasSOA: Bool? = false
    var extendedErrors: [ExtendedError] = []
    /// Microseconds that it took, as the log itself says.
    var latency: Int64?
    /// What the log says about a block.
    var block: LoggedBlock?
    /// Who asked on the client.
    var process: String?
    var position: SourcePosition

    enum Role {
        case query
        case response
        /// One of several lines that tell one answer, each a record.
        case part
        /// A line that says more about a query: that it was blocked, or what it got, until its answer is seen.
        case remark
        /// A line that says that nothing usable was answered.
        case silence
    }

    struct Question: Equatable {
        let name: DomainName
        let type: RRType
        let recordClass: RRClass
        /// Of the name.
        let digest: UInt64
        /// ``LogOptions/isCountedOnly``.
        let isCountedOnly: Bool

        init(name: DomainName, type: RRType, recordClass: RRClass = .in) {
            self.init(LoggedName(name), type: type, recordClass: recordClass)
        }

        init(_ logged: LoggedName, type: RRType, recordClass: RRClass = .in) {
            name = logged.name
            digest = logged.digest
            isCountedOnly = logged.isCountedOnly
            self.type = type
            self.recordClass = recordClass
        }
    }
}

extension MessageSighting {
    /// A message that a text log tells of: what it does not tell is not known.
    init(
        _ role: Role,
        _ question: Question?,
        client: SocketAddress?,
        id: UInt16 = 0,
        time: Int64?,
        at position: SourcePosition
    ) {
        self.init(
            time: time,
            client: client,
            server: nil,
            transport: nil,
            id: id,
            role: role,
            question: question,
            rcode: nil,
            flags: nil,
            hasSOA: nil,
            position: position
        )
    }

    /// Notes that something was answered, and neither code nor records are told.
    mutating func answerUntold() {
        guard let question else { return }
        answers = [AnswerRecord(name: question.name, type: RRType(rawValue: 0), data: .unknown)]
    }

    /// Notes a response code of an answer whose records the log does not tell, so that none follows from their absence.
    mutating func answer(_ code: ResponseCode) {
        rcode = code
        if code == .noError { answerUntold() }
    }
}

/// Folds the messages of one transaction into one event: a pure state machine in bounded memory.
///
/// Messages belong together when client, port, id and question agree and no more than ``PairingLimits/window`` lies
/// between them: so retries, copies from several taps, and answers seen before their queries all end in one event, and
/// an event is "not answered" only when no tap saw an answer. Events come out in the order in which they began.
struct EventPairing {
    private struct Transaction {
        /// Nil for events that are complete.
        var key: Key?
        var event: QueryEvent
        var lastTime: Int64?
        /// Whether the log says itself that there was no answer.
        var isSilent = false
    }

    /// What messages of a transaction have in common besides what its event says: client and question.
    private struct Key {
        let id: UInt16
        /// Of all of it.
        let digest: UInt64
    }

    /// What it means that a log shows no answer to a query.
    enum Silence {
        /// There was none.
        case isTelling
        /// There was none, if the log shows answers at all.
        case isTellingAmongAnswers
        /// Nothing: answers may be left out.
        case isUntold
    }

    private let limits: PairingLimits
    /// Whether client and port tell queries apart; without, a query behind an answer is another one.
    private let hasPorts: Bool
    private let silence: Silence
    private var hasSeenAnswers = false
    /// Blocks that the log told and that its replies refute: how many, and where the first began.
    private(set) var refuted: (count: Int, first: SourcePosition)?
    private let seed = UInt64.random(in: .min ... .max)
    private var open: TransactionRing<Transaction>
    private var numbers = DigestTable(nothing: 0)
    /// The latest time seen; captures of several interfaces are not strictly in order.
    private var clock: Int64?

    init(limits: PairingLimits, hasPorts: Bool = true, silence: Silence = .isTelling) {
        self.limits = limits
        self.hasPorts = hasPorts
        self.silence = silence
        let nothing = QueryEvent(name: .root, type: .a, position: SourcePosition(record: 0, byte: 0))
        open = TransactionRing(blank: Transaction(event: nothing))
    }

    /// Adds a message; false when it is an answer without a question to which no open transaction fits.
    mutating func add(_ sighting: MessageSighting) -> Bool {
        if let time = sighting.time { clock = max(clock ?? time, time) }
        guard let number = number(for: sighting) else { return false }
        switch sighting.role {
        case .query: Self.addQuery(sighting, to: &open[number].event)
        case .response:
            hasSeenAnswers = true
            let wasBlocked = open[number].event.block != nil
            Self.addAnswer(sighting, to: &open[number].event)
            if wasBlocked, open[number].event.block == nil {
                refuted = ((refuted?.count ?? 0) + 1, refuted?.first ?? open[number].event.position)
            }
        case .part:
            hasSeenAnswers = true
            Self.addPart(sighting, to: &open[number].event)
        case .remark: Self.addRemark(sighting, to: &open[number].event)
        case .silence: open[number].isSilent = true
        }
        if let process = sighting.process { open[number].event.process = process }
        open[number].lastTime = sighting.time ?? open[number].lastTime
        return true
    }

    /// Adds an event that is complete, behind those that began before it.
    mutating func add(_ event: QueryEvent) {
        if let time = event.time { clock = max(clock ?? time, time) }
        _ = open.append(Transaction(key: nil, event: event, lastTime: event.time, isSilent: true))
    }

    /// Whether events wait for messages that may belong to them.
    var isWaiting: Bool { open.count > 0 }

    /// The next event that nothing can be added to any more.
    mutating func next() -> QueryEvent? {
        guard open.count > 0, isComplete(open.firstNumber) || open.count > limits.maximumOpen else { return nil }
        return removeFirst()
    }

    /// The next event after the end of the input.
    mutating func finish() -> QueryEvent? {
        open.count > 0 ? removeFirst() : nil
    }

    private mutating func removeFirst() -> QueryEvent {
        let number = open.firstNumber
        if let key = open[number].key, let place = numbers.place(key.digest, where: { $0 == number }) {
            numbers.remove(at: place)
        }
        let transaction = open.removeFirst()
        var event = transaction.event
        if event.queryCount + event.answerCount == 0 { event.queryCount = 1 }
        let isTelling = silence == .isTelling || silence == .isTellingAmongAnswers && hasSeenAnswers
        if event.reply == .none, event.block == nil, !transaction.isSilent, !isTelling {
            event.reply = .unknown
        }
        return event
    }

    private func isComplete(_ number: Int) -> Bool {
        guard let clock, let last = open[number].lastTime else { return false }
        return clock - last > limits.window
    }

    /// The open transaction to which a message belongs, opened if need be.
    private mutating func number(for sighting: MessageSighting) -> Int? {
        guard let question = sighting.question else { return numberWithoutQuestion(sighting) }
        let digest = digest(sighting, question)
        let place = numbers.place(digest) { isOf(open[$0], sighting, question) }
        if let place, case let number = numbers[place], isNear(open[number].lastTime, sighting),
            hasPorts || sighting.role != .query || open[number].event.answerCount == 0
        {
            return number
        }
        var event = QueryEvent(
            name: question.name,
            type: question.type,
            recordClass: question.recordClass,
            position: sighting.position,
            reply: .none
        )
        event.isCountedOnly = question.isCountedOnly
        event.queryCount = 0
        event.time = sighting.time
        event.client = sighting.client
        event.server = sighting.server
        event.transport = sighting.transport
        let key = Key(id: sighting.id, digest: digest)
        let number = open.append(Transaction(key: key, event: event, lastTime: sighting.time))
        if let place { numbers[place] = number } else { numbers.insert(digest, number) }
        return number
    }

    /// Whether a message is one of a transaction, if it is not too late for it.
    private func isOf(
        _ transaction: borrowing Transaction,
        _ sighting: MessageSighting,
        _ question: MessageSighting.Question
    ) -> Bool {
        transaction.key?.id == sighting.id && transaction.event.type == question.type
            && transaction.event.recordClass == question.recordClass && transaction.event.client == sighting.client
            && transaction.event.name == question.name
    }

    /// The seed keeps those who write captures from choosing colliding ones.
    private func digest(_ sighting: MessageSighting, _ question: MessageSighting.Question) -> UInt64 {
        let rest =
            UInt64(sighting.id) << 32 | UInt64(question.type.rawValue) << 16 | UInt64(question.recordClass.rawValue)
        let whose = foldedProduct((sighting.client?.digest(seed) ?? 0) ^ seed, 0x9E37_79B9_7F4A_7C15)
        return foldedProduct(question.digest ^ whose, rest ^ seed)
    }

    /// Answers such as FORMERR may leave the question out; the youngest open query of that client and id is meant.
    private func numberWithoutQuestion(_ sighting: MessageSighting) -> Int? {
        guard sighting.role == .response || sighting.role == .part else { return nil }
        let oldest = max(open.firstNumber, open.endNumber - 1024)
        for number in stride(from: open.endNumber - 1, through: oldest, by: -1) {
            if open[number].key?.id == sighting.id, open[number].event.client == sighting.client,
                isNear(open[number].lastTime, sighting)
            {
                return number
            }
        }
        return nil
    }

    private func isNear(_ last: Int64?, _ sighting: MessageSighting) -> Bool {
        guard let last, let time = sighting.time else { return true }
        return abs(time - last) <= limits.window
    }

    private static func addQuery(_ sighting: MessageSighting, to event: inout QueryEvent) {
        event.queryCount += 1
        guard let time = sighting.time else { return }
        if event.queryCount == 1, let answered = event.time, event.reply == .seen, answered >= time {
            // The answer came first in the file but not in time.
            event.latency = answered - time
        }
        event.time = min(event.time ?? time, time)
    }

    private static func addAnswer(_ sighting: MessageSighting, to event: inout QueryEvent) {
        event.answerCount += 1
        if event.isCountedOnly {
            event.reply = .seen
            return
        }
        guard event.answerCount == 1 else {
            if event.rcode != sighting.rcode || !sameData(event.answers, sighting.answers) {
                event.hasConflictingAnswers = true
            }
            return
        }
        // A remark stands for what its kind of rule does; tags of Unbound's clients have such a rule do something else.
        if event.block != nil, let told = event.rcode, let code = sighting.rcode, told != code { event.block = nil }
        let isRemarked = event.block != nil && event.reply == .seen && event.rcode == sighting.rcode
        event.reply = .seen
        event.rcode = sighting.rcode
        event.flags = sighting.flags
        // What the log said of a block tells more than an answer whose records it leaves out.
        let isVague = sighting.answers.allSatisfy { $0.data == .unknown }
        if !isRemarked || !isVague { event.answers = sighting.answers }
        event.block = sighting.block ?? event.block
        event.hasSOA = sighting.hasSOA
        event.extendedErrors = sighting.extendedErrors
        event.server = sighting.server ?? event.server
        event.latency = sighting.latency ?? event.latency
        if sighting.latency == nil, event.queryCount > 0, let time = sighting.time, let asked = event.time,
            time >= asked
        {
            event.latency = time - asked
        }
    }

    /// One record more of an answer that is told line by line.
    private static func addPart(_ sighting: MessageSighting, to event: inout QueryEvent) {
        if event.answerCount == 0 {
            addAnswer(sighting, to: &event)
        } else if event.answers.count < AnswerChain.maximumRecords {
            event.answers += sighting.answers.filter { !event.answers.contains($0) }
        }
    }

    /// What is said about a query stands for its answer until that is seen.
    private static func addRemark(_ sighting: MessageSighting, to event: inout QueryEvent) {
        event.block = event.block ?? sighting.block
        guard event.answerCount == 0 else { return }
        guard sighting.rcode != nil || !sighting.answers.isEmpty else { return }
        event.reply = .seen
        event.rcode = sighting.rcode
        event.answers = sighting.answers
    }

    /// Whether two answers hold the same records; order and TTL may differ between copies.
    private static func sameData(_ left: [AnswerRecord], _ right: [AnswerRecord]) -> Bool {
        guard left.count == right.count else { return false }
        func bare(_ records: [AnswerRecord]) -> Set<AnswerRecord> {
            Set(records.map { AnswerRecord(name: $0.name, type: $0.type, data: $0.data) })
        }
        return bare(left) == bare(right)
    }
}
