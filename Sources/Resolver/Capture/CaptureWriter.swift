internal import CSockets
internal import Glibc
internal import Synchronization
internal import TextScan

/// Turns capture records into lines on a thread of its own, so that a slow disk never delays an answer.
///
/// What cannot be written is lost and counted, and writing is tried again.
final class CaptureWriter: Sendable {
    private struct State {
        var policies: [UInt32: ActivePolicy] = [:]
        var isStopping = false
    }

    private let outputs: [CaptureOutput]
    private let rings: [CaptureRing]
    private let supervisor: Supervisor
    private let state = Mutex(State())

    /// Policies kept for records that were made before the last reloads.
    private static let maximumPolicies: UInt32 = 8
    /// Pause when there is nothing to do, microseconds.
    private static let pause: UInt32 = 20_000

    /// A writer to some outputs, which it closes; `supervisor` is told what is lost.
    init(_ outputs: [CaptureOutput], rings: [CaptureRing], _ supervisor: Supervisor) {
        self.outputs = outputs
        self.supervisor = supervisor
        self.rings = rings
    }

    deinit { for output in outputs { output.close() } }

    /// Makes a policy known, so that its rules can be named.
    func add(_ policy: ActivePolicy) {
        state.withLock { state in
            state.policies[policy.generation] = policy
            if policy.generation >= Self.maximumPolicies {
                state.policies[policy.generation - Self.maximumPolicies] = nil
            }
        }
    }

    /// Lets ``run()`` end once the rings are empty.
    func stop() { state.withLock { $0.isStopping = true } }

    /// Writes records until told to stop.
    func run() {
        var queues = outputs.map { CaptureQueue($0) }
        var records = QueryRecords()
        var query = CapturedQuery()
        var json = JSONWriter(reservingCapacity: 1_024)
        let wantsRecords = outputs.contains { $0.format == .records }
        while true {
            let isStopping = state.withLock { $0.isStopping }
            var wasIdle = true
            for ring in rings {
                while ring.pop({ record, name, alias in
                    query.take(record, name: name, alias: alias, policy(record.generation))
                }) {
                    wasIdle = false
                    if wantsRecords {
                        json.removeAll()
                        records.append(query, to: &json)
                    }
                    for index in queues.indices { note(queues[index].append(query, json.bytes)) }
                }
            }
            let now = patchway_realtime_ns()
            for index in queues.indices {
                queues[index].tick(now: now, isLast: isStopping && wasIdle)
                note(queues[index].flush())
            }
            if wasIdle {
                if isStopping { return }
                usleep(Self.pause)
            }
        }
    }

    private func note(_ lost: UInt64) {
        if lost > 0 { supervisor.noteLost(lost) }
    }

    private func policy(_ generation: UInt32) -> ActivePolicy? { state.withLock { $0.policies[generation] } }
}

/// Where captured queries go, and in what form.
struct CaptureOutput: Sendable {
    /// What is written for a query.
    enum Format: Sendable {
        /// Every record, a JSON line each.
        case records
        /// Names that updates need, a line for people each, repetitions folded.
        case flags
    }

    /// The descriptor written to.
    let descriptor: Int32
    /// The form.
    let format: Format

    /// An output to what is open already.
    init(_ descriptor: Int32, _ format: Format) {
        self.descriptor = descriptor
        self.format = format
    }

    /// Records, appended to the file at a path; to standard output for `-`.
    init(recordsTo path: String) throws(ServerError) {
        format = .records
        guard path != "-" else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .capture(path, errno) }
    }

    /// Closes what was opened for it.
    func close() {
        if descriptor > STDERR_FILENO { _ = Glibc.close(descriptor) }
    }
}

/// What waits to be written to one output.
private struct CaptureQueue {
    private let output: CaptureOutput
    private var octets: [UInt8] = []
    private var count: UInt64 = 0
    private var flags = FlagFold()

    /// Octets collected before they are written.
    private static let chunk = 64 << 10

    init(_ output: CaptureOutput) { self.output = output }

    /// Takes a query and its record; gives how many were lost, when it had to be written out.
    mutating func append(_ query: borrowing CapturedQuery, _ record: [UInt8]) -> UInt64 {
        switch output.format {
        case .records: octets += record
        case .flags:
            let before = octets.count
            flags.append(query, to: &octets)
            if octets.count == before { return 0 }
        }
        count += 1
        return octets.count >= Self.chunk ? flush() : 0
    }

    /// Says what has been folded for long enough; all of it at the end.
    mutating func tick(now: UInt64, isLast: Bool) {
        if output.format == .flags { flags.sayFolded(now: now, isLast: isLast, to: &octets) }
    }

    /// Writes all; gives how many records were lost.
    mutating func flush() -> UInt64 {
        defer {
            octets.removeAll(keepingCapacity: true)
            count = 0
        }
        var rest = octets[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe write(output.descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return count }
            rest = rest.dropFirst(written)
        }
        return 0
    }
}
