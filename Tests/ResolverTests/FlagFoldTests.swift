import CSockets
import DNS
import Policy
import Testing

@testable import Resolver

/// What people read about update names that a policy does not let pass.
@Suite struct FlagFoldTests {
    private static let second: UInt64 = 1_000_000_000

    private func active(_ mode: ServingMode = .shadow) throws -> ActivePolicy {
        let policy = ServerPolicy(
            stack: CompiledStack(layers: [try blockingLayer(["ads.example", "update.example"])]),
            layerNames: ["office\u{1B}[31m"],
            need: {
                $0.name.description.hasSuffix("update.example")
                    ? UpdateNeed(service: "s", phase: "scan", severity: "high") : nil
            },
            isProtected: { $0.name.description.hasSuffix("update.example") }
        )
        return ActivePolicy(policy, mode: mode, generation: 1)
    }

    private func query(_ text: String, _ active: ActivePolicy, at time: UInt64 = 0, enforced: Bool = false)
        -> CapturedQuery
    {
        let asked = name(text)
        let decision = active.decide(NameBuffer(asked), .a, .unknown)
        let record = CaptureRecord(
            time: time,
            elapsed: 1,
            client: SocketAddress(.v4(0x7F00_0001), port: 53).peer,
            generation: 1,
            decision: StoredDecision(decision, aliasOffset: 0),
            type: 1,
            code: 0,
            isCached: false,
            speaks: nil,
            isEnforced: enforced
        )
        var query = CapturedQuery()
        query.take(record, name: asked.wire.span, alias: [UInt8]().span, active)
        return query
    }

    private func text(_ octets: [UInt8]) -> [Substring] {
        String(decoding: octets, as: UTF8.self).split(separator: "\n")
    }

    @Test func saysOnceAndThenHowOften() throws {
        let active = try active()
        var fold = FlagFold()
        var octets: [UInt8] = []
        for _ in 0..<5 { fold.append(query("au.update.example", active), to: &octets) }
        fold.append(query("ads.example", active), to: &octets)
        fold.append(query("fine.example", active), to: &octets)
        let line =
            "patchway: flag: au.update.example A from 127.0.0.1: would get sinkhole (high, scan); "
            + "office\\x1b[31m, lists/test.txt:2: update.example"
        #expect(text(octets) == [Substring(line)])
        octets = []
        fold.sayFolded(now: 59 * Self.second, isLast: false, to: &octets)
        #expect(octets.isEmpty)
        fold.sayFolded(now: 66 * Self.second, isLast: false, to: &octets)
        #expect(text(octets) == [Substring(line + " (4 more)")])
        octets = []
        fold.sayFolded(now: 70 * Self.second, isLast: true, to: &octets)
        #expect(octets.isEmpty, "nothing was folded since")
    }

    @Test(arguments: [
        (ServingMode.enforce, true, "got sinkhole"), (.protect, false, "would get sinkhole, protected"),
        (.shadow, false, "would get sinkhole"), (.enforce, false, "sinkhole, answered truthfully"),
    ])
    func saysWhatWasDone(_ mode: ServingMode, _ enforced: Bool, _ words: String) throws {
        var fold = FlagFold()
        var octets: [UInt8] = []
        fold.append(query("update.example", try active(mode), enforced: enforced), to: &octets)
        #expect(text(octets).first?.contains(": \(words) (") == true)
    }

    @Test func countsWhatItCannotTellApart() throws {
        let active = try active()
        var fold = FlagFold()
        var octets: [UInt8] = []
        for number in 0..<5_000 { fold.append(query("h\(number).update.example", active), to: &octets) }
        #expect(text(octets).count == 4_096)
        octets = []
        fold.sayFolded(now: 10 * Self.second, isLast: false, to: &octets)
        #expect(text(octets) == ["patchway: flag: 904 more queries for other update names"])
        // Forgotten after a minute of silence.
        octets = []
        fold.sayFolded(now: 80 * Self.second, isLast: false, to: &octets)
        fold.append(query("h1.update.example", active, at: 80 * Self.second), to: &octets)
        #expect(text(octets).count == 1)
    }
}
