internal import CSockets
internal import DNS
internal import Glibc
internal import Synchronization
internal import Validation

/// An answer to be validated before clients get it.
struct ValidationJob: Sendable {
    /// The number of the worker that waits for it.
    var worker: Int
    /// Its flight, and what tells this answer from others for the same flight.
    var flight: Int
    var ticket: UInt64
    /// The question.
    var name: DomainName
    var type: RRType
    /// The answer as it came.
    var raw: [UInt8]
    /// The answer as validation reads it: uncompressed, with signatures and proofs.
    var message: [UInt8]
}

/// What came of one.
struct ValidationResult: Sendable {
    /// The answer.
    var job: ValidationJob
    /// The verdict.
    var verdict: ValidationVerdict
}

/// Validates answers on a thread of its own, so that no datagram waits for a signature. Keys are kept for all workers; what
/// is missing is asked for by the worker whose answer needs it. Bounded: in answers, in work for each, in keys.
final class ValidationService: Sendable {
    private enum Message: Sendable {
        case job(ValidationJob)
        case fetched(DomainName, RRType, [UInt8]?)
        case stop
    }

    private struct Question: Hashable {
        var name: DomainName
        var type: RRType
    }

    private struct State {
        var messages: [Message] = []
        var jobs = 0
    }

    private let anchors: TrustAnchors
    private let descriptor: Int32
    private let state = Mutex(State())

    /// Answers that may wait.
    private static let maximumJobs = 4_096

    /// A service that believes some anchors.
    init(_ anchors: TrustAnchors) throws(ServerError) {
        self.anchors = anchors
        descriptor = patchway_eventfd()
        guard descriptor >= 0 else { throw .socket("eventfd", -descriptor) }
    }

    deinit { _ = patchway_close(descriptor) }

    /// Takes an answer; false when too many wait.
    func submit(_ job: ValidationJob) -> Bool {
        let isTaken = state.withLock { state in
            guard state.jobs < Self.maximumJobs else { return false }
            state.jobs += 1
            state.messages.append(.job(job))
            return true
        }
        if isTaken { _ = patchway_eventfd_signal(descriptor) }
        return isTaken
    }

    /// Takes what a worker asked for it; nil when there was no answer.
    func take(_ message: [UInt8]?, to name: DomainName, _ type: RRType) {
        send(.fetched(name, type, message))
    }

    /// Lets ``run(_:)`` end.
    func stop() { send(.stop) }

    private func send(_ message: Message) {
        state.withLock { $0.messages.append(message) }
        _ = patchway_eventfd_signal(descriptor)
    }

    /// Validates until told to stop.
    func run(_ links: [WorkerLink]) {
        var desk = Desk(anchors: anchors, links: links)
        while true {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&polled, 1, -1)
            _ = patchway_eventfd_clear(descriptor)
            let messages = state.withLock { state in
                defer { state.messages.removeAll(keepingCapacity: true) }
                return state.messages
            }
            for message in messages {
                var done = 0
                switch message {
                case .job(let job): done = desk.begin(job)
                case .fetched(let name, let type, let octets): done = desk.take(octets, to: name, type)
                case .stop: return
                }
                if done > 0 { state.withLock { $0.jobs -= done } }
            }
        }
    }

    /// What the thread has under way.
    private struct Desk {
        let anchors: TrustAnchors
        let links: [WorkerLink]
        private var keys = KeyStore()
        private var validators: [Int: (ValidationJob, Validator)] = [:]
        private var waiting: [Question: [Int]] = [:]
        private var last = 0

        init(anchors: TrustAnchors, links: [WorkerLink]) {
            self.anchors = anchors
            self.links = links
        }

        /// Begins with an answer; gives how many were finished.
        mutating func begin(_ job: ValidationJob) -> Int {
            guard let message = SignedMessage(job.message.span) else {
                links[job.worker].mailbox.send(.validated(ValidationResult(job: job, verdict: .unanswered)))
                return 1
            }
            last += 1
            validators[last] = (job, Validator(job.name, job.type, message))
            return go(on: last)
        }

        /// Goes on with all that needed an answer.
        mutating func take(_ octets: [UInt8]?, to name: DomainName, _ type: RRType) -> Int {
            let message = octets.flatMap { SignedMessage($0.span) }
            var done = 0
            for number in waiting.removeValue(forKey: Question(name: name, type: type)) ?? [] {
                validators[number]?.1.take(message, to: name, type)
                done += go(on: number)
            }
            return done
        }

        private mutating func go(on number: Int) -> Int {
            guard let taken = validators.removeValue(forKey: number) else { return 0 }
            let job = taken.0
            var validator = taken.1
            let time = Int(patchway_realtime_ns() / 1_000_000_000)
            switch validator.step(&keys, anchors, at: time) {
            case .done(let verdict):
                links[job.worker].mailbox.send(.validated(ValidationResult(job: job, verdict: verdict)))
                return 1
            case .fetch(let name, let type):
                validators[number] = (job, validator)
                let question = Question(name: name, type: type)
                let isAsked = waiting[question] != nil
                waiting[question, default: []].append(number)
                if !isAsked { links[job.worker].mailbox.send(.fetch(name, type)) }
                return 0
            }
        }
    }
}
