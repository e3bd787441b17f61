import DNS
import Policy
import TextScan

/// The access rules as rules of a layer.
extension SquidConfigurationReader {
    /// Says which lists squid does not start with.
    mutating func checkOverlaps(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        for (statement, entry) in lists.values.compactMap(\.overlap).sorted(by: { $0.statement < $1.statement }) {
            let (range, line) = places[statement]
            mayNotStart(.overlap(entry), text, range, line, &sink)
        }
    }

    /// Writes what is known of the access rules, and leaves open what is not.
    func write(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var properties: [NameProperty] = []
        var clients: [[AddressRange]] = []
        var hours: [Int: [Range<Int>]] = [:]
        var conditions: [[UInt8]: QueryCondition] = [:]
        var named = (accesses + later).flatMap { $0.lists.map(\.name) }
        while let name = named.popLast() {
            guard conditions[name] == nil, let list = lists[name], !list.isOpen else { continue }
            conditions[name] = list.condition(&properties, &clients, &hours)
            named += list.groups.joined().map { Self.listName($0.span).name }
        }
        if appendedDomain != nil { properties.append(.regex(Array("^[^.]*$".utf8), .tre)) }
        var writer = OrderedRuleWriter(properties, clients: clients, hours: hours, octets: text.count + valueOctets)
        if let fault {
            let place = Access(allows: true, lists: [], range: fault.range, line: fault.line)
            var open = rule(place, .constant(true), allows: true)
            open.action = .unsupported
            writer.write(open, text, &sink)
        }
        if let appendedDomain {
            let place = Access(allows: true, lists: [], range: appendedDomain.range, line: appendedDomain.line)
            var open = rule(place, .property(properties.count - 1), allows: true)
            open.action = .unsupported
            writer.write(open, text, &sink)
        }
        var isSettled = false
        for access in accesses {
            let forms = SquidAccessList.Request.all.map { condition(access, $0, conditions) }
            let isKnown = forms.allSatisfy { $0.isKnown && $0.form == forms[0].form } && forms[0].form.size <= 64
            guard !isKnown else {
                isSettled = isSettled || forms[0].form == .constant(true)
                var made = rule(access, forms[0].form, allows: access.allows)
                if !access.allows { made.action = denial(access.lists.last?.name) }
                if made.action == .unsupported { sink.skip(.otherAccess, text, access.range, access.line) }
                write(made, conditions, &writer, text, &sink)
                continue
            }
            // A statement without lists is counted already.
            if access.isAccess { sink.skip(whyOpen(access), text, access.range, access.line) }
            var open = rule(access, QueryCondition.any(forms.map(\.form)).resolved { _ in nil }, allows: true)
            open.action = .unsupported
            writer.write(open, text, &sink)
        }
        guard !isSettled else { return }
        let last = accesses.last(where: \.isAccess) ?? Access(allows: true, lists: [], range: 0..<0, line: 1)
        var implied = rule(last, .constant(true), allows: !last.allows)
        implied.ruleClass = .implied
        if last.allows {
            // The list that was looked at last is the one whose page is shown.
            let actions = last.lists.map { denial($0.name) }
            implied.action = actions.contains { $0 != actions[0] } ? .unsupported : actions.first ?? .block
            if implied.action == .unsupported { sink.skip(.otherAccess, text, last.range, last.line) }
        }
        let before = sink.builder.ruleCount
        write(implied, conditions, &writer, text, &sink)
        sink.noteOpenRules(sink.builder.ruleCount - before)
    }

    /// Why a line is not evaluated: a file of one of its lists, or of one of theirs, or more of a request than is known.
    private func whyOpen(_ access: Access) -> UnsupportedReason {
        let names = access.lists.map(\.name)
        let members = names.flatMap { lists[$0]?.groups.joined().map { Self.listName($0.span).name } ?? [] }
        return (names + members).lazy.compactMap { lists[$0]?.missing }.first ?? .requestState
    }

    /// What becomes of those whom a line denies that ends with a list (squid 5.7): its page, which is as good as any other; a
    /// connection that is reset; or another place.
    private func denial(_ list: [UInt8]?) -> RuleAction {
        // Of lists of lists the page may be that of any of them.
        if let list, lists[list]?.kind == .group, !denials.isEmpty { return .unsupported }
        guard let name = list.flatMap({ lists[$0]?.name }),
            let page = denials.first(where: { $0.names.contains(name) })?.page
        else { return .block }
        if page.elementsEqual("TCP_RESET".utf8) { return .drop }
        let hasStatus = page.count > 3 && page[3] == 0x3A && page[0] &- 0x30 < 10
        let leadsOn = !hasStatus || page[0] == 0x33
        let target = page[(hasStatus ? 4 : 0)...]
        guard let colon = target.firstIndex(of: 0x3A) else { return hasStatus && leadsOn ? .unsupported : .block }
        guard leadsOn, target[colon...].starts(with: "://".utf8) else { return .unsupported }
        // What it fills in depends on the request.
        let host = target[(colon + 3)...].prefix { ![0x2F, 0x3A, 0x3F, 0x23].contains($0) }
        guard !host.contains(0x25), let name = try? DomainName(presentation: host), !name.isRoot else {
            return .unsupported
        }
        return .redirect(name.lowercased)
    }

    /// The later lines; many of them times many rules are one about every request.
    private var laterInBounds: [Access] {
        let isTooMany = later.count > Self.maximumLaterRules / max(accesses.count, 1)
        guard isTooMany, let first = later.first else { return later }
        return [Access(allows: true, lists: [], range: first.range, line: first.line)]
    }

    private static let maximumLaterRules = 10_000

    /// Writes a rule; of what it allows that is open that later lines may refuse.
    private func write(
        _ rule: OrderedRule,
        _ conditions: [[UInt8]: QueryCondition],
        _ writer: inout OrderedRuleWriter,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        for line in laterInBounds where rule.action == .allow {
            let forms = SquidAccessList.Request.all.map { condition(line, $0, conditions).form }
            var open = self.rule(line, .all([rule.condition, .any(forms)]).resolved { _ in nil }, allows: true)
            if open.condition.size > 64 { open.condition = rule.condition }
            open.action = .unsupported
            writer.write(open, text, &sink)
        }
        writer.write(rule, text, &sink)
    }

    private func rule(_ access: Access, _ condition: QueryCondition, allows: Bool) -> OrderedRule {
        OrderedRule(
            condition: condition,
            action: allows ? .allow : .block,
            ruleClass: allows ? .listAllow : .block,
            range: access.range,
            line: access.line,
            origin: access.origin
        )
    }

    /// What a line asks of host and client for a request, as far as that is known.
    private func condition(
        _ access: Access,
        _ request: SquidAccessList.Request,
        _ conditions: [[UInt8]: QueryCondition]
    ) -> (form: QueryCondition, isKnown: Bool) {
        let (form, isKnown) = all(access.lists, request, conditions, 0)
        // One that never holds needs nothing else.
        return (form, isKnown && access.isAccess || form == .constant(false))
    }

    /// The same of some lists that must all hold; what is not known of them is left out.
    private func all(
        _ names: [(name: [UInt8], isNegated: Bool)],
        _ request: SquidAccessList.Request,
        _ conditions: [[UInt8]: QueryCondition],
        _ depth: Int
    ) -> (form: QueryCondition, isKnown: Bool) {
        var parts: [QueryCondition] = []
        var isKnown = true
        for (name, isNegated) in names {
            guard let list = lists[name] else {
                if depth > 0 { isKnown = false }
                continue
            }
            if list.kind == .group, !list.isOpen {
                guard budget.members > 0 else { return (.constant(true), false) }
                let (form, isWhole) = any(list, request, conditions, depth)
                if !isWhole { isKnown = false }
                if isWhole || !isNegated { parts.append(isNegated ? .not(form) : form) }
                continue
            }
            let part = list.isOpen ? nil : list.holds(for: request).map { .constant($0) } ?? conditions[name]
            guard let part else {
                isKnown = false
                continue
            }
            parts.append(isNegated ? .not(part) : part)
        }
        let whole = QueryCondition.all(parts).resolved { _ in nil }
        return (whole, isKnown || whole == .constant(false))
    }

    /// What a list of other lists asks: all of one of its alternatives.
    private func any(
        _ list: SquidAccessList,
        _ request: SquidAccessList.Request,
        _ conditions: [[UInt8]: QueryCondition],
        _ depth: Int
    ) -> (form: QueryCondition, isKnown: Bool) {
        guard depth < Self.maximumDepth, budget.members > 0 else { return (.constant(true), false) }
        var forms: [QueryCondition] = []
        var isKnown = true
        for group in list.groups {
            budget.members -= group.count
            let (form, isWhole) = all(group.map { Self.listName($0.span) }, request, conditions, depth + 1)
            forms.append(form)
            if !isWhole { isKnown = false }
            if forms.reduce(0, { $0 + $1.size }) > 64 { return (.constant(true), false) }
        }
        return (QueryCondition.any(forms).resolved { _ in nil }, isKnown)
    }

    private static let maximumDepth = 8
}
