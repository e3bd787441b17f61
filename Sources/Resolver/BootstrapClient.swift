internal import CSockets
internal import DNS
internal import Glibc

/// Asks resolvers for the addresses of a host, over UDP, and waits for the answers.
struct BootstrapClient: ~Copyable {
    /// What a host's name means.
    struct Found: Equatable {
        /// Its addresses, those of IPv4 first, each once.
        var addresses: [IPAddress]
        /// Seconds for which that holds.
        var ttl: UInt32
    }

    /// Why there are no addresses.
    enum Failure: Error, Equatable {
        /// The resolvers say that the name does not exist, or has no address.
        case noAddress
        /// No resolver gave an answer; what the last one did instead.
        case noAnswer(String)
    }

    /// Whom it asks, in this order.
    let resolvers: [SocketAddress]
    /// Milliseconds that each has for an answer.
    let patience: Int
    private var random = RandomSource()
    private var scrubber = AnswerScrubber(maximumTTL: 86_400, maximumNegativeTTL: 3_600)
    private var query = MessageBuffer(capacity: 512)
    private var received = OctetBuffer(count: 4_096)

    private static let rounds = 2
    private static let payloadSize: UInt16 = 1_232
    /// Addresses of a host that are of use.
    private static let maximumAddresses = 16

    /// Asks these resolvers.
    init(_ resolvers: [SocketAddress], patience: Int = 1_000) {
        self.resolvers = resolvers
        self.patience = patience
    }

    /// The addresses of a host; `isAcceptable` says which are of use.
    /// - Complexity: waits for at most 4 × resolvers × ``patience``
    mutating func addresses(
        of host: String,
        where isAcceptable: (IPAddress) -> Bool
    ) throws(Failure) -> Found {
        guard let name = try? DomainName(host).lowercased else { throw .noAddress }
        var failure = Failure.noAnswer("no resolver")
        for _ in 0..<Self.rounds {
            for resolver in resolvers {
                do throws(Failure) {
                    var found = try ask(resolver, name, .a)
                    // A host may do without IPv6, and a resolver too.
                    if let others = try? ask(resolver, name, .aaaa) {
                        if found.addresses.isEmpty { found.ttl = others.ttl }
                        if !others.addresses.isEmpty { found.ttl = min(found.ttl, others.ttl) }
                        found.addresses += others.addresses
                    }
                    found.addresses = Array(found.addresses.filter(isAcceptable).prefix(Self.maximumAddresses))
                    guard !found.addresses.isEmpty else { throw .noAddress }
                    return found
                } catch {
                    failure = error
                }
            }
            if failure == .noAddress { break }
        }
        throw failure
    }

    /// One question to one resolver.
    private mutating func ask(_ resolver: SocketAddress, _ name: DomainName, _ type: RRType) throws(Failure) -> Found {
        var peer = resolver.peer
        let descriptor = patchway_udp_socket(resolver.address.isV4 ? 0 : 1)
        guard descriptor >= 0 else { throw .noAnswer("\(resolver): \(systemErrorText(-descriptor))") }
        defer { _ = patchway_close(descriptor) }
        let port = unsafe patchway_udp_associate(descriptor, &peer)
        guard port >= 0 else { throw .noAnswer("\(resolver): \(systemErrorText(-port))") }
        let id = random.next16()
        write(name, type, id: id)
        guard query.send(descriptor) >= 0 else { throw .noAnswer("\(resolver): not sent") }
        let buffer = NameBuffer(name)
        let key = AnswerKey(type: type.rawValue, dnssecOK: false, checkingDisabled: false)
        let end = patchway_monotonic_ns() + UInt64(patience) * 1_000_000
        while true {
            let now = patchway_monotonic_ns()
            guard now < end else { throw .noAnswer("\(resolver) does not answer") }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&polled, 1, Int32((end - now) / 1_000_000 + 1)) > 0 else { continue }
            let size = received.count
            let count = unsafe received.withMemory(0, size) { unsafe patchway_receive(descriptor, $0, size) }
            // Of what is not the answer, and of ICMP, nothing can be learnt.
            if count < 0 {
                if count != -Int(EAGAIN) { throw .noAnswer("\(resolver): \(systemErrorText(Int32(-count)))") }
                continue
            }
            switch scrubber.scrub(received, count: count, id: id, name: buffer, key: key) {
            case nil: return found(type)
            case .mismatch: continue
            case .malformed: throw .noAnswer("\(resolver) sends an answer that is none")
            case .truncated: throw .noAnswer("\(resolver) sends an answer that does not fit a datagram")
            case .referral: throw .noAnswer("\(resolver) refers to others and does not resolve names")
            case .refusal(let code): throw .noAnswer("\(resolver) says \(code)")
            }
        }
    }

    private mutating func write(_ name: DomainName, _ type: RRType, id: UInt16) {
        query.reset()
        query.append16(id)
        query.append16(MessageHeader.recursionDesiredFlag)
        query.append16(1)
        query.append32(0)
        query.append16(1)
        query.append(name.wire.span)
        query.append16(type.rawValue)
        query.append16(RRClass.in.rawValue)
        query.append(0)
        query.append16(RRType.opt.rawValue)
        query.append16(Self.payloadSize)
        query.append32(0)
        query.append16(0)
    }

    private func found(_ type: RRType) -> Found {
        var found = Found(addresses: [], ttl: scrubber.lifetime)
        let message = scrubber.message.span
        guard let view = try? MessageView(message) else { return found }
        view.forEachRecord { record -> Bool in
            guard record.section == .answer, record.type == type else { return true }
            let octets = message.extracting(record.dataOffset..<record.end)
            if let address = IPAddress(octets: octets.indices.map { octets[$0] }), !found.addresses.contains(address) {
                found.addresses.append(address)
            }
            return true
        }
        return found
    }
}
