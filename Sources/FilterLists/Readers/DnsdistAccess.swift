import DNS
import Policy
import TextScan

/// The clients that dnsdist answers (`setACL`, `addACL`; `dnsdist.cc` 1.7.3): those of no network of it get no answer,
/// whatever the rules say.
struct DnsdistAccess {
    /// The networks; nil where a statement about them is not evaluated.
    private var ranges: [AddressRange]? = defaults.compactMap { AddressRange($0) }
    /// The statement that says so.
    private var statement: (range: Range<Int>, line: Int)?
    /// Whether the file is a whole configuration, not a part that another one may include.
    private var isWhole = false

    private static let defaults = [
        "127.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.168.0.0/16", "172.16.0.0/12", "::1/128",
        "fc00::/7", "fe80::/10",
    ]
    private static let maximum = 10_000

    /// Notes a statement that only whole configurations have.
    mutating func noteWhole() { isWhole = true }

    /// Takes networks, beside those before or in their place.
    mutating func take(
        _ networks: [LuaText],
        isAdded: Bool,
        _ source: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int
    ) throws(ConfigurationFault) {
        statement = (range, line)
        var taken: [AddressRange] = []
        for network in networks {
            guard !network.isEscaped, let range = AddressRange(source.extracting(network.content).string) else {
                ranges = nil
                throw .unsupported(.queryState)
            }
            taken.append(range)
        }
        ranges = isAdded ? ranges.map { $0 + taken } : taken
        guard ranges.map({ $0.count <= Self.maximum }) ?? true else {
            ranges = nil
            throw .unsupported(.tooManyParts)
        }
    }

    /// Takes a statement that is not evaluated.
    mutating func take(unknown range: Range<Int>, _ line: Int) {
        statement = (range, line)
        ranges = nil
    }

    /// The networks whose clients are answered, and whether the file says so. A part of a configuration says nothing of what
    /// another part may; nil for one, and where a statement is not evaluated.
    var networks: (ranges: [AddressRange], isStated: Bool, range: Range<Int>, line: Int)? {
        guard let ranges, statement != nil || isWhole else { return nil }
        return (ranges, statement != nil, statement?.range ?? 0..<0, statement?.line ?? 1)
    }
}
