internal import CSockets
internal import DNS
internal import Synchronization

/// Messages from the server's owner to one worker; sending wakes the worker.
final class Mailbox: Sendable {
    /// What a worker can be told.
    enum Message: Sendable {
        /// Apply this policy from now on.
        case policy(ActivePolicy)
        /// Use these certificates for new connections.
        case certificates(TLSContexts)
        /// Ask these upstreams at other addresses.
        case addresses([UpstreamChange])
        /// Forward there from now on.
        case forwarding(ForwardingChange)
        /// Give clients this answer, or what its verdict says.
        case validated(ValidationResult)
        /// Ask this for those who validate.
        case fetch(DomainName, RRType)
        /// Say that you live.
        case ping
        /// Ask upstreams nothing new, finish what is under way, end.
        case drain
        /// End now.
        case stop
    }

    /// An eventfd that is readable while messages wait.
    let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    /// An empty mailbox.
    init() throws(ServerError) {
        descriptor = patchway_eventfd()
        guard descriptor >= 0 else { throw .socket("eventfd", -descriptor) }
    }

    deinit { _ = patchway_close(descriptor) }

    /// Leaves a message.
    func send(_ message: Message) {
        messages.withLock { $0.append(message) }
        _ = patchway_eventfd_signal(descriptor)
    }

    /// Takes all messages.
    func takeAll() -> [Message] {
        _ = patchway_eventfd_clear(descriptor)
        return messages.withLock { messages in
            defer { messages.removeAll() }
            return messages
        }
    }
}
