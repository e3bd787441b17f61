internal import CSockets
internal import Glibc
internal import Synchronization
internal import TextScan

/// Turns capture records into lines on a thread of its own, so that a slow disk never delays an answer.
///
/// What cannot be written is lost and counted, and writing is tried again. Who takes nothing holds up nobody.
final class CaptureWriter: Sendable {
    private struct State {
        var policies: [UInt32: ActivePolicy] = [:]
        var isStopping = false
    }

    private let outputs: [CaptureOutput]
    private let rings: [CaptureRing]
    private let comparisons: ComparisonQueue?
    /// Whether comparisons are written that show nothing.
    private let writesAll: Bool
    private let taps: Mutex<[TapSink]>
    private let supervisor: Supervisor
    private let state = Mutex(State())

    /// Policies kept for records that were made before the last reloads.
    private static let maximumPolicies: UInt32 = 8
    /// Pause when there is nothing to do, microseconds.
    private static let pause: UInt32 = 20_000

    /// A writer to some outputs, which it closes; `supervisor` is told what is lost.
    init(
        _ outputs: [CaptureOutput],
        rings: [CaptureRing],
        comparisons: ComparisonQueue? = nil,
        writesAll: Bool = false,
        taps: [TapSink] = [],
        _ supervisor: Supervisor
    ) {
        self.comparisons = comparisons
        self.writesAll = writesAll
        self.taps = Mutex(taps)
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
        var judge = ComparisonJudge()
        var sinks = taps.withLock { $0 }
        var messages = TapMessages(identity: HostName.own)
        while true {
            let isStopping = state.withLock { $0.isStopping }
            var wasIdle = true
            for ring in rings {
                while ring.pop({ record, name, alias, reply in
                    query.take(record, name: name, alias: alias, policy(record.generation))
                    if !sinks.isEmpty { query.take(reply: reply) }
                }) {
                    wasIdle = false
                    if wantsRecords {
                        json.removeAll()
                        records.append(query, to: &json)
                    }
                    for index in queues.indices { note(queues[index].append(query, json.bytes)) }
                    guard !sinks.isEmpty else { continue }
                    for payload in messages.payloads(query) {
                        for index in sinks.indices { note(sinks[index].append(payload)) }
                    }
                }
            }
            for comparison in comparisons?.takeAll() ?? [] {
                wasIdle = false
                let judged = judge.judge(comparison)
                supervisor.note(judged.outcome)
                guard judged.outcome.isFlagged || writesAll else { continue }
                json.removeAll()
                if wantsRecords { judged.append(to: &json) }
                for index in queues.indices { note(queues[index].append(judged, json.bytes)) }
            }
            let now = patchway_realtime_ns()
            let isLast = isStopping && wasIdle
            for index in queues.indices {
                queues[index].tick(now: now, isLast: isLast)
                note(isLast ? queues[index].finish() : queues[index].flush())
            }
            for index in sinks.indices {
                if isLast { note(sinks[index].finish()) } else { sinks[index].tick(now: patchway_monotonic_ns()) }
            }
            if isLast { return }
            if wasIdle { usleep(Self.pause) }
        }
    }

    private func note(_ lost: UInt64) {
        if lost > 0 { supervisor.noteLost(lost) }
    }

    private func policy(_ generation: UInt32) -> ActivePolicy? { state.withLock { $0.policies[generation] } }
}
