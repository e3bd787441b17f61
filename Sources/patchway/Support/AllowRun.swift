import Audit
import Catalog
import DNS
import FilterLists
import Findings
import Policy
import Reports
import TextScan

/// Finds exceptions layer by layer, checks them together, and writes what was found.
struct AllowRun {
    let loaded: LoadedStack
    let catalog: EndpointCatalog
    let needs: [ExceptionNeed]
    let contexts: [QueryContext]
    let isNarrow: Bool
    let output: ExceptionOutputOptions

    private var plans: [ExceptionPlan] = []
    /// The layers with their exceptions.
    private var mended: [CompiledLayer] = []
    private var faults: [ListError] = []
    /// The layers that were asked about.
    private var asked: UInt64 = 0

    init(
        loaded: LoadedStack,
        catalog: EndpointCatalog,
        needs: [ExceptionNeed],
        contexts: [QueryContext],
        isNarrow: Bool,
        output: ExceptionOutputOptions
    ) {
        self.loaded = loaded
        self.catalog = catalog
        self.needs = needs
        self.contexts = contexts
        self.isNarrow = isNarrow
        self.output = output
        mended = loaded.stack.layers
    }

    /// Finds the exceptions of layers.
    mutating func plan(_ numbers: [Int]) {
        let planner = ExceptionPlanner(
            needs: needs,
            catalog: catalog,
            context: contexts.first ?? .unknown,
            isNarrow: isNarrow
        )
        for number in numbers where !Interruption.isRequested {
            asked |= 1 << UInt64(number)
            do throws(ListError) {
                let found = try planner.plan(loaded.layers[number], at: number)
                plans.append(found.plan)
                mended[number] = found.layer.layer
            } catch {
                faults.append(error)
            }
        }
    }

    /// What the layers that were asked about do together with everything that is needed, whoever asks, with all exceptions in
    /// place.
    func summary(_ types: [RRType]) -> ExceptionSummary {
        let stack = CompiledStack(layers: mended)
        var left: [BlockedNeed] = []
        for var context in contexts {
            context.layers &= asked
            left += needs.flatMap { $0.blocked(stack, context: context) }
        }
        return ExceptionSummary(
            plans,
            names: needs.count,
            types: types,
            left: left,
            layers: asked.nonzeroBitCount,
            unsupportedRules: loaded.unsupportedRules + faults.count
        )
    }

    /// Writes what was found.
    func write(_ summary: ExceptionSummary) throws {
        for error in faults { StandardError.line(error.description) }
        if output.isRules { return try writeRules(summary) }
        if output.format.isRecords { writeRecords(summary) } else { writeText(summary) }
    }

    private func writeText(_ summary: ExceptionSummary) {
        loaded.writeFiles(output.style, isVerbose: output.isVerbose)
        let text = ExceptionText(style: output.style)
        for plan in plans { StandardOutput.write(text.plan(plan, of: loaded.layers.count)) }
        StandardOutput.write(text.summary(summary))
    }

    private func writeRecords(_ summary: ExceptionSummary) {
        var records = RecordStream(output.format, write: StandardOutput.write)
        records.begin(catalog, stack: loaded.label)
        loaded.writeFiles(to: &records)
        for plan in plans {
            records.record("layer") { plan.write(to: &$0) }
            for member in plan.members { records.record("exception") { plan.write(member, to: &$0) } }
            for (kind, needs) in [("remaining", plan.remaining), ("open", plan.open)] {
                for need in needs {
                    records.record(kind) {
                        $0.member("layer", plan.layer)
                        need.write(to: &$0)
                    }
                }
            }
        }
        records.end { summary.write(to: &$0) }
    }

    /// The exceptions of one layer alone; what is wrong with them goes to standard error.
    private func writeRules(_ summary: ExceptionSummary) throws {
        let needed = plans.filter { !$0.members.isEmpty }
        guard needed.count <= 1 else {
            let numbers = needed.map { "\($0.layer + 1) (\($0.engine.rawValue))" }.joined(separator: ", ")
            throw Failure.usage("-o rules writes those of one layer; --layer says which: \(numbers)")
        }
        loaded.announce(namesRules: output.isVerbose, isVerbose: output.isVerbose)
        let words = ExceptionText(style: TextStyle(width: 10_000)).summary(summary).split(separator: "\n")
        for line in words { StandardError.line(String(line)) }
        guard let plan = needed.first else { return }
        let file = plan.file
        let count = Set(plan.blocked.map(\.name)).count - Set(plan.remaining.map(\.name)).count
        var head = "Exceptions for \(count) names that the lists block, by patchway \(Version.text)."
        if let place = ExceptionFile.place(of: plan.engine) { head += "\nPlace: \(place)." }
        StandardOutput.write(file.comment(head) + file.text)
    }
}
