internal import CHTTP2
internal import DNS

/// Queries in HTTP requests (RFC 8484): HTTP/2 over TLS, and HTTP/1.1.
extension Worker {
    /// Requests of one HTTP/2 connection under way at one time.
    private static let maximumRequests = 100
    /// Octets of responses collected before they are sent.
    private static let responseLimit = 60_000

    // MARK: - Requests

    /// Answers the whole requests that a client has sent.
    mutating func answerRequests(_ number: Int) {
        if let http = streams.http[number] { answerRequests(number, http) } else { answerRequestsInTurn(number) }
    }

    /// Starts HTTP/2 where TLS has agreed on it; false without memory.
    mutating func beginHTTP(_ number: Int) -> Bool {
        guard streams.tls[number]?.speaksHTTP2 == true else { return true }
        let requests = min(Self.maximumRequests, configuration.maximumQueriesPerConnection)
        streams.http[number] = HTTP2Session(streams: requests)
        return streams.http[number] != nil
    }

    /// The number of the group that stands at a place; one without a number is not found, rather than served as if nobody had
    /// named it.
    private func numbered(_ status: Int, _ place: UInt8) -> (status: Int, group: UInt8) {
        let number = policy.groupNumber(place)
        return place > 0 && number == 0 ? (404, 0) : (status, number)
    }

    private func origin(_ number: Int, _ request: Int32, _ group: UInt8) -> Origin {
        Origin(
            socket: Int32(number),
            generation: streams.slots.generation(number),
            request: request,
            peer: streams.slots[number].peer,
            group: group
        )
    }

    private mutating func answerRequests(_ number: Int, _ http: HTTP2Session) {
        let generation = streams.slots.generation(number)
        let filled = Int(streams.slots[number].filled)
        streams.slots[number].filled = 0
        // Input areas change only when a connection is read from.
        let isSound = unsafe http.take(streams.input.steadySpan(number * StreamTable.areaSize, filled))
        while isSound {
            guard Int(streams.slots[number].pending) < configuration.maximumQueriesPerConnection else {
                streams.slots[number].isPaused = true
                watch(number)
                break
            }
            guard let (request, read, place) = http.next(into: &httpQuery, groups: policy.policy.groups) else { break }
            let (status, group) = numbered(read, place)
            streams.touch(number, now: now)
            guard status == 200 else {
                counters.refusedRequests += 1
                _ = http.respond(request, status: status, [UInt8]().span)
                continue
            }
            let pending = streams.slots[number].pending
            let isAnswered = answerRequest(origin(number, request, group))
            guard streams.slots.isLive(number, generation: generation) else { return }
            if isAnswered {
                guard http.respond(request, status: 200, maxAge: QueryRequest.maxAge(of: reply.span), reply.span) else {
                    break
                }
            } else if streams.slots[number].pending == pending {
                // Dropped by policy; one that is answered already is left alone.
                http.abort(request)
            }
        }
        guard sendResponses(number, http), isSound else {
            counters.closedConnections += 1
            closeStream(number)
            return
        }
    }

    /// Answers the query in `httpQuery`; whether `reply` holds the reply.
    private mutating func answerRequest(_ origin: Origin) -> Bool {
        counters.httpQueries += 1
        let count = httpQuery.count
        // The next query is read only when this one has been dealt with.
        return unsafe answer(httpQuery.octets.steadySpan(0, count), from: origin, overTCP: true)
    }

    /// HTTP/1.1: a request is looked at when the one before it has been answered.
    private mutating func answerRequestsInTurn(_ number: Int) {
        let generation = streams.slots.generation(number)
        let area = number * StreamTable.areaSize
        while streams.slots[number].filled > 0, !streams.slots[number].isLast {
            guard streams.slots[number].pending == 0 else {
                streams.slots[number].isPaused = true
                watch(number)
                return
            }
            let filled = Int(streams.slots[number].filled)
            let octets = unsafe streams.input.steadySpan(area, filled)
            var (status, group): (Int, UInt8) = (0, 0)
            switch HTTPRequest.read(octets) {
            case .incomplete: return
            case .fault(let code):
                status = code
                streams.slots[number].isLast = true
                streams.slots[number].filled = 0
            case .request(let request):
                streams.touch(number, now: now)
                streams.slots[number].isLast = !request.keepsAlive
                let (target, body) = (octets.extracting(request.target), octets.extracting(request.body))
                let read = QueryRequest.read(
                    request.method,
                    target,
                    isDNS: request.isDNS,
                    body,
                    groups: policy.policy.groups,
                    into: &httpQuery
                )
                (status, group) = numbered(read.status, read.group)
                streams.input.move(area + request.end, filled - request.end, to: area)
                streams.slots[number].filled -= Int32(request.end)
            }
            streams.slots[number].isOwed = true
            var isAnswered = true
            if status == 200 {
                isAnswered = answerRequest(origin(number, 0, group))
                guard streams.slots.isLive(number, generation: generation) else { return }
            } else {
                counters.refusedRequests += 1
                reply.reset()
            }
            if isAnswered {
                guard respondInTurn(number, status) else { return }
            } else if streams.slots[number].pending == 0, streams.slots[number].isOwed {
                // Dropped by policy.
                closeStream(number)
                return
            }
        }
    }

    // MARK: - Responses

    /// Gives the reply to a request that waited; false when the connection had to be closed.
    mutating func finishRequest(_ origin: Origin, sends: Bool) -> Bool {
        let number = Int(origin.socket)
        guard let http = streams.http[number] else {
            guard !sends else { return respondInTurn(number, 200) }
            closeStream(number)
            return false
        }
        var isSound = true
        if sends {
            let maxAge = QueryRequest.maxAge(of: reply.span)
            isSound = http.respond(origin.request, status: 200, maxAge: maxAge, reply.span)
        } else {
            http.abort(origin.request)
        }
        if isSound, sendResponses(number, http) { return true }
        // At the end of the server it is over with the last answer.
        if drainsUntil == nil { counters.closedConnections += 1 }
        closeStream(number)
        return false
    }

    /// Sends what HTTP/2 has to say, as far as the client takes it; false when the connection is over.
    mutating func sendResponses(_ number: Int, _ http: HTTP2Session) -> Bool {
        while streams.output[number].isEmpty {
            streamReplies.reset()
            while streamReplies.count < Self.responseLimit, http.give(to: &streamReplies) {}
            guard streamReplies.count > 0 else { return !http.isOver }
            switch streams.write(streamReplies, to: number) {
            case .sent: continue
            case .waiting: watch(number)
            case .failed: return false
            }
        }
        return true
    }

    /// Tells clients over HTTP that this is the end, so that they ask elsewhere what they have not asked yet.
    mutating func announceEnd() {
        var next = streams.slots.nextLive(from: 0)
        while let number = next {
            next = streams.slots.nextLive(from: number + 1)
            if let http = streams.http[number] {
                http.drain()
                if !sendResponses(number, http) { closeStream(number) }
            } else if streams.slots[number].isOwed {
                // HTTP/1.1 says so with the response.
                streams.slots[number].isLast = true
            }
        }
    }

    /// Sends `reply`, or a status alone, over HTTP/1.1; false when the connection had to be closed.
    private mutating func respondInTurn(_ number: Int, _ status: Int) -> Bool {
        streams.slots[number].isOwed = false
        let isLast = streams.slots[number].isLast
        streamFrame.reset()
        streamFrame.append("HTTP/1.1 ")
        streamFrame.append(decimal: UInt32(status))
        streamFrame.append(" \r\ndate: ")
        streamFrame.appendDate()
        streamFrame.append("\r\ncontent-length: ")
        streamFrame.append(decimal: status == 200 ? UInt32(reply.count) : 0)
        if status == 200 {
            streamFrame.append("\r\ncontent-type: application/dns-message\r\ncache-control: max-age=")
            streamFrame.append(decimal: QueryRequest.maxAge(of: reply.span))
        } else if status == 405 {
            streamFrame.append("\r\nallow: GET, POST")
        }
        streamFrame.append(isLast ? "\r\nconnection: close\r\n\r\n" : "\r\n\r\n")
        if status == 200 { streamFrame.append(reply) }
        guard settle(streams.write(streamFrame, to: number), number) else { return false }
        guard isLast else { return true }
        streams.slots[number].isEnding = true
        guard streams.output[number].isEmpty else {
            watch(number)
            return true
        }
        closeStream(number)
        return false
    }
}

extension MessageBuffer {
    /// Appends text.
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(Span(_unsafeElements: $0)) }
    }

    /// Appends the time of day.
    fileprivate mutating func appendDate() {
        guard let text = unsafe patchway_http_date() else { return }
        let octets = unsafe UnsafeRawBufferPointer(start: text, count: Int(PATCHWAY_HTTP_DATE_OCTETS))
        unsafe append(Span(_unsafeBytes: octets))
    }

    /// Appends a number in decimal.
    mutating func append(decimal value: UInt32) {
        if value >= 10 { append(decimal: value / 10) }
        append(UInt8(0x30 + value % 10))
    }
}
