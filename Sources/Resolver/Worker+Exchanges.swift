internal import CSockets
internal import DNS
internal import Glibc

/// One question put to an upstream over TCP, on a connection of its own.
struct Exchange: BitwiseCopyable {
    /// The connection.
    var descriptor: Int32
    /// The flight asked for.
    var flight: Int32
    /// The upstream.
    var upstream: Int8
    /// The identifier sent.
    var id: UInt16
    /// Whether the question is on its way.
    var isSent = false
}

extension Worker {
    /// TCP exchanges under way at one time.
    static var maximumExchanges: Int { 256 }

    /// Starts asking over TCP; false when the system refuses.
    mutating func openExchange(_ upstream: Int, for flight: Int) -> Bool {
        var peer = upstreams[upstream]
        let descriptor = unsafe patchway_tcp_connect(&peer)
        guard descriptor >= 0 else { return false }
        let exchange = Exchange(
            descriptor: descriptor,
            flight: Int32(flight),
            upstream: Int8(upstream),
            id: random.next16()
        )
        guard let number = exchanges.insert(exchange) else {
            _ = patchway_close(descriptor)
            return false
        }
        exchangeInput[number] = []
        counters.upstreamQueries += 1
        counters.upstreamTCP += 1
        let token = PollToken(.exchange, number: number, generation: exchanges.generation(number))
        if poller.add(descriptor, .writable, token) { return true }
        closeExchange(number)
        return false
    }

    /// Closes a connection to an upstream.
    mutating func closeExchange(_ number: Int) {
        _ = patchway_close(exchanges[number].descriptor)
        exchangeInput[number] = []
        exchanges.remove(number)
    }

    /// Closes the connections that ask for a flight.
    mutating func closeExchanges(of flight: Int) {
        var next = exchanges.nextLive(from: 0)
        while let number = next {
            if Int(exchanges[number].flight) == flight { closeExchange(number) }
            next = exchanges.nextLive(from: number + 1)
        }
    }

    /// Sends the question when the connection stands, and takes the answer when it is complete.
    mutating func exchangeIsReady(_ token: PollToken, _ state: Poller.Interest) {
        let number = token.number
        guard exchanges.isLive(number), exchanges.generation(number) & 0xFF_FFFF == token.generation else { return }
        if !exchanges[number].isSent {
            guard sendQuestion(number, token) else {
                endExchange(number, nil)
                return
            }
            return
        }
        guard readExchange(number) else {
            endExchange(number, nil)
            return
        }
        let input = exchangeInput[number]
        guard input.count >= 2 else { return }
        let length = Int(input[0]) << 8 | Int(input[1])
        guard input.count >= 2 + length else { return }
        let exchange = exchanges[number]
        let flight = Int(exchange.flight)
        table.fillName(of: flight, &flightName)
        let fault = scrubber.scrub(
            input.span.extracting(2..<(2 + length)),
            id: exchange.id,
            name: flightName,
            key: table.flights[flight].key
        )
        if let fault {
            note(fault)
            endExchange(number, fault)
        } else {
            table.answered(flight, by: Int(exchange.upstream))
            deliver(flight, answeredOn: nil)
        }
    }

    private mutating func sendQuestion(_ number: Int, _ token: PollToken) -> Bool {
        let exchange = exchanges[number]
        guard patchway_connect_result(exchange.descriptor) == 0 else { return false }
        writeQuestion(of: Int(exchange.flight), id: exchange.id)
        streamFrame.reset()
        streamFrame.append16(UInt16(draft.count))
        streamFrame.append(draft)
        // A new connection takes a question of some hundred octets at once.
        guard streamFrame.send(exchange.descriptor) == streamFrame.count else { return false }
        exchanges[number].isSent = true
        poller.modify(exchange.descriptor, .readable, token)
        return true
    }

    /// Takes what has arrived; false at the end of the stream or on failure.
    private mutating func readExchange(_ number: Int) -> Bool {
        let descriptor = exchanges[number].descriptor
        while exchangeInput[number].count < 2 + 65_535 {
            let size = received.count
            let count = unsafe received.withMemory(0, size) { unsafe patchway_receive(descriptor, $0, size) }
            if count == -Int(EAGAIN) { return true }
            guard count > 0 else { return false }
            for offset in 0..<count { exchangeInput[number].append(received[offset]) }
            if count < size { return true }
        }
        return true
    }

    private mutating func endExchange(_ number: Int, _ fault: ReplyFault?) {
        let exchange = exchanges[number]
        closeExchange(number)
        if fault == nil { counters.upstreamFailures += 1 }
        let flight = Int(exchange.flight)
        perform(table.endedTCP(flight, fault, upstream: Int(exchange.upstream), now: now), for: flight)
    }
}
