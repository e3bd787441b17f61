internal import CSockets
internal import Glibc

extension Worker {
    /// Connections accepted before other events get their turn.
    private static let maximumAccepts = 64
    /// Octets of replies collected before they are sent.
    private static let frameLimit = 60_000

    // MARK: - Connections

    /// Accepts the clients that wait.
    mutating func acceptStreams(_ listener: Int32) {
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
            guard let number = streams.insert(Stream(descriptor: descriptor, peer: peer), now: now) else {
                _ = patchway_close(descriptor)
                continue
            }
            if !poller.add(descriptor, .readable, token(of: number)) { closeStream(number) }
        }
    }

    private func token(of number: Int) -> PollToken {
        PollToken(.connection, number: number, generation: streams.slots.generation(number))
    }

    /// Closes a client's connection; answers it waits for are dropped when they come.
    mutating func closeStream(_ number: Int) {
        _ = patchway_close(streams.slots[number].descriptor)
        streams.remove(number)
    }

    /// Tells the poller what a connection waits for.
    private func watch(_ number: Int) {
        let stream = streams.slots[number]
        var interest: Poller.Interest = stream.isPaused || stream.isEnding ? [] : .readable
        if !streams.output[number].isEmpty { interest.insert(.writable) }
        poller.modify(stream.descriptor, interest, token(of: number))
    }

    /// Reads and writes as far as the connection allows.
    mutating func streamIsReady(_ token: PollToken, _ state: Poller.Interest) {
        let number = token.number
        guard streams.slots.isLive(number), streams.slots.generation(number) & 0xFF_FFFF == token.generation else {
            return
        }
        if state.contains(.writable), !writePending(number) {
            closeStream(number)
            return
        }
        if state.contains(.readable), !streams.slots[number].isPaused, !streams.slots[number].isEnding {
            readStream(number)
        } else if state.contains(.closed), !state.contains(.writable) {
            // Both directions are gone, or the end came while reading was paused.
            closeStream(number)
        }
    }

    // MARK: - Queries

    private mutating func readStream(_ number: Int) {
        let filled = Int(streams.slots[number].filled)
        let area = number * StreamTable.areaSize
        let descriptor = streams.slots[number].descriptor
        let count = unsafe streams.input.withMemory(area + filled, StreamTable.areaSize - filled) {
            unsafe patchway_receive(descriptor, $0, StreamTable.areaSize - filled)
        }
        if count == -Int(EAGAIN) { return }
        if count == 0 {
            streams.slots[number].isEnding = true
            if isFinished(number) { closeStream(number) } else { watch(number) }
            return
        }
        guard count > 0 else {
            closeStream(number)
            return
        }
        streams.slots[number].filled += Int32(count)
        answerFrames(number)
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
    mutating func finishStreamQuery(_ origin: Origin, sends: Bool) {
        let number = Int(origin.socket)
        guard streams.slots.isLive(number, generation: origin.generation) else { return }
        streams.slots[number].pending -= 1
        streams.touch(number, now: now)
        if sends {
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
        while let (number, generation) = resumed.popLast() {
            guard streams.slots.isLive(Int(number), generation: generation) else { continue }
            watch(Int(number))
            answerFrames(Int(number))
        }
    }

    private func isFinished(_ number: Int) -> Bool {
        streams.slots[number].pending == 0 && streams.output[number].isEmpty
    }

    /// Acts on what became of octets for a client; false when the connection had to be closed.
    private mutating func settle(_ result: StreamTable.WriteResult, _ number: Int) -> Bool {
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
        let descriptor = streams.slots[number].descriptor
        let waiting = streams.output[number]
        guard !waiting.isEmpty else { return true }
        let result = unsafe waiting.withUnsafeBytes { unsafe patchway_send(descriptor, $0.baseAddress, $0.count) }
        if result == -Int(EAGAIN) { return true }
        guard result > 0 else { return false }
        streams.output[number].removeFirst(result)
        streams.touch(number, now: now)
        if streams.output[number].isEmpty {
            if streams.slots[number].isEnding, streams.slots[number].pending == 0 { return false }
            watch(number)
        }
        return true
    }
}
