internal import CSockets
internal import Glibc

extension Worker {
    /// Connections accepted before other events get their turn.
    private static let maximumAccepts = 64
    /// Reads from a connection before others get their turn.
    private static let maximumReads = 16
    /// Octets of replies collected before they are sent.
    private static let frameLimit = 60_000

    // MARK: - Connections

    /// Accepts the clients that wait.
    mutating func acceptStreams(_ listener: Int32) {
        guard let speaks = sockets.first(where: { $0.descriptor == listener })?.speaks else { return }
        for _ in 0..<Self.maximumAccepts {
            var peer = patchway_peer()
            let descriptor = unsafe patchway_accept(listener, &peer)
            if descriptor == -EMFILE || descriptor == -ENFILE, let oldest = streams.oldest {
                counters.closedConnections += 1
                closeStream(oldest)
                continue
            }
            if descriptor == -ECONNABORTED || descriptor == -EINTR { continue }
            guard descriptor >= 0 else { return }
            counters.connections += 1
            guard isAllowed(peer) else {
                _ = patchway_close(descriptor)
                counters.closedConnections += 1
                continue
            }
            if let victim = streams.victim(for: peer) {
                counters.closedConnections += 1
                closeStream(victim)
            }
            if !openStream(descriptor, peer, speaks) { _ = patchway_close(descriptor) }
        }
    }

    /// Adds a connection; false when there is no room or memory, and the descriptor stays the caller's.
    private mutating func openStream(_ descriptor: Int32, _ peer: patchway_peer, _ speaks: StreamProtocol) -> Bool {
        var stream = Stream(descriptor: descriptor, peer: peer, speaks: speaks)
        var session: TLSConnection?
        if let inside = speaks.inTLS {
            session = tls.serving.flatMap { TLSConnection(accepting: descriptor, $0, inside) }
            guard session != nil else { return false }
            stream.isShaking = true
        }
        guard let number = streams.insert(stream, now: now) else { return false }
        streams.tls[number] = session
        if !poller.add(descriptor, .readable, token(of: number)) { closeStream(number) }
        return true
    }

    private func token(of number: Int) -> PollToken {
        PollToken(.connection, number: number, generation: streams.slots.generation(number))
    }

    /// Closes a client's connection; answers it waits for are dropped when they come.
    mutating func closeStream(_ number: Int) {
        let descriptor = streams.slots[number].descriptor
        streams.remove(number)
        _ = patchway_close(descriptor)
    }

    /// Tells the poller what a connection waits for.
    func watch(_ number: Int) {
        let stream = streams.slots[number]
        var interest: Poller.Interest = stream.isPaused || stream.isEnding ? [] : .readable
        if !streams.output[number].isEmpty || streams.tls[number]?.wantsWrite == true { interest.insert(.writable) }
        poller.modify(stream.descriptor, interest, token(of: number))
    }

    /// Reads and writes as far as the connection allows.
    mutating func streamIsReady(_ token: PollToken, _ state: Poller.Interest) {
        let number = token.number
        guard streams.slots.isLive(number), streams.slots.generation(number) & 0xFF_FFFF == token.generation else {
            return
        }
        if streams.slots[number].isShaking {
            shakeHands(number)
            return
        }
        if state.contains(.writable), !writePending(number) {
            closeStream(number)
            return
        }
        // What TLS itself had to write goes out with the next read.
        let isOwnWrite = state.contains(.writable) && streams.tls[number]?.wantsWrite == true
        if state.contains(.readable) || isOwnWrite, !streams.slots[number].isPaused, !streams.slots[number].isEnding {
            readStream(number)
            if isOwnWrite, streams.slots.isLive(number), streams.tls[number]?.wantsWrite == false { watch(number) }
        } else if state.contains(.closed), !state.contains(.writable) {
            // Both directions are gone, or the end came while reading was paused.
            closeStream(number)
        }
    }

    // MARK: - Queries

    /// Carries a TLS handshake on, and reads what came with its end.
    private mutating func shakeHands(_ number: Int) {
        // The poller tells of it again in the next turn.
        guard handshakesLeft > 0, let tls = streams.tls[number] else { return }
        handshakesLeft -= 1
        switch tls.handshake() {
        case 1:
            streams.endHandshake(number)
            counters.handshakes += 1
            if tls.isResumed { counters.resumedHandshakes += 1 }
            if streams.slots[number].speaks == .dnsOverHTTPS, !beginHTTP(number) { return closeStream(number) }
            watch(number)
            readStream(number)
        case -EAGAIN: watch(number)
        default:
            counters.failedHandshakes += 1
            counters.closedConnections += 1
            closeStream(number)
        }
    }

    private mutating func readStream(_ number: Int) {
        let generation = streams.slots.generation(number)
        for _ in 0..<Self.maximumReads {
            let count = streams.receive(number)
            if count == -Int(EAGAIN) {
                if streams.tls[number]?.wantsWrite == true { watch(number) }
                return
            }
            if count == 0 {
                streams.slots[number].isEnding = true
                if isFinished(number) { closeStream(number) } else { watch(number) }
                return
            }
            guard count > 0 else {
                closeStream(number)
                return
            }
            answerInput(number)
            guard streams.slots.isLive(number, generation: generation), !streams.slots[number].isPaused,
                !streams.slots[number].isEnding, streams.hasPending(number)
            else { return }
        }
        resumed.append((Int32(number), generation))
    }

    private mutating func answerInput(_ number: Int) {
        switch streams.slots[number].speaks {
        case .dns, .dnsOverTLS: answerFrames(number)
        case .dnsOverHTTPS, .dnsOverHTTP: answerRequests(number)
        case .admin: answerAdmin(number)
        }
    }

    /// Answers the complete messages in the input area of a connection (RFC 7766 §8: two octets of length in front).
    private mutating func answerFrames(_ number: Int) {
        let generation = streams.slots.generation(number)
        let area = number * StreamTable.areaSize
        let origin = Origin(
            socket: Int32(number),
            generation: generation,
            peer: streams.slots[number].peer
        )
        var position = 0
        streamReplies.reset()
        while true {
            let rest = Int(streams.slots[number].filled) - position
            guard rest >= 2 else { break }
            let length = Int(streams.input.uint16(at: area + position))
            guard length > 0, length <= StreamTable.maximumQuery else {
                counters.closedConnections += 1
                // What was asked before the bad frame has been answered; that goes out first.
                guard settle(streams.write(streamReplies, to: number), number) else { return }
                closeStream(number)
                return
            }
            guard rest >= length + 2 else { break }
            guard Int(streams.slots[number].pending) < configuration.maximumQueriesPerConnection else {
                streams.slots[number].isPaused = true
                break
            }
            // Input areas change only here and in readStream, never while a query is being answered.
            let isAnswered = unsafe answer(
                streams.input.steadySpan(area + position + 2, length),
                from: origin,
                overTCP: true
            )
            guard streams.slots.isLive(number, generation: generation) else { return }
            if streams.slots[number].speaks == .dnsOverTLS { counters.tlsQueries += 1 }
            position += length + 2
            if isAnswered {
                streamReplies.append16(UInt16(reply.count))
                streamReplies.append(reply)
            }
            if streamReplies.count > Self.frameLimit {
                guard settle(streams.write(streamReplies, to: number), number) else { return }
                streamReplies.reset()
            }
        }
        if position > 0 {
            let rest = Int(streams.slots[number].filled) - position
            streams.input.move(area + position, rest, to: area)
            streams.slots[number].filled = Int32(rest)
            streams.touch(number, now: now)
        }
        guard settle(streams.write(streamReplies, to: number), number) else { return }
        if streams.slots[number].isPaused { watch(number) }
    }

    // MARK: - Replies

    /// Sends the reply to a query that waited, if its connection still stands.
    mutating func finishStreamQuery(_ origin: Origin, sends: Bool, isAskedAgain: Bool = false) {
        let number = Int(origin.socket)
        guard streams.slots.isLive(number, generation: origin.generation) else { return }
        streams.slots[number].pending -= 1
        streams.touch(number, now: now)
        if streams.slots[number].speaks.isHTTP {
            guard isAskedAgain || finishRequest(origin, sends: sends) else { return }
        } else if sends {
            streamFrame.reset()
            streamFrame.append16(UInt16(reply.count))
            streamFrame.append(reply)
            guard settle(streams.write(streamFrame, to: number), number) else { return }
        }
        if streams.slots[number].isEnding, isFinished(number) {
            closeStream(number)
        } else if streams.slots[number].isPaused,
            Int(streams.slots[number].pending) <= configuration.maximumQueriesPerConnection / 2
        {
            streams.slots[number].isPaused = false
            resumed.append((Int32(number), origin.generation))
        }
    }

    /// Goes on reading from connections whose queries have been answered.
    mutating func resumeStreams() {
        let ready = resumed
        resumed.removeAll(keepingCapacity: true)
        for (slot, generation) in ready {
            let number = Int(slot)
            guard streams.slots.isLive(number, generation: generation) else { continue }
            watch(number)
            answerInput(number)
            guard streams.slots.isLive(number, generation: generation), !streams.slots[number].isPaused,
                !streams.slots[number].isEnding, streams.hasPending(number)
            else { continue }
            readStream(number)
        }
    }

    private func isFinished(_ number: Int) -> Bool {
        streams.slots[number].pending == 0 && streams.output[number].isEmpty
    }

    /// Acts on what became of octets for a client; false when the connection had to be closed.
    mutating func settle(_ result: StreamTable.WriteResult, _ number: Int) -> Bool {
        switch result {
        case .sent: return true
        case .waiting:
            watch(number)
            return true
        case .failed:
            counters.closedConnections += 1
            closeStream(number)
            return false
        }
    }

    /// Sends what a client did not take before; false when the connection has failed or is finished.
    private mutating func writePending(_ number: Int) -> Bool {
        let waiting = streams.output[number]
        guard !waiting.isEmpty else { return true }
        let result = streams.transmit(waiting.span, to: number)
        if result == -Int(EAGAIN) { return true }
        guard result > 0 else { return false }
        streams.output[number].removeFirst(result)
        streams.touch(number, now: now)
        if streams.output[number].isEmpty {
            if let http = streams.http[number], !sendResponses(number, http) { return false }
            if streams.slots[number].isEnding, isFinished(number) { return false }
            watch(number)
        }
        return true
    }
}
