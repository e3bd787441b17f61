import Catalog
import DNS
import Findings
import Policy
import TextScan

/// A finding in the words of tables for people.
struct ReportRow {
    let severity: Severity
    let name: String
    let types: String
    let verdict: String
    let evidence: String
    let phase: String
    let breaks: String
    /// What was seen, or the rule that decides with its list and line.
    let reason: String
    /// The aliases through which it decides.
    let chain: String
    let queries: String
    let clients: String
    let times: String
    /// What is said besides.
    let remarks: [String]

    init(_ row: Report.Row) {
        let finding = row.finding
        severity = finding.severity
        name = finding.name.lowercased.description
        let known = finding.knownBrokenTypes.map(\.description).joined(separator: ", ")
        types = known.isEmpty ? "not logged" : known
        verdict = finding.verdict.kind.description
        evidence = finding.evidence.rawValue
        phase = finding.endpoint?.phase.rawValue ?? ""
        breaks = finding.endpoint?.breaks ?? ""
        let rule = finding.verdict.matched.map { "\($0.rule.list):\($0.rule.line): \($0.rule.text)" }
        reason = rule ?? finding.detail ?? ""
        let hops = finding.chain.isEmpty ? [] : [finding.name] + finding.chain.map(\.target)
        chain = hops.map(\.description).joined(separator: " → ")
        queries = finding.sightings.map { grouped($0.count) } ?? ""
        clients = finding.sightings.flatMap { $0.clients > 0 ? grouped($0.clients) : nil } ?? ""
        let ends = [finding.sightings?.first, finding.sightings?.last].compactMap { $0 }
        times = ends.map { TimeText.rfc3339(microseconds: $0) }.joined(separator: " to ")
        var remarks: [String] = []
        if rule != nil, let detail = finding.detail { remarks.append(detail) }
        if let note = finding.verdict.note { remarks.append(note) }
        if !finding.groups.isEmpty { remarks.append("for clients of: " + finding.groups.joined(separator: ", ")) }
        if row.hours > 0 { remarks.append("in \(counted(row.hours, "hour"))") }
        if row.wasBroken { remarks.append("did not work in the capture either") }
        remarks += (finding.triedFixes ?? []).prefix(3).map { "fix: " + $0.text }
        self.remarks = remarks
    }
}

/// What was asked over time, in as many slots as fit beside each other.
struct ReportTimeline {
    struct Slot {
        var start: Int64
        var phases: [Phase: TimelineBucket.Count] = [:]
    }

    /// Slots beside each other.
    static let maximumSlots = 24
    private static let minute: Int64 = 60_000_000
    private static let lengths: [Int64] = [
        1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 20_160, 43_200, 129_600, 525_600,
    ].map { $0 * minute }

    private(set) var slots: [Slot] = []
    /// Phases that were asked for, in their order.
    let phases: [Phase]
    /// Microseconds of a slot.
    let length: Int64

    init(_ buckets: [TimelineBucket]) {
        let asked = Set(buckets.flatMap(\.phases.keys))
        phases = Phase.allCases.filter(asked.contains)
        guard let first = buckets.map(\.start).min(), let last = buckets.map(\.start).max() else {
            length = Self.minute
            return
        }
        let needed = max((last - first) / Int64(Self.maximumSlots - 1) + 1, buckets.map(\.length).max() ?? 1)
        var length = Self.lengths.first { $0 >= needed } ?? Self.lengths[Self.lengths.count - 1]
        while length < needed { length *= 2 }
        self.length = length
        let start = first - (first % length + length) % length
        let count = Int((last - start) / length) + 1
        slots = (0..<count).map { Slot(start: start + Int64($0) * length) }
        for bucket in buckets {
            let slot = Int((bucket.start - start) / length)
            for (phase, count) in bucket.phases { slots[slot].phases[phase, default: .init()].add(count) }
        }
    }

    /// `2 h` and the like.
    var lengthWords: String {
        let minutes = length / Self.minute
        if minutes % 1_440 == 0 { return "\(minutes / 1_440) d" }
        return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes) min"
    }
}

extension ClientPhases.Entry {
    /// `fails, 2 of 3 names`.
    var words: String {
        let wrong = failed.count + stalled.count
        var text = state.word
        if wrong > 0 { text += ", \(wrong) of \(counted(names, "name"))" }
        let minutes = longestWait / 60_000_000
        if minutes > 0 { text += ", worked after \(minutes) min" }
        return text
    }
}

extension ClientPhases.Outcome {
    /// What it comes to, for people.
    var words: String {
        switch self {
        case .cannotScan: "cannot scan"
        case .cannotDownload: "cannot download, and scanning does not fail"
        case .cannotElse: "fails elsewhere than in scanning and downloading"
        case .stalls: "only slower: one family, or at times"
        case .works: "nothing wrong in what is told"
        case .untold: "nothing told"
        }
    }
}
