internal import TextScan

/// A replay that can be merged with others: what a partial is about, and what it may cost to read.
///
/// It is NDJSON: a header with the version of the form and what the state depends on, then records that are added up in any
/// order, at last their number, so that one that is cut off is told from a whole one.
public struct PartialIdentity: Sendable, Equatable {
    /// The form that is written and read.
    public static let version = 1

    /// The catalog by which names were told apart.
    public var catalog: String
    /// The stack that the run was given; nil without one.
    public var stack: String?
    /// The key of pseudonyms; nil where nothing was redacted.
    public var redaction: String?

    /// An identity of its parts.
    public init(catalog: String, stack: String?, redaction: String?) {
        self.catalog = catalog
        self.stack = stack
        self.redaction = redaction
    }

    /// Why a partial cannot be merged with others of this identity, with what to do; nil when it can.
    public func objection(to other: PartialIdentity) -> String? {
        if catalog != other.catalog {
            return
                "was made with another catalog (\(Self.shown(other.catalog)), not \(Self.shown(catalog))); make it again "
                + "with the same --catalog, --for and --profile"
        }
        if stack != other.stack {
            return
                "was made with \(Self.words(other.stack)), not with \(Self.words(stack)); give the same --list, --engine "
                + "and --stack to every replay and to merge"
        }
        if redaction != other.redaction {
            return redaction == nil || other.redaction == nil
                ? "only some of the partials are redacted, so that clients would be counted twice; redact all of them or none"
                : "was redacted with another key, so that clients would be counted twice; give all of them one --redact-key"
        }
        return nil
    }

    private static func words(_ stack: String?) -> String { stack.map { "the stack \(shown($0))" } ?? "no stack" }

    private static func shown(_ text: String) -> String { TerminalText.escaped(text, limit: 100) }
}

/// What is believed of a partial, which is an input like any other.
enum PartialLimits {
    /// A count, which leaves room for all that is added up.
    static let maximumCount = 1 << 50
    /// All counts of one partial together.
    static let maximumSum = 1 << 60
    /// A time, microseconds before and after 1970.
    static let maximumTime: Int64 = 1 << 60
    /// Tokens of one record.
    static let maximumTokens = 40_000
    /// Octets of a text.
    static let maximumText = 8_192
    /// Clients or hours in one record; further ones are in further records.
    static let chunk = 4_096
    /// Objects and arrays inside of each other.
    static let maximumDepth = 8
}

/// What is wrong with a partial, and where.
struct PartialFault: Error {
    let byte: Int
    let text: String
}
