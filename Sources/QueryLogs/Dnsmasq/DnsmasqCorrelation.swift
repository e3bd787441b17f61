import DNS

/// Joins the lines of a dnsmasq log that belong to one query: a pure state machine in bounded memory.
///
/// With `log-queries=extra` every line has the serial number of its query. The plain log has none: an answer belongs to
/// the open queries of its name and type, and the lines behind an alias belong to the same answer, because dnsmasq
/// writes the lines of one answer without a pause.
struct DnsmasqCorrelation {
    struct Transaction {
        var event: QueryEvent
        var process: UInt64?
        var lastTime: Int64?
        var isForwarded = false
        /// Whether the answer that is being written goes to it.
        var isWritten = false
    }

    struct SerialKey: Hashable {
        var process: UInt64?
        var serial: UInt64
    }

    struct AskedKey: Hashable {
        var client: SocketAddress?
        var name: DomainName
        var type: RRType
    }

    /// The answer that is being written.
    ///
    /// Only the first transaction has it until it is complete, so that a log that lets many clients ask and many records
    /// follow costs neither time nor memory for each of both.
    private struct Writing {
        /// The transactions it goes to; all of one name and type.
        var numbers: [Int]
        /// The owner name of its latest record.
        var name: DomainName
        /// Whether that record was an alias, so that the next line is about its target.
        var isAlias: Bool
    }

    /// What became of a line.
    enum Outcome: Equatable {
        case used
        /// It was used, but other queries might have been meant.
        case ambiguous
        /// An answer to no known query.
        case orphan
    }

    private let limits: PairingLimits
    private var open = TransactionRing<Transaction>()
    private var bySerial: [SerialKey: Int] = [:]
    private var asked: [AskedKey: Int] = [:]
    /// Transactions without an answer, by the name asked for.
    private var waiting: [DomainName: WaitingQueries] = [:]
    /// Names of which an answer was dropped as an attack: those of their queries that get no other had it.
    private var dropped: Set<DomainName> = []
    private var writing: Writing?
    private var clock: Int64?

    init(limits: PairingLimits) {
        self.limits = limits
    }

    /// Adds a query line.
    mutating func addQuery(
        _ line: DnsmasqLine,
        name: DomainName,
        type: RRType,
        client: IPAddress?,
        time: Int64?,
        position: SourcePosition
    ) {
        advance(time)
        finishWriting()
        let source = line.client ?? client.map { SocketAddress($0) }
        let key = AskedKey(client: source, name: name, type: type)
        let serial = line.serial.map { SerialKey(process: line.process, serial: $0) }
        if let number = asked[key], open[number].event.reply == .none, isNear(open[number], time) {
            open[number].event.queryCount += 1
            open[number].lastTime = time ?? open[number].lastTime
            if let serial { bySerial[serial] = number }
            return
        }
        var event = QueryEvent(name: name, type: type, position: position, reply: .none)
        event.time = time
        event.client = source
        event.transport = line.transport
        let number = open.append(Transaction(event: event, process: line.process, lastTime: time))
        asked[key] = number
        if let serial { bySerial[serial] = number }
        waiting[name, default: WaitingQueries()].append(number, type)
    }

    /// Adds a line that says to which server a query was passed on.
    mutating func addForward(_ line: DnsmasqLine, name: DomainName, upstream: SocketAddress?, time: Int64?) -> Outcome {
        advance(time)
        finishWriting()
        guard let number = serialNumber(line) ?? waiting[name]?.youngest else { return .orphan }
        open[number].isForwarded = true
        open[number].event.server = upstream ?? open[number].event.server
        open[number].lastTime = time ?? open[number].lastTime
        return .used
    }

    /// Adds a line of an answer.
    /// - Parameter name: the owner name; nil when the line names none and means the whole query.
    mutating func addAnswer(_ line: DnsmasqLine, _ record: DnsmasqAnswer, time: Int64?) -> Outcome {
        advance(time)
        if record.content == .duplicate { return addDuplicate(line) }
        var outcome = Outcome.used
        let numbers: [Int]
        if let number = serialNumber(line) {
            numbers = [number]
            if writing?.numbers != numbers { finishWriting() }
        } else if let current = writing, continues(current, record) {
            numbers = current.numbers
        } else {
            finishWriting()
            (numbers, outcome) = plainNumbers(record)
        }
        guard !numbers.isEmpty else { return .orphan }
        let targets = settled(numbers, record)
        let first = targets[0]
        record.apply(to: &open[first].event)
        open[first].lastTime = time ?? open[first].lastTime
        if writing == nil { begin(targets) }
        writing?.name = record.name ?? open[first].event.name
        writing?.isAlias = record.content == .alias
        return outcome
    }

    /// Adds a line that says that an answer about a name was dropped, because it led into a private network.
    ///
    /// It names no type, and all that wait for addresses may be meant.
    mutating func addRebind(name: DomainName, time: Int64?) -> Outcome {
        advance(time)
        finishWriting()
        guard waiting[name]?.youngest(DnsmasqAnswer.rebound(name).fits) != nil else { return .orphan }
        dropped.insert(name)
        return .used
    }

    /// The answer whose first line was added to the first of these goes to all of them.
    private mutating func begin(_ numbers: [Int]) {
        let event = open[numbers[0]].event
        writing = Writing(numbers: numbers, name: event.name, isAlias: false)
        for number in numbers { open[number].isWritten = true }
        if numbers.count == 1 {
            stopWaiting(numbers[0])
        } else {
            waiting[event.name]?.removeAll(event.type)
            forgetIfAnswered(event.name)
        }
    }

    /// The answer that is being written is complete: all that it goes to have it.
    private mutating func finishWriting() {
        guard let numbers = writing?.numbers else { return }
        writing = nil
        let first = open[numbers[0]]
        open[numbers[0]].isWritten = false
        for number in numbers.dropFirst() {
            open[number].event.takeAnswer(of: first.event)
            open[number].event.block = first.event.block ?? open[number].event.block
            open[number].lastTime = first.lastTime
            open[number].isWritten = false
        }
    }

    /// The next event that nothing can be added to any more.
    mutating func next() -> QueryEvent? {
        guard let first = open.first else { return nil }
        let time = first.isWritten ? writing.flatMap { open[$0.numbers[0]].lastTime } : first.lastTime
        let isOld = clock.flatMap { clock in time.map { clock - $0 > limits.window } } ?? false
        return isOld || open.count > limits.maximumOpen ? removeFirst() : nil
    }

    /// The next event after the end of the input.
    mutating func finish() -> QueryEvent? {
        open.count > 0 ? removeFirst() : nil
    }

    private mutating func removeFirst() -> QueryEvent {
        let number = open.firstNumber
        if open[number].isWritten { finishWriting() }
        let answer = DnsmasqAnswer.rebound(open[number].event.name)
        if open[number].event.reply == .none, dropped.contains(open[number].event.name),
            answer.fits(open[number].event.type)
        {
            answer.apply(to: &open[number].event)
        }
        stopWaiting(number)
        let event = open.removeFirst().event
        let key = AskedKey(client: event.client, name: event.name, type: event.type)
        if asked[key] == number { asked[key] = nil }
        if open.count == 0 {
            bySerial.removeAll(keepingCapacity: true)
        } else if bySerial.count > 2 * open.count + 1024 {
            bySerial = bySerial.filter { $0.value >= open.firstNumber }
        }
        return event
    }

    private mutating func advance(_ time: Int64?) {
        if let time { clock = max(clock ?? time, time) }
    }

    private func isNear(_ transaction: Transaction, _ time: Int64?) -> Bool {
        guard let last = transaction.lastTime, let time else { return true }
        return abs(time - last) <= limits.window
    }

    private func serialNumber(_ line: DnsmasqLine) -> Int? {
        guard let serial = line.serial, let number = bySerial[SerialKey(process: line.process, serial: serial)],
            number >= open.firstNumber
        else { return nil }
        return number
    }

    private mutating func stopWaiting(_ number: Int) {
        let (name, type) = (open[number].event.name, open[number].event.type)
        waiting[name]?.remove(number, type)
        forgetIfAnswered(name)
    }

    private mutating func forgetIfAnswered(_ name: DomainName) {
        guard waiting[name]?.isEmpty ?? true else { return }
        waiting[name] = nil
        if !dropped.isEmpty { dropped.remove(name) }
    }

    /// Whether a line goes on with the answer that is being written, and does not begin another one.
    private func continues(_ current: Writing, _ record: DnsmasqAnswer) -> Bool {
        if record.isValidation { return true }
        guard let name = record.name, let number = current.numbers.first else { return false }
        if current.isAlias { return true }
        guard name == current.name else { return false }
        switch record.content {
        case .address(let address):
            let type = open[number].event.type
            return type == address.recordType || (type != .a && type != .aaaa)
        case .record, .pointer, .text: return true
        default: return false
        }
    }

    /// The open queries that a line of the plain log answers.
    private func plainNumbers(_ record: DnsmasqAnswer) -> ([Int], Outcome) {
        guard let name = record.name else { return unnamedNumbers(record) }
        guard let waiting = waiting[name] else { return ([], .orphan) }
        guard record.isFromUpstream else {
            return waiting.youngest(record.fits).map { ([$0], .used) } ?? ([], .orphan)
        }
        // dnsmasq asks its upstream once for all clients that wait for the same answer.
        guard let (type, hasOthers) = waiting.oldest(record.fits) else { return ([], .orphan) }
        return (waiting.all(type), record.content == .alias && hasOthers ? .ambiguous : .used)
    }

    /// `reply error is SERVFAIL` names no query: the oldest that was passed on is meant, or else the youngest.
    private func unnamedNumbers(_ record: DnsmasqAnswer) -> ([Int], Outcome) {
        var candidates: [Int] = []
        for number in max(open.firstNumber, open.endNumber - 1024)..<open.endNumber
        where open[number].event.reply == .none && (open[number].isForwarded || !record.isFromUpstream) {
            candidates.append(number)
        }
        guard let chosen = record.isFromUpstream ? candidates.first : candidates.last else { return ([], .orphan) }
        return ([chosen], candidates.count > 1 && record.isFromUpstream ? .ambiguous : .used)
    }

    /// An alias may have been given to the query of the wrong type; the address behind it shows which one was meant.
    private mutating func settled(_ numbers: [Int], _ record: DnsmasqAnswer) -> [Int] {
        guard writing != nil, let family = record.family else { return numbers }
        let event = open[numbers[0]].event
        guard event.type != family, event.type == .a || event.type == .aaaa else { return numbers }
        let others = waiting[event.name]?.all(family) ?? []
        guard !others.isEmpty else { return numbers }
        open[others[0]].event.takeAnswer(of: event)
        open[numbers[0]].event.forgetAnswer()
        for number in numbers {
            open[number].isWritten = false
            waiting[event.name]?.append(number, event.type)
        }
        writing = nil
        return others
    }

    /// The answer just written went to this query as well.
    private mutating func addDuplicate(_ line: DnsmasqLine) -> Outcome {
        guard let number = serialNumber(line) else { return .orphan }
        if let current = writing?.numbers.first {
            let answered = open[current].event
            guard answered.name == open[number].event.name, answered.type == open[number].event.type else {
                return .orphan
            }
            open[number].event.takeAnswer(of: answered)
            open[number].event.block = answered.block
            stopWaiting(number)
        }
        return .used
    }
}
