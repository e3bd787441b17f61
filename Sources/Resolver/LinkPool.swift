/// A connection to an upstream: over TCP, or over TLS on it.
struct UpstreamLink: BitwiseCopyable {
    /// How far it is.
    enum State: UInt8 {
        /// TCP is not there yet.
        case connecting
        /// TLS is not there yet.
        case shaking
        /// Questions go out.
        case open
    }

    /// Its descriptor.
    var descriptor: Int32
    /// The upstream.
    var upstream: Int8
    /// How far it is.
    var state = State.connecting
    /// Whether an answer has come over it.
    var hasAnswered = false
    /// Whether questions wait in its output that nobody has tried to send.
    var isDirty = false
    /// Whether the server takes no more questions on it.
    var isEnding = false
}

/// A question under way on a connection.
struct LinkQuestion: BitwiseCopyable, Equatable {
    /// The identifier sent, unique on its connection.
    var id: UInt16
    /// The request that carries it, over HTTP.
    var stream: Int32 = 0
    /// The flight, and the generation of its slot.
    var flight: Int32
    var generation: UInt32
    /// When it was asked, or, with the question still under way, wanted again.
    var askedAt: UInt64
    /// When it went out: as soon as the connection stood.
    var sentAt: UInt64 = 0
    /// How often it was asked before, on connections that ended.
    var repeats: UInt8 = 0

    /// A connection that has answered something takes a question off those that are asked again, so that even a server that
    /// closes after each answer gets to all that one connection carries.
    static let maximumRepeats = 64
}

/// Connections to upstreams: which one takes a question, what is under way on each, which have been silent for too long.
/// Pure: its owner opens, writes, reads and closes; the clock is the caller's.
///
/// Questions go to the first connection that is not busy, so that few connections carry many questions each (RFC 7766
/// §6.2.1.1); another one is opened only when all are busy. A connection that leaves a question without any answer for
/// ``patience`` is given up; one without questions is closed after ``rest``.
struct LinkPool: ~Copyable {
    /// Where a question goes.
    enum Choice: Equatable {
        /// To this connection.
        case use(Int)
        /// To a new one.
        case open
        /// To a new one, in place of this one, which takes no more questions and owes none.
        case replace(Int)
        /// Nowhere.
        case full
    }

    /// Questions on a connection that make it busy.
    static let busy = 64
    /// Questions that a connection can carry.
    static let maximumQuestions = 1_024
    /// Connections to one upstream.
    static let maximumLinks = 4
    /// Nanoseconds without any octet after which a connection that owes answers is given up.
    static let patience: UInt64 = 3_000_000_000
    /// Nanoseconds that a connection without questions is kept (RFC 7858 §3.4).
    static let rest: UInt64 = 10_000_000_000

    /// The connections.
    var slots: Slab<UpstreamLink>
    private var questions: [[LinkQuestion]]
    private var silent: DeadlineList
    private var resting: DeadlineList

    /// A pool for so many upstreams.
    init(upstreams: Int) {
        let capacity = max(upstreams, 1) * Self.maximumLinks
        slots = Slab(capacity: capacity)
        questions = Array(repeating: [], count: capacity)
        silent = DeadlineList(capacity: capacity, interval: Self.patience)
        resting = DeadlineList(capacity: capacity, interval: Self.rest)
    }

    /// Where the next question for an upstream goes.
    func choose(_ upstream: Int) -> Choice {
        var count = 0
        var leastBusy: Int?
        var idle: Int?
        var next = slots.nextLive(from: 0)
        while let number = next {
            next = slots.nextLive(from: number + 1)
            guard Int(slots[number].upstream) == upstream else { continue }
            count += 1
            guard !slots[number].isEnding else {
                if questions[number].isEmpty { idle = number }
                continue
            }
            let load = questions[number].count
            if load < Self.busy { return .use(number) }
            if load < leastBusy.map({ questions[$0].count }) ?? Self.maximumQuestions { leastBusy = number }
        }
        if count < Self.maximumLinks { return .open }
        if let leastBusy { return .use(leastBusy) }
        return idle.map(Choice.replace) ?? .full
    }

    /// Adds a connection; nil when there are too many.
    mutating func insert(_ link: UpstreamLink, now: UInt64) -> Int? {
        guard let number = slots.insert(link) else { return nil }
        questions[number].removeAll(keepingCapacity: true)
        silent.set(number, now: now)
        return number
    }

    /// Notes a question; false when its id is under way on the connection already.
    mutating func ask(_ question: LinkQuestion, on number: Int) -> Bool {
        guard !questions[number].contains(where: { $0.id == question.id }) else { return false }
        if questions[number].isEmpty, slots[number].state == .open { silent.set(number, now: question.askedAt) }
        resting.clear(number)
        questions[number].append(question)
        return true
    }

    /// Finds a flight's question on a connection to an upstream, and makes it one of now.
    mutating func renew(_ flight: Int, _ generation: UInt32, upstream: Int, now: UInt64) -> Bool {
        var next = slots.nextLive(from: 0)
        while let number = next {
            next = slots.nextLive(from: number + 1)
            guard Int(slots[number].upstream) == upstream else { continue }
            let place = questions[number].firstIndex { Int($0.flight) == flight && $0.generation == generation }
            guard let place else { continue }
            questions[number][place].askedAt = now
            return true
        }
        return false
    }

    /// The connection stands: TCP, and TLS where it is spoken.
    mutating func opened(_ number: Int, now: UInt64) {
        slots[number].state = .open
        for place in questions[number].indices { questions[number][place].sentAt = now }
        if questions[number].isEmpty { setAtRest(number, now: now) } else { silent.set(number, now: now) }
    }

    /// Takes the question that an answer is for, if there is one.
    mutating func take(_ id: UInt16, from number: Int, now: UInt64) -> LinkQuestion? {
        questions[number].firstIndex { $0.id == id }.map { take(at: $0, from: number, now: now) }
    }

    /// Takes the question that a request carried, if there is one.
    mutating func take(stream: Int32, from number: Int, now: UInt64) -> LinkQuestion? {
        questions[number].firstIndex { $0.stream == stream }.map { take(at: $0, from: number, now: now) }
    }

    private mutating func take(at place: Int, from number: Int, now: UInt64) -> LinkQuestion {
        slots[number].hasAnswered = true
        let question = questions[number][place]
        questions[number].swapAt(place, questions[number].count - 1)
        questions[number].removeLast()
        if questions[number].isEmpty { setAtRest(number, now: now) } else { silent.set(number, now: now) }
        return question
    }

    /// Notes the request that carries the question asked last.
    mutating func setStream(_ stream: Int32, on number: Int) {
        questions[number][questions[number].count - 1].stream = stream
    }

    private mutating func setAtRest(_ number: Int, now: UInt64) {
        silent.clear(number)
        resting.set(number, now: now)
    }

    /// Forgets a connection and gives what was under way on it.
    mutating func remove(_ number: Int) -> [LinkQuestion] {
        silent.clear(number)
        resting.clear(number)
        slots.remove(number)
        defer { questions[number] = [] }
        return questions[number]
    }

    /// Lets the connections to an upstream take no more questions.
    mutating func end(_ upstream: Int) {
        var next = slots.nextLive(from: 0)
        while let number = next {
            next = slots.nextLive(from: number + 1)
            if Int(slots[number].upstream) == upstream { slots[number].isEnding = true }
        }
    }

    /// Questions under way on a connection.
    func load(_ number: Int) -> Int { questions[number].count }

    /// The next connection to be closed, and whether it owes answers.
    mutating func takeDue(now: UInt64) -> (number: Int, isSilent: Bool)? {
        if let number = silent.takeDue(now: now) { return (number, true) }
        return resting.takeDue(now: now).map { ($0, false) }
    }

    /// When the next connection is to be closed.
    var nextDeadline: UInt64? {
        guard let first = silent.nextDue else { return resting.nextDue }
        return min(first, resting.nextDue ?? first)
    }
}
