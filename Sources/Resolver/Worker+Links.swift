internal import CSockets
internal import DNS
internal import Glibc

extension Worker {
    /// Octets of the largest message with its length in front.
    static var linkAreaSize: Int { 65_544 }
    /// Reads from a connection before others get their turn.
    private static var maximumLinkReads: Int { 16 }
    /// Nanoseconds between two notices about the same upstream.
    private static var noticePause: UInt64 { 60_000_000_000 }

    // MARK: - Questions

    /// Puts a flight's question on a connection to an upstream; false when the system refuses one.
    mutating func askOverLink(_ upstream: Int, for flight: Int) -> Bool {
        let generation = table.flights.generation(flight)
        // What is under way on a connection that stands needs no repetition.
        if table.flights[flight].tries > 1, links.renew(flight, generation, upstream: upstream, now: now) {
            return true
        }
        let question = LinkQuestion(id: 0, flight: Int32(flight), generation: generation, askedAt: now, sentAt: now)
        return put(question, upstream)
    }

    private mutating func put(_ question: LinkQuestion, _ upstream: Int) -> Bool {
        let chosen: Int?
        switch links.choose(upstream) {
        case .use(let number): chosen = number
        case .open: chosen = openLink(upstream)
        case .replace(let old):
            _ = closeLink(old)
            chosen = openLink(upstream)
        case .full: chosen = nil
        }
        guard let number = chosen else { return false }
        var question = question
        (question.stream, question.id) = (0, random.next16())
        while !links.ask(question, on: number) { question.id = random.next16() }
        counters.upstreamQueries += 1
        counters.upstreamTCP += 1
        writeQuestion(
            of: Int(question.flight),
            id: question.id,
            isPadded: forwarding.upstreams[upstream].isEncrypted
        )
        if let http = linkHTTP[number] {
            let asked = forwarding.upstreams[upstream]
            guard let stream = http.ask(.post, asked.authority, asked.path ?? "", draft.span) else {
                links.slots[number].isEnding = true
                _ = links.take(question.id, from: number, now: now)
                return put(question, upstream)
            }
            links.setStream(stream, on: number)
        } else {
            draft.frame(to: &linkOutput[number])
        }
        if !links.slots[number].isDirty {
            links.slots[number].isDirty = true
            dirtyLinks.append((Int32(number), links.slots.generation(number)))
        }
        return true
    }

    /// Goes on reading where more has arrived, and sends the questions of this turn, those of one connection together.
    mutating func flushLinks() {
        let unread = unreadLinks
        unreadLinks.removeAll(keepingCapacity: true)
        for (slot, generation) in unread where links.slots.isLive(Int(slot), generation: generation) {
            readLink(Int(slot))
        }
        while let (slot, generation) = dirtyLinks.popLast() {
            let number = Int(slot)
            guard links.slots.isLive(number, generation: generation) else { continue }
            links.slots[number].isDirty = false
            guard links.slots[number].state == .open else { continue }
            if writeLink(number) { watchLink(number) } else { failLink(number) }
        }
    }

    /// Sends what waits; false when the connection has failed.
    private mutating func writeLink(_ number: Int) -> Bool {
        if let http = linkHTTP[number], linkOutput[number].isEmpty { while http.give(to: &linkOutput[number]) {} }
        guard !linkOutput[number].isEmpty else { return true }
        var waiting: [UInt8] = []
        swap(&waiting, &linkOutput[number])
        defer { swap(&waiting, &linkOutput[number]) }
        let sent: Int
        if let tls = linkTLS[number] {
            sent = tls.send(waiting.span)
        } else {
            let descriptor = links.slots[number].descriptor
            sent = unsafe waiting.withUnsafeBytes { unsafe patchway_send(descriptor, $0.baseAddress, $0.count) }
        }
        if sent == -Int(EAGAIN) { return true }
        guard sent > 0 else { return false }
        waiting.removeFirst(sent)
        return true
    }

    // MARK: - Connections

    private mutating func openLink(_ upstream: Int) -> Int? {
        guard var peer = addresses[upstream].peer else { return nil }
        let descriptor = unsafe patchway_tcp_connect(&peer)
        guard descriptor >= 0 else { return nil }
        let asked = forwarding.upstreams[upstream]
        var session: TLSConnection?
        if asked.isEncrypted {
            session = tls.forwarding.flatMap {
                TLSConnection(
                    connecting: descriptor,
                    $0,
                    to: asked.certifiedName,
                    asked.path == nil ? .dns : .http2,
                    tlsMemories[upstream]
                )
            }
            guard session != nil else {
                _ = patchway_close(descriptor)
                return nil
            }
        }
        let link = UpstreamLink(descriptor: descriptor, upstream: Int8(upstream))
        guard let number = links.insert(link, now: now) else {
            session?.end()
            _ = patchway_close(descriptor)
            return nil
        }
        linkTLS[number] = session
        linkHTTP[number] = asked.path == nil ? nil : HTTP2Client()
        linkOutput[number].removeAll(keepingCapacity: true)
        linkFilled[number] = 0
        counters.upstreamConnections += 1
        if poller.add(descriptor, .writable, linkToken(number)) { return number }
        _ = closeLink(number)
        return nil
    }

    private func linkToken(_ number: Int) -> PollToken {
        PollToken(.link, number: number, generation: links.slots.generation(number))
    }

    private func watchLink(_ number: Int) {
        var interest = Poller.Interest.readable
        if !linkOutput[number].isEmpty || linkTLS[number]?.wantsWrite == true { interest.insert(.writable) }
        poller.modify(links.slots[number].descriptor, interest, linkToken(number))
    }

    /// Closes a connection to an upstream and gives what was under way on it.
    mutating func closeLink(_ number: Int) -> [LinkQuestion] {
        linkTLS[number]?.end()
        linkTLS[number] = nil
        linkHTTP[number] = nil
        linkOutput[number] = []
        let descriptor = links.slots[number].descriptor
        let questions = links.remove(number)
        _ = patchway_close(descriptor)
        return questions
    }

    /// Closes a connection that has ended by itself, and sees to what was under way on it.
    private mutating func failLink(_ number: Int) {
        let link = links.slots[number]
        for question in closeLink(number) {
            guard isWanted(question) else {
                // Nobody waits for it any more, but it is known now that the upstream does not answer.
                if !link.hasAnswered { table.groups.failed(Int(link.upstream), sentAt: question.sentAt, now: now) }
                continue
            }
            endOrRepeat(question, upstream: Int(link.upstream), mayRepeat: link.hasAnswered)
        }
    }

    /// Servers close connections when they like (RFC 7766 §6.2.3): what that swallowed is asked again, as long as
    /// each of them has answered something.
    private mutating func endOrRepeat(_ question: LinkQuestion, upstream: Int, mayRepeat: Bool) {
        var again = question
        again.repeats += 1
        if mayRepeat, question.repeats < LinkQuestion.maximumRepeats, put(again, upstream) { return }
        endQuestion(question, nil, upstream: upstream)
    }

    /// Whether the answer to a question is still waited for: its flight may have ended, or rest until an alias is known.
    private func isWanted(_ question: LinkQuestion) -> Bool {
        table.flights.isLive(Int(question.flight), generation: question.generation)
            && completions[Int(question.flight)] == nil
    }

    /// A question ended without the answer.
    private mutating func endQuestion(_ question: LinkQuestion, _ fault: ReplyFault?, upstream: Int) {
        let flight = Int(question.flight)
        if fault == nil { counters.upstreamFailures += 1 }
        // A later try is under way already; its time-out decides.
        guard question.askedAt >= table.flights[flight].sentAt else {
            table.flights[flight].tcpUpstream = -1
            return
        }
        perform(table.endedTCP(flight, fault, upstream: upstream, now: now), for: flight)
    }

    /// Closes connections that have been silent or at rest for too long.
    mutating func expireLinks() {
        while let (number, isSilent) = links.takeDue(now: now) {
            if isSilent {
                if links.slots[number].state != .open { noteLinkFault(number, "no connection in 3 s") }
                links.slots[number].hasAnswered = false
                failLink(number)
            } else {
                _ = closeLink(number)
            }
        }
    }

    /// Counts a connection that did not come about, and says so once a minute.
    private mutating func noteLinkFault(_ number: Int, _ reason: String) {
        let upstream = Int(links.slots[number].upstream)
        if links.slots[number].state == .shaking { counters.upstreamTLSFailures += 1 }
        guard let say = configuration.notice, now >= noticesAfter[upstream] else { return }
        noticesAfter[upstream] = now + Self.noticePause
        say("\(forwarding.upstreams[upstream]): \(reason)")
    }

    // MARK: - Events

    /// Goes on with a connection as far as it allows.
    mutating func linkIsReady(_ token: PollToken) {
        let number = token.number
        guard links.slots.isLive(number), links.slots.generation(number) & 0xFF_FFFF == token.generation else { return }
        switch links.slots[number].state {
        case .connecting:
            let error = -patchway_connect_result(links.slots[number].descriptor)
            guard error == 0 else {
                noteLinkFault(number, systemErrorText(error))
                failLink(number)
                return
            }
            guard linkTLS[number] != nil else {
                linkIsOpen(number)
                return
            }
            links.slots[number].state = .shaking
            shakeLink(number)
        case .shaking: shakeLink(number)
        case .open:
            let generation = links.slots.generation(number)
            guard writeLink(number) else {
                failLink(number)
                return
            }
            readLink(number)
            if links.slots.isLive(number, generation: generation) { watchLink(number) }
        }
    }

    private mutating func shakeLink(_ number: Int) {
        guard let tls = linkTLS[number] else { return }
        switch tls.handshake() {
        case 1:
            counters.upstreamHandshakes += 1
            if tls.isResumed { counters.upstreamResumed += 1 }
            guard linkHTTP[number] == nil || tls.speaksHTTP2 else {
                noteLinkFault(number, "HTTP/2 is not spoken")
                failLink(number)
                return
            }
            linkIsOpen(number)
        case -EAGAIN: watchLinkHandshake(number, tls)
        default:
            noteLinkFault(number, "TLS: \(tls.reason)")
            failLink(number)
        }
    }

    private func watchLinkHandshake(_ number: Int, _ tls: TLSConnection) {
        let interest: Poller.Interest = tls.wantsWrite ? .writable : .readable
        poller.modify(links.slots[number].descriptor, interest, linkToken(number))
    }

    private mutating func linkIsOpen(_ number: Int) {
        links.opened(number, now: now)
        guard writeLink(number) else {
            failLink(number)
            return
        }
        watchLink(number)
    }

    // MARK: - Answers

    /// Takes what has arrived, but not so much that others wait.
    private mutating func readLink(_ number: Int) {
        let generation = links.slots.generation(number)
        let area = number * Self.linkAreaSize
        for _ in 0..<Self.maximumLinkReads {
            let filled = linkFilled[number]
            let room = Self.linkAreaSize - filled
            let descriptor = links.slots[number].descriptor
            let tls = linkTLS[number]
            let count = unsafe linkInput.withMemory(area + filled, room) {
                if let tls { return unsafe tls.receive($0, room) }
                return unsafe patchway_receive(descriptor, $0, room)
            }
            if count == -Int(EAGAIN) { return }
            guard count > 0 else {
                failLink(number)
                return
            }
            linkFilled[number] += count
            let isSound = linkHTTP[number].map { takeResponses(number, generation, $0) }
            guard isSound ?? takeAnswers(number, generation) else { return }
            if count < room, tls?.hasPending != true { return }
        }
        unreadLinks.append((Int32(number), generation))
    }

    /// Takes the complete messages of a connection; false when it is gone.
    private mutating func takeAnswers(_ number: Int, _ generation: UInt32) -> Bool {
        let area = number * Self.linkAreaSize
        var position = 0
        while linkFilled[number] - position >= 2 {
            let length = Int(linkInput.uint16(at: area + position))
            guard length >= MessageHeader.size else {
                counters.upstreamMalformed += 1
                failLink(number)
                return false
            }
            guard linkFilled[number] - position >= 2 + length else { break }
            takeAnswer(number, area + position + 2, length)
            guard links.slots.isLive(number, generation: generation) else { return false }
            position += 2 + length
        }
        if position > 0 {
            linkInput.move(area + position, linkFilled[number] - position, to: area)
            linkFilled[number] -= position
        }
        return true
    }

    private mutating func takeAnswer(_ number: Int, _ place: Int, _ length: Int) {
        guard let question = links.take(linkInput.uint16(at: place), from: number, now: now) else {
            counters.upstreamMismatches += 1
            return
        }
        // The input area changes only when this connection is read from.
        unsafe take(linkInput.steadySpan(place, length), for: question, upstream: Int(links.slots[number].upstream))
    }

    /// Takes the HTTP responses that have come whole; false when the connection is gone.
    private mutating func takeResponses(_ number: Int, _ generation: UInt32, _ http: HTTP2Client) -> Bool {
        let filled = linkFilled[number]
        linkFilled[number] = 0
        let isSound = unsafe http.take(linkInput.steadySpan(number * Self.linkAreaSize, filled))
        while let (stream, status, isDNS) = http.next(into: &httpAnswer) {
            guard let question = links.take(stream: stream, from: number, now: now) else { continue }
            let upstream = Int(links.slots[number].upstream)
            if status == 200, isDNS, httpAnswer.count >= MessageHeader.size {
                let count = httpAnswer.count
                // The next answer is taken only when this one has been dealt with.
                unsafe take(httpAnswer.octets.steadySpan(0, count), for: question, upstream: upstream)
            } else if isWanted(question) {
                // Without a response it may not have been looked at (RFC 9113 §8.7).
                endOrRepeat(question, upstream: upstream, mayRepeat: status == 0)
            }
            guard links.slots.isLive(number, generation: generation) else { return false }
        }
        if http.isOver { links.slots[number].isEnding = true }
        guard isSound, !http.isOver || links.load(number) > 0, writeLink(number) else {
            failLink(number)
            return false
        }
        return true
    }

    /// Takes the message that is said to answer a question.
    private mutating func take(_ message: Span<UInt8>, for question: LinkQuestion, upstream: Int) {
        // Over UDP the time is that of datagrams.
        let sentAt = isLinked[upstream] ? question.sentAt : nil
        guard isWanted(question) else { return table.groups.heard(upstream, sentAt: sentAt, now: now) }
        let flight = Int(question.flight)
        table.fillName(of: flight, &flightName)
        let fault = scrubber.scrub(message, id: question.id, name: flightName, key: table.flights[flight].key)
        if let fault {
            note(fault, for: flight)
            endQuestion(question, fault, upstream: upstream)
        } else {
            table.answered(flight, by: upstream, sentAt: sentAt, now: now)
            deliver(flight, answeredOn: nil)
        }
    }
}
