import DNS
import Policy
import TextScan

/// Where readers put what they find: rules go to the builder, everything else is counted with its reason.
struct RuleSink: ~Copyable {
    /// The rules of the layer so far.
    var builder: LayerBuilder
    /// The file being read.
    var path: String
    /// What the list is for.
    let role: ListRole
    /// Rules that `$badfilter` rules of the whole layer remove.
    let removals: BadfilterSet
    /// The paths of the layer's lists.
    var given: [String] = []
    /// Files and folders that were looked for, and the most of them: looking takes time.
    private var includes = 0
    private static let maximumIncludes = 256
    /// What rules on some lines depend on, beside what the whole list does.
    var guardsOfLines: [Int: RuleGuard] = [:]
    /// What the lists before and behind it say about the whole configuration (dnsmasq); nil where that is too much to look at.
    var otherOptions: (before: [DnsmasqOption], after: [DnsmasqOption])? = ([], [])
    /// Files that the list names and that lie beside it.
    var companions: [String: ListText.Companion] = [:]
    /// Where relative paths begin, if another list of the layer says so (BIND).
    var directory: String?
    /// What is read in the place of each `include` of the list (squid).
    var includedTexts: [String: ListText.Included] = [:]
    /// Values and statements that are tried without, wherever they stand (squid).
    var removed: Set<ListEntry> = []
    /// Where the clauses of policy zones stand whose files are lists of the layer behind this one.
    var policyZones: Set<Int> = []
    /// What PowerDNS does with the triggers of the zone in place of what it says.
    var zonePolicy: ZonePolicy?
    /// Whether BIND checks the names in zones (`check-names fail`).
    var checksNames = false
    /// The schedules that the engine's configuration has, by name.
    var schedules: [String: [Range<Int>]] = [:]
    /// Whether expressions of Pi-hole stay ones that are only about a name: the first of several decides, and some answer
    /// otherwise than others.
    var keepsExpressions = false
    /// Lines seen.
    var lines = 0
    /// Rules that entries which stand for many may still be made of.
    private var room: Int
    /// Rules that only leave names open; they are counted as not evaluated, not as rules.
    private(set) var openRules = 0
    /// The first rule about addresses that the list had no room for.
    var firstOpenRule: RulePosition?
    private let addressRecordsBefore: Int
    private let clientRulesBefore: Int
    /// The first line that keeps the engine from starting, if it refuses what it cannot read.
    private(set) var fault: (range: Range<Int>, line: Int, reason: DropReason)?
    private var notices: [Diagnostic] = []
    /// Lines that an engine stops reading a list behind; nil where nothing does (Blocky `maxErrorsPerSource`).
    var maximumErrors: Int?
    /// What was dropped and not evaluated so far.
    private(set) var dropCount = 0
    private(set) var skipCount = 0
    private var ignored = DiagnosticCollector(keptPerReason: 20)
    private var unsupported = DiagnosticCollector(keptPerReason: 20)
    /// Action ids that readers need for every line.
    let block: ActionID
    let allow: ActionID

    /// A sink for a list of so many octets.
    init(
        builder: consuming LayerBuilder,
        path: String,
        role: ListRole,
        removals: BadfilterSet,
        octets: Int
    ) {
        room = octets / 4 + 100_000
        self.builder = builder
        addressRecordsBefore = self.builder.addressRecordCount
        clientRulesBefore = self.builder.clientRuleCount
        self.path = path
        self.role = role
        self.removals = removals
        block = self.builder.intern(.block)
        allow = self.builder.intern(.allow)
    }

    /// The engine whose reading applies.
    var engine: Engine { builder.policyZone == nil ? builder.engine : .unboundRPZ }

    /// The class and action of a plain entry of this list.
    func entry(allows: Bool = false, important: Bool = false) -> (class: RuleClass, action: ActionID) {
        let ruleClass = builder.profile.ruleClass(role: role, allows: allows, important: important)
        switch ruleClass {
        case .ownAllow, .listAllow, .ruleAllow, .importantAllow: return (ruleClass, allow)
        default: return (ruleClass, block)
        }
    }

    /// What a rule on a line depends on.
    mutating func guardOfLine(_ line: Int) -> GuardID {
        guard !guardsOfLines.isEmpty, let limit = guardsOfLines[line] else { return .none }
        if limit.isOpen { noteOpenGuard(line) }
        return builder.intern(limit)
    }

    /// Adds a rule about the name that stands at `name`; a name that is none is counted as ignored.
    @discardableResult
    mutating func add(
        _ scope: Scope,
        _ text: Span<UInt8>,
        name: Range<Int>,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        rule: Range<Int>,
        line: Int
    ) -> Bool {
        do throws(NameError) {
            try builder.add(
                scope,
                in: text,
                name: name,
                rule: rule,
                line: line,
                class: ruleClass,
                action: action,
                coverage: coverage,
                guard: `guard`
            )
            return true
        } catch {
            drop(.notAName, text, rule, line, at: name.lowerBound)
            return false
        }
    }

    /// Says what a byte order mark does to the first line, whose rules were added behind a mark.
    mutating func note(_ encoding: EncodingRule, since mark: RuleMark) {
        let text = "begins with a byte order mark"
        let path = path
        switch encoding {
        case .isRead, .isRefused: break
        case .spoilsFirstLine:
            ignored.add("byte-order-mark") {
                Diagnostic(
                    path: path,
                    line: 1,
                    column: 1,
                    reason: "byte-order-mark",
                    text: "\(text), so the engine drops the line"
                )
            }
        case .isUnknown:
            let count = builder.leaveOpen(line: 1, since: mark)
            guard count > 0 else { return }
            noteOpenRules(count)
            skip(
                Diagnostic(
                    path: path,
                    line: 1,
                    column: 1,
                    reason: "byte-order-mark",
                    text: "\(text); what the engine makes of the line is not known"
                )
            )
        }
    }

    /// Whether the layer has other lists.
    var isPart: Bool { given.count > 1 }

    /// Why files that the list names are not known to be other lists of the layer; nil where they are.
    mutating func missing(_ files: IncludedFiles?) -> UnsupportedReason? {
        guard let files, includes < Self.maximumIncludes else { return .include }
        includes += 1
        // No list includes itself, and none is two files.
        let others = given.filter { $0 != path && !builder.included.lists.contains($0) }
        switch files.presence(among: others, namedBy: path) {
        case .missing(let reason): return reason
        case .given(let lists, let place):
            builder.included.lists.formUnion(lists)
            guard let place else { return nil }
            notices.append(.standsIn(lists, for: place, namedBy: path))
            return nil
        }
    }

    /// Whether the lists that pass for included files since `earlier` stand behind this one and behind those, as they are read.
    func includesInOrder(since earlier: Set<String>) -> Bool {
        guard let own = given.firstIndex(of: path) else { return false }
        let last = max(own, given.lastIndex(where: earlier.contains) ?? own)
        // Those of one pattern are read in the order of their paths.
        let new = given.filter { builder.included.lists.contains($0) && !earlier.contains($0) }
        guard zip(new, new.dropFirst()).allSatisfy({ !$1.utf8.lexicographicallyPrecedes($0.utf8) }) else {
            return false
        }
        return given.indices.allSatisfy { index in
            index > last || earlier.contains(given[index]) || !builder.included.lists.contains(given[index])
        }
    }

    /// Counts something that the engine drops.
    ///
    /// - Parameter place: where the fault itself stands, if that is known better.
    mutating func drop(
        _ reason: DropReason,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        at place: Int? = nil
    ) {
        dropCount += 1
        if reason.keepsFromStarting(engine), fault.map({ line < $0.line }) ?? true { fault = (range, line, reason) }
        let path = path
        let shown = text.extracting(range)
        ignored.add(reason.id) {
            Diagnostic(
                path: path,
                line: line,
                column: text.column(of: place ?? range.lowerBound),
                byte: range.lowerBound,
                reason: reason.id,
                text: "'\(TerminalText.escaped(shown, limit: 120))' \(reason.text)"
            )
        }
    }

    /// Counts a rule that is not evaluated yet.
    mutating func skip(_ reason: UnsupportedReason, _ text: Span<UInt8>, _ range: Range<Int>, _ line: Int) {
        skipCount += 1
        builder.noteUnsupported()
        let path = path
        let shown = text.extracting(range)
        unsupported.add(reason.id) {
            Diagnostic(
                path: path,
                line: line,
                column: text.column(of: range.lowerBound),
                byte: range.lowerBound,
                reason: reason.id,
                text: "'\(TerminalText.escaped(shown, limit: 120))' is not evaluated: \(reason.text)"
            )
        }
    }

    /// Counts the line that the engine refuses as not evaluated, and no longer as dropped.
    mutating func skipFault(_ reason: UnsupportedReason, _ text: Span<UInt8>) {
        guard let fault else { return }
        ignored.remove(fault.reason.id) { $0.byte == fault.range.lowerBound }
        skip(reason, text, fault.range, fault.line)
    }

    /// Counts something that is known not to be evaluated.
    mutating func skip(_ diagnostic: Diagnostic) {
        builder.noteUnsupported()
        unsupported.add(diagnostic)
    }

    /// Leaves open what a rule that is counted as not evaluated does with a name: a verdict that it would decide is
    /// unsupported. A text that is no name is one that no query has.
    mutating func leaveOpen(
        _ scope: Scope,
        _ text: Span<UInt8>,
        name: Range<Int>,
        class ruleClass: RuleClass,
        types: [RRType]? = nil,
        rule: Range<Int>,
        line: Int
    ) {
        guard let name = try? DomainName(presentation: text.extracting(name).octets) else { return }
        leaveOpen(scope, name, class: ruleClass, types: types, rule: rule, line: line)
    }

    /// The same for a name that does not stand in the text.
    mutating func leaveOpen(
        _ scope: Scope,
        _ name: DomainName,
        class ruleClass: RuleClass,
        types: [RRType]? = nil,
        guard: GuardID = .none,
        rule: Range<Int>,
        line: Int
    ) {
        let action = builder.intern(.unsupported)
        noteOpenRules(1)
        builder.add(
            scope,
            name: name,
            class: ruleClass,
            action: action,
            coverage: types.map { builder.intern(TypeCoverage(only: $0)) } ?? .all,
            guard: `guard`,
            at: RulePosition(rule, line: line)
        )
    }

    /// Takes rules that only leave names open out of the count of rules.
    mutating func noteOpenRules(_ count: Int) {
        openRules += count
        builder.noteOwnRules(count)
    }

    /// Counts a rule, or the whole list, of which nobody knows for which clients it counts; it stays, and decides nothing
    /// where a client is given.
    mutating func noteOpenGuard(_ line: Int? = nil) {
        builder.noteUnsupported()
        let reason = UnsupportedReason.clientTables
        unsupported.add(Diagnostic(path: path, line: line, reason: reason.id, text: reason.text))
    }

    /// Takes room for the rules that an entry stands for, such as a range of addresses for each of its prefixes; false, and
    /// nothing is taken, where the list has used its room up.
    mutating func take(_ count: Int) -> Bool {
        guard count <= room else { return false }
        room -= count
        return true
    }

    /// Adds notices about the list as a whole.
    mutating func note(_ notices: [Diagnostic]) {
        self.notices += notices
    }

    /// Adds a notice about a line that costs no rule.
    mutating func note(_ reason: String, _ said: String, _ text: Span<UInt8>, _ range: Range<Int>, _ line: Int) {
        let place = range.lowerBound
        let column = text.column(of: place)
        note([Diagnostic(path: path, line: line, column: column, byte: place, reason: reason, text: said)])
    }

    /// Whether a line can be read at all; what an engine makes of one that is too long for us leaves every name open.
    mutating func accepts(_ line: Line, _ text: Span<UInt8>) -> Bool {
        lines = line.number
        guard line.isOverlong || line.hasReturn else { return true }
        let first = text.extracting(line.range).trimmed
        if line.hasReturn, !line.isOverlong {
            // A comment ends with its line, and a CR is no blank to squidGuard.
            let isComment = first.count > 0 && (first[0] == 0x23 || first[0] == 0x21 && marksComments.contains(engine))
            if engine == .squidGuard || isComment { return true }
            leaveAllOpen(.carriageReturn, text, line.range, line.number)
            return false
        }
        let isComment = first.count > 0 && [0x21, 0x23, 0x3B].contains(first[0])
        switch engine {
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .unbound: drop(.overlong, text, line.range, line.number)
        // dnsmasq takes what is behind the first octets of a line of a configuration for another line; Go's scanners read no
        // further, and AdGuard Home does not take such a list.
        case let engine where isComment && ![.dnsmasq, .blocky, .coreDNS, .adguardHome].contains(engine):
            drop(.overlong, text, line.range, line.number)
        default:
            leaveAllOpen(.overlong, text, line.range, line.number)
        }
        return false
    }

    /// Engines to which an exclamation mark begins a comment.
    private var marksComments: [Engine] { [.adguardHome, .blocky] }

    /// Leaves every name open where a NUL ends a word.
    mutating func leaveAllOpenIfNUL(_ text: Span<UInt8>) {
        guard let at = text.firstIndex(of: 0) else { return }
        leaveAllOpen(.nul, text, at..<(at + 1), text.line(of: at))
    }

    /// Leaves every name open, because of what cannot be read.
    mutating func leaveAllOpen(_ reason: UnsupportedReason, _ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int) {
        skip(reason, text, rule, line)
        let strongest: [RuleClass] = [.special, .importantAllow]
        let ruleClass = strongest.first { builder.profile.rank(of: $0) != nil } ?? entry().class
        leaveOpen(.subtree, .root, class: ruleClass, rule: rule, line: line)
    }

    /// The report; gives the builder back.
    consuming func finish(
        format: ListFormat,
        detection: String,
        octets: Int,
        rulesBefore: Int
    ) -> (builder: LayerBuilder, report: ListReport) {
        let report = ListReport(
            path: path,
            format: format,
            engine: engine,
            role: role,
            detection: detection,
            octets: octets,
            lines: lines,
            rules: builder.ruleCount - rulesBefore - openRules,
            answerRules: builder.addressRuleCount(.answer, from: addressRecordsBefore),
            clientRules: builder.addressRuleCount(.client, from: addressRecordsBefore)
                + builder.clientRuleCount - clientRulesBefore,
            ignored: ignored.counts,
            unsupported: unsupported.counts,
            notEvaluated: unsupported.diagnostics,
            dropped: ignored.diagnostics,
            notices: notices
        )
        return (builder, report)
    }
}
