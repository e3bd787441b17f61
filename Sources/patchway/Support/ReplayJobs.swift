import Glibc
import Policy
import QueryLogs
import Replay
import Synchronization
import TextScan

/// Captures that are read side by side: every thread takes the next one, into a replay of its own.
///
/// What a replay says depends neither on order nor on grouping, so neither does what comes of merging them.
final class ReplayJobs: Sendable {
    /// What became of a capture.
    enum Outcome: Sendable {
        case read([FileReport])
        case refused(InputError)
        /// The program was interrupted before its end.
        case cutShort
        /// The same before its beginning.
        case unread
    }

    private struct State {
        var next = 0
        var outcomes: [Outcome]
    }

    /// The replay of one thread; nobody else takes its lock before the end, or an interruption.
    private final class Worker: Sendable {
        let replayer: Mutex<Replayer>
        init(_ empty: Replayer) { replayer = Mutex(empty) }
    }

    private let paths: [String]
    private let options: LogOptions
    private let state: Mutex<State>
    /// Where a thread writes an octet when it has nothing more to add, and where that is read.
    private let ends: (read: Int32, write: Int32)

    /// Threads to read with, of a number that was asked for or not.
    static func threads(_ asked: Int?) throws -> Int {
        guard let asked else { return max(1, min(64, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
        guard (1...64).contains(asked) else { throw Failure.usage("--jobs \(asked): give a number from 1 to 64") }
        return asked
    }

    /// Captures, and how to read them.
    init(_ paths: [String], _ options: LogOptions) throws {
        self.paths = paths
        self.options = options
        state = Mutex(State(outcomes: Array(repeating: .unread, count: paths.count)))
        var descriptors: [Int32] = [0, 0]
        guard unsafe pipe(&descriptors) == 0 else {
            throw Failure(status: .failure, text: "no pipe: \(unsafe String(cString: strerror(errno)))")
        }
        ends = (descriptors[0], descriptors[1])
    }

    // Threads that still read keep it.
    deinit {
        close(ends.read)
        close(ends.write)
    }

    /// Reads all captures with so many threads, each starting with `empty`, until they end or the program is interrupted.
    /// - Returns: what became of them, in their order, and the replays that hold what they told.
    func run(threads count: Int, _ empty: Replayer) -> (outcomes: [Outcome], replayers: [Replayer]) {
        let workers = (0..<count).map { _ in Worker(empty) }
        var running = workers.count { worker in SystemThread { [self] in work(worker) } != nil }
        // Where the system refuses threads, this one does it all.
        if running == 0 {
            work(workers[0])
            running = 1
        }
        // A reader of one long capture does not end because somebody wants it to, so none is waited for by its end.
        while running > 0, !Interruption.isRequested {
            var request = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
            var octet: UInt8 = 0
            if unsafe poll(&request, 1, Self.slice) > 0, unsafe read(ends.read, &octet, 1) == 1 { running -= 1 }
        }
        let outcomes = state.withLock { $0.outcomes }
        return (outcomes, workers.map { $0.replayer.withLock { $0 } })
    }

    /// Milliseconds between looks at whether the program was interrupted.
    private static let slice: Int32 = 50

    private func work(_ worker: Worker) {
        while let place = takeNext() {
            do throws(InputError) {
                let reports = try QueryLog.read(path: paths[place], options: options) { event in
                    worker.replayer.withLock { $0.add(event) }
                }
                note(.read(reports), place)
            } catch {
                note(error.reason == .interrupted ? .cutShort : .refused(error), place)
            }
        }
        var octet: UInt8 = 0
        while unsafe write(ends.write, &octet, 1) < 0, errno == EINTR {}
    }

    /// The next capture, which counts as cut short until it is read.
    private func takeNext() -> Int? {
        state.withLock { state in
            guard state.next < paths.count, !Interruption.isRequested else { return nil }
            defer { state.next += 1 }
            state.outcomes[state.next] = .cutShort
            return state.next
        }
    }

    private func note(_ outcome: Outcome, _ place: Int) { state.withLock { $0.outcomes[place] = outcome } }
}
