internal import CSockets
internal import DNS
internal import Validation

/// Answers that are validated before anybody gets them (RFC 4035 §4.9.3 and §5). Their flights rest meanwhile.
extension Worker {
    /// Whether an answer is believed only when signatures say so: not where the client says that it does that itself (CD), and
    /// not where names have servers of their own, who nobody vouches for.
    func isValidated(_ question: Flight) -> Bool {
        validation != nil && !question.key.checkingDisabled && question.group == 0
    }

    /// Gives the answer to a flight, in `scrubber`, to those who validate, and lets it rest; false when they have too much to do.
    mutating func validate(_ flight: Int, _ question: Flight, answeredOn socket: Int?) -> Bool {
        guard let validation else { return false }
        let raw = scrubber.raw
        var key = question.key
        key.flags |= 1
        // With signatures, whatever the client wants.
        guard scrub(raw, key) == nil else { return false }
        lastTicket += 1
        let job = ValidationJob(
            worker: number,
            flight: flight,
            ticket: lastTicket,
            name: flightName.name,
            type: RRType(rawValue: question.key.type),
            raw: raw,
            message: octets(of: scrubber.message)
        )
        guard validation.submit(job) else { return false }
        tickets[flight] = lastTicket
        releaseSockets(of: flight, answeredOn: socket)
        table.rest(flight)
        return true
    }

    /// Scrubs an answer again, to the question of `flightName`.
    private mutating func scrub(_ raw: [UInt8], _ key: AnswerKey) -> ReplyFault? {
        let id = UInt16(raw[0]) << 8 | UInt16(raw[1])
        return scrubber.scrub(raw.span, id: id, name: flightName, key: key)
    }

    private func octets(of message: borrowing MessageBuffer) -> [UInt8] {
        unsafe message.span.withUnsafeBytes { unsafe Array($0) }
    }

    /// Carries out what validation says about the answer to a flight.
    mutating func settle(_ result: ValidationResult) {
        let flight = result.job.flight
        guard tickets[flight] == result.job.ticket else { return }
        tickets[flight] = nil
        let question = table.flights[flight]
        table.fillName(of: flight, &flightName)
        switch result.verdict {
        case .secure(let lifetime):
            counters.secureAnswers += 1
            scrubber.limit = lifetime
            _ = scrub(result.job.raw, question.key)
            scrubber.limit = .max
            scrubber.isAuthentic = true
        case .insecure:
            counters.insecureAnswers += 1
            _ = scrub(result.job.raw, question.key)
            scrubber.isAuthentic = false
        case .bogus(let fault):
            counters.bogusAnswers += 1
            scrubber.fail(flightName, question.key, ErrorOption(fault.code, fault.text))
        case .unanswered:
            table.flights[flight].failure = .none
            return failAll(flight)
        }
        deliver(question, flight, answeredOn: nil)
    }

    /// Asks what validation needs.
    mutating func fetch(_ name: DomainName, _ type: RRType) {
        let key = AnswerKey.fetch(type)
        flightName.fill(name)
        guard drainsUntil == nil || !isDrained,
            let flight = table.open(flightName, key, hash: keyedHash(flightName, key, seed: seed))
        else {
            validation?.take(nil, to: name, type)
            return
        }
        counters.validationQueries += 1
        perform(table.start(flight, group: 0, now: now), for: flight)
    }

    /// Whether nobody waits any more while the server ends.
    private var isDrained: Bool { table.waiters.count == 0 }

    /// Gives what was fetched to those who validate; `flightName` is its name.
    mutating func takeFetched(_ flight: Int, isAnswered: Bool, answeredOn socket: Int? = nil) {
        table.fillName(of: flight, &flightName)
        let type = RRType(rawValue: table.flights[flight].key.type)
        validation?.take(isAnswered ? octets(of: scrubber.message) : nil, to: flightName.name, type)
        end(flight, answeredOn: socket)
    }
}

extension AnswerKey {
    /// The key of what validation asks: with signatures, and unchecked.
    static func fetch(_ type: RRType) -> AnswerKey {
        var key = AnswerKey(type: type.rawValue, dnssecOK: true, checkingDisabled: true).real
        key.flags |= 16
        return key
    }

    /// Whether it is one.
    var isFetch: Bool { flags & 16 != 0 }
}

extension AnswerScrubber {
    /// Seconds for which it is kept that an answer is not what the zone's owner signed.
    private static let bogusTime: UInt32 = 30

    /// Replaces the answer by SERVFAIL, and says why.
    mutating func fail(_ name: borrowing NameBuffer, _ key: AnswerKey, _ error: ErrorOption) {
        replace(name, key, .servFail, error, lifetime: Self.bogusTime)
    }
}
