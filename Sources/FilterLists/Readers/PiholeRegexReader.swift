import DNS
import Policy
import TextScan

/// Regular expressions as Pi-hole FTL reads them (`src/regex.c`): extended POSIX, without regard to case, anywhere in
/// the name; `;querytype=A,AAAA`, `;querytype=!A`, `;invert` and `;reply=…` behind it. They deny, in lists of exemptions
/// and allow lists they allow.
enum PiholeRegexReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let allows = sink.role == .exempt || sink.role == .allow
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = text.trimmedRange(in: line.range)
            guard !rule.isEmpty, text[rule.lowerBound] != 0x23 else { continue }
            read(text, rule, line.number, allows, &sink)
        }
    }

    private static func read(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ allows: Bool,
        _ sink: inout RuleSink
    ) {
        var expression: Range<Int>?
        var options = PiholeRegexOptions()
        var fields = FieldScanner(text.extracting(rule), separator: 0x3B)
        while let field = fields.next() {
            // FTL skips empty parts, in front of the expression too.
            guard !field.isEmpty else { continue }
            guard expression != nil else {
                expression = field.moved(by: rule.lowerBound)
                continue
            }
            if let fault = options.read(text.extracting(rule).extracting(field)) {
                return sink.drop(fault, text, rule, line)
            }
        }
        guard let expression else { return sink.drop(.regex("it is empty"), text, rule, line) }
        var action = options.action
        if options.answersOwnAddress, !allows {
            let own = sink.builder.blockAnswer
            let v4 = own.own.first(where: \.isV4)
            let v6 = own.own.first { !$0.isV4 }
            if let v4, let v6 {
                action = .records([LocalRecord(v4), LocalRecord(v6)])
            } else {
                sink.skip(.ownAddress, text, rule, line)
                action = .unsupported
            }
        }
        if action == .unsupported, !options.answersOwnAddress, !allows { sink.skip(.alias, text, rule, line) }
        let before = sink.builder.ruleCount
        defer { if action == .unsupported { sink.noteOpenRules(sink.builder.ruleCount - before) } }
        let ruleClass: RuleClass = allows ? .ownAllowRegex : .ownBlockRegex
        if options == PiholeRegexOptions(), !sink.keepsExpressions,
            let name = PiholeSubtree.name(of: text.extracting(expression)),
            let known = try? DomainName(presentation: name)
        {
            let made = allows ? sink.allow : sink.block
            let (own, place) = (sink.guardOfLine(line), RulePosition(rule, line: line))
            return sink.builder.add(.subtree, name: known, class: ruleClass, action: made, guard: own, at: place)
        }
        sink.add(
            text.extracting(expression),
            .tre,
            inverted: options.isInverted,
            class: ruleClass,
            action: allows ? sink.allow : sink.builder.intern(action),
            coverage: options.coverage.map { sink.builder.intern($0) } ?? .all,
            guard: sink.guardOfLine(line),
            text,
            rule: rule,
            line: line
        )
    }
}

/// What stands behind an expression.
struct PiholeRegexOptions: Equatable {
    /// `;invert`.
    private(set) var isInverted = false
    /// `;querytype=`.
    private(set) var coverage: TypeCoverage?
    private var reply: Reply?
    private var v4: IPAddress?
    private var v6: IPAddress?

    private enum Reply: Equatable {
        case action(RuleAction)
        case address
    }

    /// Whether the answer is the Pi-hole's own address.
    var answersOwnAddress: Bool {
        if case .address = reply { v4 == nil && v6 == nil } else { false }
    }

    /// What a match does. One address given leaves the other family with the null address.
    var action: RuleAction {
        switch reply {
        case nil: .block
        case .action(let action): action
        case .address: .records([LocalRecord(v4 ?? .v4(0)), LocalRecord(v6 ?? .v6(0, 0))])
        }
    }

    /// Reads one option; returns why FTL refuses the expression, if it does.
    mutating func read(_ option: Span<UInt8>) -> DropReason? {
        if option.hasPrefix("querytype=") { return readTypes(word(option, behind: 10, limit: 63)) }
        if option.hasPrefix("reply=") { return readReply(word(option, behind: 6, limit: 255)) }
        guard option.equalsIgnoringCase("invert") else { return .invalidOption }
        isInverted = true
        return nil
    }

    /// The word behind a key, as `scanf` takes it.
    @_lifetime(copy option)
    private func word(_ option: Span<UInt8>, behind length: Int, limit: Int) -> Span<UInt8> {
        let value = option.extracting(length..<option.count).trimmed
        var end = 0
        while end < min(value.count, limit), !isBlank(value[end]) { end += 1 }
        return value.extracting(0..<end)
    }

    private mutating func readTypes(_ value: Span<UInt8>) -> DropReason? {
        guard coverage == nil else { return .twoTypeOptions }
        let isExclusion = value.count > 0 && value[0] == 0x21
        var named: [RRType] = []
        var namesOthers = false
        var fields = FieldScanner(value.extracting((isExclusion ? 1 : 0)..<value.count), separator: 0x2C)
        while let field = fields.next() {
            let name = value.extracting((isExclusion ? 1 : 0)..<value.count).extracting(field)
            // One that is named twice is taken out again.
            if name.equalsIgnoringCase("OTHER") {
                namesOthers.toggle()
            } else if !name.hasPrefixIgnoringCase("TYPE"), let type = RRType(name.string.uppercased()),
                Self.knownTypes.contains(type)
            {
                if let known = named.firstIndex(of: type) { named.remove(at: known) } else { named.append(type) }
            }
        }
        guard namesOthers || !named.isEmpty else { return .unknownOption }
        // With OTHER it is easier to say which types are left over.
        let listed = namesOthers ? Self.knownTypes.filter { !named.contains($0) } : named
        coverage = namesOthers == isExclusion ? TypeCoverage(only: listed) : TypeCoverage(except: listed)
        return nil
    }

    private mutating func readReply(_ value: Span<UInt8>) -> DropReason? {
        if value.equalsIgnoringCase("NODATA") {
            reply = .action(.nodata)
        } else if value.equalsIgnoringCase("NXDOMAIN") {
            reply = .action(.nxdomain)
        } else if value.equalsIgnoringCase("REFUSED") {
            reply = .action(.refused)
        } else if value.equalsIgnoringCase("NONE") {
            reply = .action(.drop)
        } else if value.equalsIgnoringCase("IP") {
            reply = .address
        } else if value.hasPrefixIgnoringCase("CNAM"), value.firstIndex(of: 0x2C) != nil {
            // What the target's records are is not known here.
            reply = .action(.unsupported)
        } else if let address = IPAddress(text: value.octets) {
            reply = .address
            if address.recordType == .a { v4 = address } else { v6 = address }
        } else {
            return .unknownOption
        }
        return nil
    }

    /// The types that FTL tells apart; all others are OTHER.
    static let knownTypes: [RRType] = [
        .a, .aaaa, .any, .srv, .soa, .ptr, .txt, RRType(rawValue: 35), .mx, RRType(rawValue: 43), .rrsig,
        RRType(rawValue: 48), .ns, .svcb, .https,
    ]
}
