import DNS
import Policy
import TextScan

/// What an argument of a call is, as far as nothing need be run to know it.
enum LuaArgument {
    /// `nil`, or no argument at all.
    case nothing
    case boolean(Bool)
    case number(Double)
    case text([UInt8])
    /// A table that is written down: its keys, nil in a sequence, and what they hold.
    case table([(key: [UInt8]?, value: LuaArgument)])
    /// What a function of the engine made, by the name of its kind.
    case object(String)
    case unknown

    var isUnknown: Bool { if case .unknown = self { true } else { false } }

    var isNothing: Bool { if case .nothing = self { true } else { false } }

    /// Whether it is compared as it is, without asking an object.
    var isPlain: Bool {
        switch self {
        case .nothing, .boolean, .number, .text: true
        case .table, .object, .unknown: false
        }
    }

    /// Whether it is a text, or a number, that another may be put behind.
    var isText: Bool {
        switch self {
        case .text, .number, .object("text"): true
        default: false
        }
    }
}

/// What a function of an engine takes as one of its arguments; with anything else the engine does not start.
indirect enum LuaForm: Sendable {
    case boolean
    /// A number, or a text of one, within bounds in which the engine was seen to work.
    case number(ClosedRange<Double>)
    /// A text, or a number that becomes one.
    case text
    case check(@Sendable ([UInt8]) -> Bool)
    /// A sequence.
    case list(LuaForm)
    /// A table whose keys are options; others are not looked at by the engine.
    case options([String: LuaForm])
    case object(String)
    /// A function, which nobody runs here.
    case function
    case either([LuaForm])
    /// Nothing or this.
    case optional(LuaForm)
    case custom(@Sendable (LuaArgument) -> Outcome)
    /// A table of options that must have one of them.
    case having(String, LuaForm)
    case any
    /// Whatever is given, the engine does not start.
    case never
    /// Whatever is given, nothing is known: files, for instance, may or may not be there.
    case unseen

    var takesAll: Bool { if case .any = self { true } else { false } }

    enum Outcome {
        case taken
        case refused
        /// With such a value the engine was not seen to work.
        case unseen
        /// What the argument is, is not known.
        case unknown
    }

    /// Whether the engine takes an argument.
    func outcome(_ argument: LuaArgument) -> Outcome {
        switch (self, argument) {
        case (.optional, .nothing), (.any, _): return .taken
        case (.unseen, _): return .unseen
        case (.custom(let judge), _): return judge(argument)
        case (.having(let key, let form), .table(let fields)):
            let isThere = fields.contains { field in
                field.key.map { String(decoding: $0, as: UTF8.self) } == key && !field.value.isNothing
            }
            return isThere ? form.outcome(argument) : .refused
        case (.optional(let form), _): return form.outcome(argument)
        case (.either(let forms), _):
            let outcomes = forms.map { $0.outcome(argument) }
            return [.taken, .unknown, .unseen].first { outcomes.contains($0) } ?? .refused
        case (_, .unknown): return .unknown
        case (_, .nothing): return .refused
        case (.function, .object("function")), (.boolean, .object("boolean")), (.text, .object("text")): return .taken
        case (.boolean, .boolean), (.text, .text), (.text, .number): return .taken
        case (.check, .object("text")), (.number, .object("text")), (.number, .object("number")): return .unseen
        case (.number(let range), .number(let number)): return range.contains(number) ? .taken : .unseen
        case (.number(let range), .text(let text)):
            guard let number = text.span.decimal else { return .unseen }
            return range.contains(Double(number)) ? .taken : .unseen
        case (.check(let isGood), .text(let text)): return isGood(text) ? .taken : .refused
        case (.check, .number): return .unseen
        case (.list(let form), .table(let fields)):
            return Self.all(
                fields.map { field in
                    let outcome = field.key == nil ? form.outcome(field.value) : .unseen
                    // What is no text may be left out, or end the sequence.
                    if case .text = field.value { return outcome }
                    return outcome == .refused ? .unseen : outcome
                }
            )
        case (.options(let forms), .table(let fields)):
            return Self.all(fields.map { Self.outcome(key: $0.key, $0.value, forms) })
        case (.object(let kind), .object(let other)): return kind == other ? .taken : .refused
        // Others have methods, or meta-methods, with which they may pass for what is asked for.
        case (_, .object): return .unseen
        default: return .refused
        }
    }

    private static func outcome(key: [UInt8]?, _ value: LuaArgument, _ forms: [String: LuaForm]) -> Outcome {
        if case .nothing = value { return .taken }
        if let key, let form = forms[String(decoding: key, as: UTF8.self)] { return form.outcome(value) }
        // Whether the engine gets to see the type of what it does not ask for depends on the function.
        return key == nil ? .unseen : LuaForm.either([.boolean, .text]).outcome(value) == .taken ? .taken : .unseen
    }

    private static func all(_ outcomes: [Outcome]) -> Outcome {
        [.refused, .unseen, .unknown].first { outcomes.contains($0) } ?? .taken
    }

    /// What becomes of a call: the worst of its arguments.
    static func outcome(_ forms: [LuaForm], _ arguments: [LuaArgument]) -> Outcome {
        all(forms.indices.map { forms[$0].outcome($0 < arguments.count ? arguments[$0] : .nothing) })
    }
}
