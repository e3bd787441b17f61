import DNS

/// Joins the lines of a dnsmasq log that belong to one query: a pure state machine in bounded memory.
///
/// With `log-queries=extra` every line has the serial number of its query. The plain log has none: an answer belongs to
/// the open queries of its name and type, and the lines behind an alias belong to the same answer, because dnsmasq
/// writes the lines of one answer without a pause.
struct DnsmasqCorrelation {
    struct Transaction {
        var event: QueryEvent
        /// The digests of its name, and of client, name and type.
        var digest: UInt64
        var askedDigest: UInt64
        var lastTime: Int64?
        var isForwarded = false
        /// Whether it is among those that wait for an answer.
        var isWaiting = false
        /// Whether the answer that is being written goes to it.
        var isWritten = false
    }

    /// The transaction of a serial number.
    private struct Serial {
        var process: UInt64?
        var serial: UInt64
        var number: Int

        func digest(_ seed: UInt64) -> UInt64 { foldedProduct(serial ^ seed, (process ?? 0) << 1 | 1 ^ seed) }
    }

    /// Transactions of one name and type.
    private struct Numbers: Equatable {
        var first: Int
        var others: [Int] = []

        init(_ first: Int) { self.first = first }

        init?(_ numbers: [Int]) {
            guard let first = numbers.first else { return nil }
            self.init(first)
            if numbers.count > 1 { others = Array(numbers.dropFirst()) }
        }
    }

    /// The answer that is being written.
    ///
    /// Only the first transaction has it until it is complete, so that a log that lets many clients ask and many records
    /// follow costs neither time nor memory for each of both.
    private struct Writing {
        /// The transactions it goes to; all of one name and type.
        var numbers: Numbers
        /// The owner name of its latest record.
        var name: LoggedName
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
    private var open: TransactionRing<Transaction>
    private var bySerial = DigestTable(nothing: Serial(serial: 0, number: 0))
    private var asked = DigestTable(nothing: 0)
    /// Transactions without an answer, by the name asked for.
    private var waiting = DigestTable(nothing: WaitingQueries())
    /// Names of which an answer was dropped as an attack: those of their queries that get no other had it.
    private var dropped: Set<DomainName> = []
    /// Nobody who writes logs knows it.
    private let seed = UInt64.random(in: .min ... .max)
    private var writing: Writing?
    private var clock: Int64?

    init(limits: PairingLimits) {
        self.limits = limits
        let nothing = QueryEvent(name: .root, type: .a, position: SourcePosition(record: 0, byte: 0))
        open = TransactionRing(blank: Transaction(event: nothing, digest: 0, askedDigest: 0))
    }

    /// Adds a query line.
    mutating func addQuery(
        _ line: DnsmasqLine,
        name: LoggedName,
        type: RRType,
        client: IPAddress?,
        time: Int64?,
        position: SourcePosition
    ) {
        advance(time)
        finishWriting()
        let source = line.client ?? client.map { SocketAddress($0) }
        let digest = foldedProduct(name.digest ^ UInt64(type.rawValue), (source?.digest(seed) ?? 0) ^ seed)
        let place = asked.place(digest) { number in
            open[number].event.type == type && open[number].event.client == source
                && open[number].event.name == name.name
        }
        if let place, open[asked[place]].event.reply == .none, isNear(open[asked[place]].lastTime, time) {
            let number = asked[place]
            open[number].event.queryCount += 1
            open[number].lastTime = time ?? open[number].lastTime
            note(line, number)
            return
        }
        var event = QueryEvent(name: name.name, type: type, position: position, reply: .none)
        event.time = time
        event.client = source
        event.transport = line.transport
        event.isCountedOnly = name.isCountedOnly
        let number = open.append(
            Transaction(event: event, digest: name.digest, askedDigest: digest, lastTime: time)
        )
        if let place { asked[place] = number } else { asked.insert(digest, number) }
        note(line, number)
        wait(number)
    }

    /// Remembers the serial number of a query.
    private mutating func note(_ line: DnsmasqLine, _ number: Int) {
        guard let serial = line.serial else { return }
        let entry = Serial(process: line.process, serial: serial, number: number)
        if let place = serialPlace(line) { bySerial[place] = entry } else { bySerial.insert(entry.digest(seed), entry) }
    }

    /// Adds a line that says to which server a query was passed on.
    mutating func addForward(_ line: DnsmasqLine, name: LoggedName, upstream: SocketAddress?, time: Int64?) -> Outcome {
        advance(time)
        finishWriting()
        guard let number = serialNumber(line) ?? waitingPlace(name).flatMap({ waiting[$0].youngest }) else {
            return .orphan
        }
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
        let numbers: Numbers?
        if let number = serialNumber(line) {
            numbers = Numbers(number)
            if writing?.numbers != numbers { finishWriting() }
        } else if let current = writing, continues(current, record) {
            numbers = current.numbers
        } else {
            finishWriting()
            let found = plainNumbers(record)
            (numbers, outcome) = (Numbers(found.0), found.1)
        }
        guard let numbers else { return .orphan }
        let targets = settled(numbers, record)
        let first = targets.first
        record.apply(to: &open[first].event)
        open[first].lastTime = time ?? open[first].lastTime
        if writing == nil { begin(targets) }
        if let name = record.name { writing?.name = name }
        writing?.isAlias = record.content == .alias
        return outcome
    }

    /// Adds a line that says that an answer about a name was dropped, because it led into a private network.
    ///
    /// It names no type, and all that wait for addresses may be meant.
    mutating func addRebind(name: LoggedName, time: Int64?) -> Outcome {
        advance(time)
        finishWriting()
        guard let place = waitingPlace(name), waiting[place].youngest(DnsmasqAnswer.rebound(name).fits) != nil
        else { return .orphan }
        dropped.insert(name.name)
        return .used
    }

    /// The answer whose first line was added to the first of these goes to all of them.
    private mutating func begin(_ numbers: Numbers) {
        let first = numbers.first
        writing = Writing(numbers: numbers, name: name(of: first), isAlias: false)
        open[first].isWritten = true
        guard !numbers.others.isEmpty else { return stopWaiting(first) }
        for number in numbers.others { open[number].isWritten = true }
        guard let place = waitingPlace(name(of: first)) else { return }
        let type = open[first].event.type
        for number in waiting[place].all(type) { open[number].isWaiting = false }
        waiting[place].removeAll(type)
        forgetIfAnswered(place, name(of: first))
    }

    /// The answer that is being written is complete: all that it goes to have it.
    private mutating func finishWriting() {
        guard let numbers = writing?.numbers else { return }
        writing = nil
        open[numbers.first].isWritten = false
        guard !numbers.others.isEmpty else { return }
        let first = open[numbers.first]
        for number in numbers.others {
            open[number].event.takeAnswer(of: first.event)
            open[number].event.block = first.event.block ?? open[number].event.block
            open[number].lastTime = first.lastTime
            open[number].isWritten = false
        }
    }

    /// The next event that nothing can be added to any more.
    mutating func next() -> QueryEvent? {
        guard open.count > 0 else { return nil }
        let first = open.firstNumber
        let time = open[open[first].isWritten ? writing?.numbers.first ?? first : first].lastTime
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
        if !dropped.isEmpty, open[number].event.reply == .none, dropped.contains(open[number].event.name) {
            let answer = DnsmasqAnswer.rebound(name(of: number))
            if answer.fits(open[number].event.type) { answer.apply(to: &open[number].event) }
        }
        stopWaiting(number)
        if let place = asked.place(open[number].askedDigest, where: { $0 == number }) { asked.remove(at: place) }
        let event = open.removeFirst().event
        if bySerial.count > 2 * open.count + 1024 || open.count == 0 && bySerial.count > 0 {
            bySerial.keep { $0.number >= open.firstNumber }
        }
        return event
    }

    private mutating func advance(_ time: Int64?) {
        if let time { clock = max(clock ?? time, time) }
    }

    private func isNear(_ last: Int64?, _ time: Int64?) -> Bool {
        guard let last, let time else { return true }
        return abs(time - last) <= limits.window
    }

    private func serialPlace(_ line: DnsmasqLine) -> Int? {
        guard let serial = line.serial else { return nil }
        let wanted = Serial(process: line.process, serial: serial, number: 0)
        return bySerial.place(wanted.digest(seed)) { $0.serial == serial && $0.process == wanted.process }
    }

    private func serialNumber(_ line: DnsmasqLine) -> Int? {
        guard let place = serialPlace(line), bySerial[place].number >= open.firstNumber else { return nil }
        return bySerial[place].number
    }

    // MARK: - Queries that wait

    private func name(of number: Int) -> LoggedName { LoggedName(open[number].event.name, open[number].digest) }

    private func waitingPlace(_ name: LoggedName) -> Int? {
        waiting.place(name.digest) { $0.any.map { open[$0].event.name == name.name } ?? false }
    }

    private mutating func wait(_ number: Int) {
        open[number].isWaiting = true
        let type = open[number].event.type
        if let place = waitingPlace(name(of: number)) {
            waiting[place].append(number, type)
        } else {
            var queries = WaitingQueries()
            queries.append(number, type)
            waiting.insert(open[number].digest, queries)
        }
    }

    private mutating func stopWaiting(_ number: Int) {
        guard open[number].isWaiting else { return }
        open[number].isWaiting = false
        guard let place = waitingPlace(name(of: number)) else { return }
        waiting[place].remove(number, open[number].event.type)
        forgetIfAnswered(place, name(of: number))
    }

    private mutating func forgetIfAnswered(_ place: Int, _ name: LoggedName) {
        guard waiting[place].isEmpty else { return }
        waiting.remove(at: place)
        if !dropped.isEmpty { dropped.remove(name.name) }
    }

    /// Whether a line goes on with the answer that is being written, and does not begin another one.
    private func continues(_ current: Writing, _ record: DnsmasqAnswer) -> Bool {
        if record.isValidation { return true }
        guard let name = record.name else { return false }
        if current.isAlias { return true }
        guard name == current.name else { return false }
        switch record.content {
        case .address(let address):
            let type = open[current.numbers.first].event.type
            return type == address.recordType || (type != .a && type != .aaaa)
        case .record, .pointer, .text: return true
        default: return false
        }
    }

    /// The open queries that a line of the plain log answers.
    private func plainNumbers(_ record: DnsmasqAnswer) -> ([Int], Outcome) {
        guard let name = record.name else { return unnamedNumbers(record) }
        guard let waiting = waitingPlace(name).map({ waiting[$0] }) else { return ([], .orphan) }
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
    private mutating func settled(_ numbers: Numbers, _ record: DnsmasqAnswer) -> Numbers {
        guard writing != nil, let family = record.family else { return numbers }
        let type = open[numbers.first].event.type
        guard type != family, type == .a || type == .aaaa else { return numbers }
        guard let place = waitingPlace(name(of: numbers.first)), let others = Numbers(waiting[place].all(family))
        else { return numbers }
        let event = open[numbers.first].event
        open[others.first].event.takeAnswer(of: event)
        open[numbers.first].event.forgetAnswer()
        for number in [numbers.first] + numbers.others {
            open[number].isWritten = false
            wait(number)
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
