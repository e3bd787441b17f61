import DNS
import Policy
import TextScan

/// Conditions on names that ordered rules ask for.
extension OrderedRuleWriter {
    /// - Parameter isNegated: whether what is not evaluated has to hold for fewer names than it is about, not for more.
    mutating func nameCondition(
        _ condition: QueryCondition,
        _ text: Span<UInt8>,
        isNegated: Bool = false
    ) throws(Fault) -> NameCondition {
        switch condition {
        case .constant(let value): return .constant(value)
        case .type, .client: return .constant(false)
        case .property(let number):
            let made: NameCondition
            if let known = conditions[number] { made = known } else { made = try nameCondition(number, text) }
            conditions[number] = made
            guard let refused = refusals[number] else { return made }
            refusal = Refusal.counted(refusal, refused)
            return isNegated ? .constant(false) : made
        case .not(let inner): return .not(try nameCondition(inner, text, isNegated: !isNegated))
        case .all(let parts): return .all(try nameConditions(parts, text, isNegated))
        case .any(let parts): return .any(try nameConditions(parts, text, isNegated))
        }
    }

    private mutating func nameConditions(
        _ parts: [QueryCondition],
        _ text: Span<UInt8>,
        _ isNegated: Bool
    ) throws(Fault) -> [NameCondition] {
        var made: [NameCondition] = []
        for part in parts { made.append(try nameCondition(part, text, isNegated: isNegated)) }
        return made
    }

    private mutating func nameCondition(_ number: Int, _ text: Span<UInt8>) throws(Fault) -> NameCondition {
        switch properties[number] {
        case .below(let names): return .below(try set(names, text))
        case .isOne(let names): return .isOne(try set(names, text))
        case .belowNames(let names, let places): return .below(Self.set(names, places))
        case .isOneName(let names, let places): return .isOne(Self.set(names, places))
        case .labelsOutside(let range): return .labelsOutside(range)
        case .octetsOutside(let range): return .octetsOutside(range)
        case .regex(let pattern, let dialect, let entry):
            guard let regex = try regex(number, pattern, dialect) else { return .widened(pattern.span, dialect) }
            return entry.map { .entry(.regex(regex), $0) } ?? .regex(regex)
        case .wireRegex(let pattern):
            return try regex(number, pattern, .re2(ignoresCase: false)).map { .wire($0) } ?? .constant(true)
        case .undecided(let condition, let reason):
            refusals[number] = .reason(reason)
            return condition
        case .namesOfAddresses:
            refusals[number] = .own
            return .isAddress
        }
    }

    /// The expression of a property; nil, and noted, where it is one that the engine takes and is not evaluated.
    private mutating func regex(
        _ number: Int,
        _ pattern: [UInt8],
        _ dialect: NameRegex.Dialect
    ) throws(Fault) -> NameRegex? {
        do throws(RegexError) {
            return try NameRegex(pattern.span, dialect)
        } catch {
            if case .syntax = error { throw .regex(error) }
            refusals[number] = .regex(error)
            return nil
        }
    }

    private static func set(_ names: [DomainName], _ places: NameProperty.Places) -> NameTextSet {
        guard places.places.count == names.count else { return NameTextSet(names) }
        return NameTextSet(names, places: places.places, paths: places.paths)
    }

    private mutating func set(_ names: [LuaText], _ text: Span<UInt8>) throws(Fault) -> NameTextSet {
        try take(names.count)
        var made: [DomainName] = []
        for name in names {
            do throws(NameError) {
                made.append(try Self.name(name, text))
            } catch {
                throw .bad(name.content)
            }
        }
        return NameTextSet(made)
    }
}
