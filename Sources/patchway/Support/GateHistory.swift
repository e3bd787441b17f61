import Audit
import Catalog
import DNS
import FilterLists
import Findings
import Foundation
import Policy
import Reports
import Revisions
import TextScan

/// Walks through the versions of lists in a repository: when each break came in, when it left, and how long that was.
struct GateHistory {
    let auditor: Auditor
    let reading: ListReading
    let output: ReportOutputOptions
    let failOn: Severity

    /// What became of the versions of a list.
    private struct Walk {
        var history = ExposureHistory()
        var read = 0
        var unreadable = 0
        var isCut = false
        /// What is not known of the last version that was read: names, and rules that are not evaluated.
        var open = (names: 0, rules: 0)
    }

    func run(_ repository: Repository, _ paths: [String], from revision: String, header: RunHeader) throws {
        guard output.format == .text || output.format.isRecords else {
            throw Failure.usage("--history is written as text, json or ndjson")
        }
        var records = RecordStream(output.format, write: StandardOutput.write)
        if output.format.isRecords { records.record("header") { header.write(to: &$0) } }
        var (running, versions, unreadable, open) = (0, 0, 0, (names: 0, rules: 0))
        for path in paths where !Interruption.isRequested {
            let walk = try walk(repository, path, from: revision)
            versions += walk.read
            unreadable += walk.unreadable
            open = (open.names + walk.open.names, open.rules + walk.open.rules)
            let exposures = walk.history.exposures
            running += exposures.count { $0.to == nil && $0.finding.severity >= failOn }
            if output.format.isRecords {
                for exposure in exposures { write(exposure, path, &records) }
            } else {
                StandardOutput.write(text(walk, exposures, path))
            }
        }
        if output.format.isRecords {
            records.end {
                $0.member("versions", versions)
                $0.member("unreadable_versions", unreadable)
                $0.member("still_broken", running)
                $0.member("undecided_names", open.names)
                $0.member("unsupported_rules", open.rules)
            }
        }
        if Interruption.isRequested {
            StandardError.line("patchway: interrupted; not all versions were looked at")
            throw ExitStatus.interrupted
        }
        let isKnown = versions > 0 && unreadable + open.names + open.rules == 0
        throw running > 0 ? ExitStatus.finding : isKnown ? .fine : .undecided
    }

    private func walk(_ repository: Repository, _ path: String, from revision: String) throws -> Walk {
        let found: (versions: [Repository.Version], isCut: Bool)
        do {
            found = try repository.versions(of: path, from: revision)
        } catch {
            throw Failure.usage(TerminalText.escaped("\(path): \(error)", limit: 1_000))
        }
        var walk = Walk(isCut: found.isCut)
        var progress = Progress("versions of \(TerminalText.escaped(path))", of: found.versions.count, every: 16)
        for version in found.versions {
            if Interruption.isRequested { break }
            let moment = ExposureHistory.Moment(id: version.commit, time: version.time)
            progress.note(walk.read + walk.unreadable)
            do {
                let (found, open) = try findings(repository, version, path, after: walk.history)
                walk.history.add(moment, found)
                walk.read += 1
                walk.open = (Set(found.filter { $0.rule == .undecided }.map(\.name)).count, open)
            } catch let error as ListError {
                walk.unreadable += 1
                let text = "\(version.commit.prefix(12)): \(error.diagnostic.text)"
                StandardError.line(Diagnostic(path: path, reason: error.id, text: text).description)
            } catch {
                walk.unreadable += 1
                let words = (error as? Failure)?.text ?? "\(error)"
                StandardError.line(
                    TerminalText.escaped("\(path): \(version.commit.prefix(12)): \(words)", limit: 1_000)
                )
            }
        }
        return walk
    }

    private func findings(
        _ repository: Repository,
        _ version: Repository.Version,
        _ path: String,
        after history: ExposureHistory
    ) throws -> (findings: [Finding], openRules: Int) {
        guard version.isFile else { throw Failure.undecided("is no file there, or a link, or cannot be read") }
        guard let blob = version.blob else { return ([], 0) }
        let octets = try repository.octets(blob: blob, limit: ReleaseFiles.maximumOctets)
        let loaded = try LayerLoader.load(octets, named: path, reading)
        let stack = CompiledStack(layers: [loaded.layer])
        let audit = auditor.audit(stack)
        let found = audit.findings
        // Names that only a list spells out may be broken by another rule when it does not any more.
        let names = Set(found.map(\.name))
        let others = history.running.filter { $0.origin == .listed && !names.contains($0.name) }
        let open = GateRun.openRules(loaded, auditor) + audit.furtherRules.values.reduce(0, +)
        return (found + others.flatMap { auditor.findings(stack, about: $0, for: auditor.context) }, open)
    }

    private static func days(_ exposure: ExposureHistory.Exposure, until now: Int64) -> Int {
        // Commits state their times themselves, and a later one may state an earlier time.
        max(0, Int(((exposure.to?.time ?? now) - exposure.from.time) / 86_400_000_000))
    }

    private func write(_ exposure: ExposureHistory.Exposure, _ path: String, _ records: inout RecordStream) {
        records.record("exposure") {
            $0.member("path", path)
            for (key, moment) in [("from", exposure.from), ("to", exposure.to)] {
                guard let moment else { continue }
                $0.object(key) {
                    $0.member("commit", moment.id)
                    $0.member("time", time: moment.time)
                }
            }
            $0.member("days", Self.days(exposure, until: GateRun.now))
            $0.member("still", exposure.to == nil)
            exposure.finding.write(to: &$0)
        }
    }

    /// One list for people: breaks that came and went together stand together.
    private func text(_ walk: Walk, _ exposures: [ExposureHistory.Exposure], _ path: String) -> String {
        var text = "\(TerminalText.escaped(path)): \(walk.read) versions"
        if walk.unreadable > 0 { text += ", NOT read \(walk.unreadable)" }
        if walk.isCut { text += "; older ones are not known" }
        if walk.open.names > 0 { text += "; names undecided in the last: \(walk.open.names)" }
        if walk.open.rules > 0 { text += "; rules of the last that are not evaluated: \(walk.open.rules)" }
        text += exposures.isEmpty ? "; no update name is known to break in any\n" : "\n"
        var groups: [(key: String, members: [ExposureHistory.Exposure])] = []
        for exposure in exposures {
            let rule = exposure.finding.verdict.matched?.rule.text ?? ""
            let key = "\(exposure.from.id) \(exposure.to?.id ?? "") \(rule)"
            if let known = groups.firstIndex(where: { $0.key == key }) {
                groups[known].members.append(exposure)
            } else {
                groups.append((key, [exposure]))
            }
        }
        for (_, members) in groups { text += Self.lines(members) }
        return text
    }

    private static func lines(_ members: [ExposureHistory.Exposure]) -> String {
        guard let first = members.first else { return "" }
        func moment(_ moment: ExposureHistory.Moment) -> String {
            "\(TimeText.rfc3339(microseconds: moment.time).prefix(10)) (\(moment.id.prefix(12)))"
        }
        let severity = members.map(\.finding.severity).max() ?? .unknown
        let days = days(first, until: GateRun.now)
        var text = "  \(severity.rawValue)  in on \(moment(first.from)), "
        text += first.to.map { "out on \(moment($0)), " } ?? "STILL IN, "
        text += "\(days) \(days == 1 ? "day" : "days")\n"
        let rule = first.finding.verdict.matched?.rule
        text += "    line \(rule?.line ?? 0): \(TerminalText.escaped(rule?.text ?? "", limit: 300))\n"
        for member in members.prefix(20) {
            let alias = member.finding.chain.last.map { " through \($0.target)" } ?? ""
            let name =
                member.finding.madeUpPattern.map { TerminalText.escaped($0.text) } ?? member.finding.name.description
            text += "      \(name)\(alias)\n"
        }
        if members.count > 20 { text += "      and \(members.count - 20) more\n" }
        return text
    }
}
