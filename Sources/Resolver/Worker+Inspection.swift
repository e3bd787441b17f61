internal import DNS

/// What is done with answers beside giving them to clients, where that is wanted: comparison and validation.
extension Worker {
    /// Takes the answer to a flight, in `scrubber`; `flightName` is its name.
    @inline(never)
    mutating func inspect(_ flight: Int, answeredOn socket: Int?) {
        let question = table.flights[flight]
        if question.key.isReference { return takeReference(flight, .message(scrubber.raw), answeredOn: socket) }
        if question.key.isFetch { return takeFetched(flight, isAnswered: true, answeredOn: socket) }
        let plan = comparing == nil ? nil : plan(flight)
        if isValidated(question) {
            if !validate(flight, question, answeredOn: socket) {
                counters.overloaded += 1
                table.flights[flight].failure = .none
                failAll(flight)
            }
        } else {
            if validation != nil { scrubber.isAuthentic = false }
            deliver(question, flight, answeredOn: socket)
        }
        if let plan { compare(plan) }
    }

    /// The same for a flight that has failed.
    @inline(never)
    mutating func inspectFailure(_ flight: Int) {
        let key = table.flights[flight].key
        if key.isReference { return takeReference(flight, heard(in: flight)) }
        if key.isFetch { return takeFetched(flight, isAnswered: false) }
        let plan = comparing == nil ? nil : planFailure(flight)
        failAll(flight)
        if let plan { compare(plan) }
    }
}
