internal import CSockets
internal import DNS

/// Answers for names that updates need, beside what unfiltered references answer. Clients have their answers by then:
/// references are asked like upstreams, by flights of their own that nobody waits for.
extension Worker {
    /// Notes that the upstreams of a flight answer, and what of its answer is to be compared; nil for nothing.
    ///
    /// `flightName` is its name; the answer as it came is `scrubber.raw`.
    mutating func plan(_ flight: Int) -> Comparisons.Pending? {
        let question = table.flights[flight]
        comparing?.heardAt[Int(question.group)] = now
        comparing?.refusals[flight] = nil
        return plan(question, .message(scrubber.raw), isHealthy: true)
    }

    /// The same for a flight that has failed.
    mutating func planFailure(_ flight: Int) -> Comparisons.Pending? {
        guard let refusal = comparing.map({ $0.refusals[flight] }) else { return nil }
        let question = table.flights[flight]
        comparing?.refusals[flight] = nil
        // What the system or a broken message is to blame for says nothing about the name.
        guard refusal != nil || question.failure == .none else { return nil }
        table.fillName(of: flight, &flightName)
        let isHealthy = comparing?.isHealthy(Int(question.group), now: now) ?? false
        return plan(question, refusal.map(Heard.message) ?? .nothing, isHealthy: isHealthy)
    }

    /// Keeps the refusal of an upstream, which may say why.
    mutating func keepRefusal(of flight: Int) {
        guard policy.policy.isProtected(flightName) else { return }
        comparing?.refusals[flight] = scrubber.raw
    }

    private mutating func plan(_ question: Flight, _ answer: Heard, isHealthy: Bool) -> Comparisons.Pending? {
        guard !question.key.isReal, Self.isCompared(question.key.type), drainsUntil == nil,
            policy.policy.isProtected(flightName)
        else { return nil }
        let key = AnswerKey.reference(question.key.type, 0)
        let references = forwarding.references
        // Clients who wait come first.
        guard table.flights.count + references.count < table.flights.capacity / 2 else {
            counters.droppedComparisons += 1
            return nil
        }
        switch comparing?.schedule.admit(keyedHash(flightName, key, seed: seed), now: now) {
        case .admitted: break
        case .refused:
            counters.droppedComparisons += 1
            return nil
        case .recent, nil: return nil
        }
        let upstream = question.upstream >= 0 ? forwarding.upstreams[Int(question.upstream)].description : ""
        let comparison = FinishedComparison(
            name: flightName.name,
            type: RRType(rawValue: question.key.type),
            time: patchway_realtime_ns(),
            upstream: upstream,
            answer: answer,
            references: references.map {
                (forwarding.upstreams[forwarding.groups[$0].upstreams.lowerBound].description, .nothing)
            },
            isHealthy: isHealthy,
            policy: policy
        )
        return Comparisons.Pending(comparison: comparison, key: key, missing: references.count)
    }

    /// Types that rules can tell something about.
    private static func isCompared(_ type: UInt16) -> Bool {
        switch RRType(rawValue: type) {
        case .a, .aaaa, .cname, .https, .svcb: true
        default: false
        }
    }

    /// Asks the references.
    mutating func compare(_ pending: Comparisons.Pending) {
        guard let number = comparing?.number() else { return }
        counters.comparisons += 1
        comparing?.pending[number] = pending
        for (reference, group) in forwarding.references.enumerated() {
            let key = AnswerKey.reference(pending.key.type, reference)
            flightName.fill(pending.comparison.name)
            guard let flight = table.open(flightName, key, hash: keyedHash(flightName, key, seed: seed)) else {
                take(.failure, from: Comparisons.Place(comparison: number, reference: reference))
                continue
            }
            comparing?.places[flight] = Comparisons.Place(comparison: number, reference: reference)
            perform(table.start(flight, group: group, now: now), for: flight)
        }
    }

    /// What was heard in a reference's flight that has failed.
    func heard(in flight: Int) -> Heard {
        if let refusal = comparing?.refusals[flight] { return .message(refusal) }
        return table.flights[flight].failure == .none ? .nothing : .failure
    }

    /// Takes what a reference said, and ends its flight.
    mutating func takeReference(_ flight: Int, _ heard: Heard, answeredOn socket: Int? = nil) {
        let place = comparing?.places.removeValue(forKey: flight)
        comparing?.refusals[flight] = nil
        end(flight, answeredOn: socket)
        if let place { take(heard, from: place) }
    }

    private mutating func take(_ heard: Heard, from place: Comparisons.Place) {
        guard var pending = comparing?.pending[place.comparison] else { return }
        pending.comparison.references[place.reference].heard = heard
        pending.missing -= 1
        guard pending.missing == 0 else {
            comparing?.pending[place.comparison] = pending
            return
        }
        comparing?.pending[place.comparison] = nil
        comparing?.schedule.finish()
        if comparing?.queue.push(pending.comparison) != true { counters.droppedComparisons += 1 }
    }

    /// Ends the comparisons under way, whose references may be no more.
    mutating func abandonComparisons() {
        guard let flights = comparing.map({ Array($0.places.keys) }) else { return }
        for flight in flights { takeReference(flight, .failure) }
        comparing?.refusals = [:]
    }
}
