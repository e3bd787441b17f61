internal import DNS
internal import Glibc
internal import Policy
internal import Synchronization
internal import TextScan

/// Turns capture records into NDJSON on a thread of its own, so that a slow disk never delays an answer.
///
/// One record of kind `query` a line: `time`, `client`, `name`, `qtype`, `verdict`, `rcode`, `mode`, `enforced`,
/// `cached`, `transport`, `elapsed_us`, and for verdicts other than pass `matched` with element, relation, list, line
/// and text. When the file cannot be written the records are lost and counted, and writing is tried again.
final class CaptureWriter: Sendable {
    private struct State {
        var policies: [UInt32: ActivePolicy] = [:]
        var isStopping = false
        var lost: UInt64 = 0
    }

    private let descriptor: Int32
    private let rings: [CaptureRing]
    private let state = Mutex(State())

    /// Policies kept for records that were made before the last reloads.
    private static let maximumPolicies: UInt32 = 8
    /// Octets collected before they are written.
    private static let chunk = 64 << 10
    /// Pause when there is nothing to do, microseconds.
    private static let pause: UInt32 = 20_000

    /// A writer to a path (appended to), or to standard output for `-`.
    init(path: String, rings: [CaptureRing]) throws(ServerError) {
        self.rings = rings
        if path == "-" {
            descriptor = STDOUT_FILENO
        } else {
            descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
            guard descriptor >= 0 else { throw .capture(path, errno) }
        }
    }

    deinit { if descriptor != STDOUT_FILENO { _ = close(descriptor) } }

    /// Makes a policy known, so that its rules can be named.
    func add(_ policy: ActivePolicy) {
        state.withLock { state in
            state.policies[policy.generation] = policy
            if policy.generation >= Self.maximumPolicies {
                state.policies[policy.generation - Self.maximumPolicies] = nil
            }
        }
    }

    /// Records that could not be written.
    var lost: UInt64 { state.withLock { $0.lost } }

    /// Lets ``run()`` end once the rings are empty.
    func stop() { state.withLock { $0.isStopping = true } }

    /// Writes records until told to stop.
    func run() {
        var json = JSONWriter(reservingCapacity: 2 * Self.chunk)
        while true {
            let isStopping = state.withLock { $0.isStopping }
            var count: UInt64 = 0
            for ring in rings {
                while let (record, name, alias) = ring.pop() {
                    append(record, name, alias, to: &json)
                    count += 1
                    if json.bytes.count >= Self.chunk { flush(&json, &count) }
                }
            }
            let wasIdle = json.bytes.isEmpty
            flush(&json, &count)
            if wasIdle {
                if isStopping { return }
                usleep(Self.pause)
            }
        }
    }

    private func flush(_ json: inout JSONWriter, _ count: inout UInt64) {
        defer {
            json.removeAll()
            count = 0
        }
        var rest = json.bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                let lost = count
                state.withLock { $0.lost += lost }
                return
            }
            rest = rest.dropFirst(written)
        }
    }

    private func append(_ record: CaptureRecord, _ name: [UInt8], _ alias: [UInt8], to json: inout JSONWriter) {
        let policy = state.withLock { $0.policies[record.generation] }
        json.beginObject()
        json.member("kind", "query")
        json.member("time", time: Int64(record.time / 1_000))
        if let client = record.client.address { json.member("client", client.description) }
        json.member("name", Self.text(name))
        json.member("qtype", RRType(rawValue: record.type).description)
        json.member("verdict", record.decision.verdict.description)
        if record.code != CaptureRecord.noReply {
            json.member("rcode", ResponseCode(rawValue: record.code).description)
        }
        if let policy { json.member("mode", policy.mode.rawValue) }
        json.member("enforced", record.isEnforced)
        json.member("cached", record.isCached)
        json.member("transport", record.overTCP ? "tcp" : "udp")
        json.member("elapsed_us", record.elapsed / 1_000)
        if let policy, record.decision.decision.hasRule {
            let stack = policy.policy.stack
            let rule = stack.layers[Int(record.decision.layer)].reference(Int(record.decision.rule))
            let element = (try? DomainName(wire: alias.isEmpty ? name : alias)) ?? .root
            let relation = stack.relation(
                record.decision.decision,
                of: element,
                type: RRType(rawValue: record.type),
                isAlias: !alias.isEmpty
            )
            json.key("matched")
            json.beginObject()
            json.member("element", element.description)
            json.member("relation", relation.rawValue)
            json.member("engine", rule.engine.rawValue)
            json.member("list", rule.list)
            json.member("line", rule.line)
            json.member("text", rule.text)
            json.endObject()
        }
        json.endObject()
        json.endRecord()
    }

    private static func text(_ wire: [UInt8]) -> String {
        (try? DomainName(wire: wire))?.description ?? "."
    }
}
