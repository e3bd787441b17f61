public import DNS

/// What the reader of a log cannot know from the log.
public struct LogOptions: Sendable {
    /// The format to read every input as; nil to tell by the content.
    public var format: LogFormat?
    /// The year of the first line, for logs without a year; it goes up when the months start over.
    public var year: Int?
    /// For logs without a year, when none is given: the present in microseconds since 1970-01-01 UTC. Every line is put
    /// into the last year in which it does not lie more than a day ahead of it. With neither, events have no time.
    public var present: Int64?
    /// Seconds east of UTC of the clock that wrote local times.
    public var utcOffset: Int
    /// Ports on which captures are searched for DNS.
    public var ports: Set<UInt16>
    /// How queries and answers find each other.
    public var pairing: PairingLimits
    /// Tells names of whose events nothing is needed but that they happened, when, and who asked: readers that are many times
    /// faster without the rest leave it out (``QueryEvent/isCountedOnly``). With nil everything is needed.
    public var isCountedOnly: (@Sendable (DomainName) -> Bool)?

    /// Options; the defaults suit a capture of plain DNS.
    public init(
        format: LogFormat? = nil,
        year: Int? = nil,
        present: Int64? = nil,
        utcOffset: Int = 0,
        ports: Set<UInt16> = [53],
        pairing: PairingLimits = PairingLimits()
    ) {
        self.format = format
        self.year = year
        self.present = present
        self.utcOffset = utcOffset
        self.ports = ports
        self.pairing = pairing
    }
}

/// How long, and how many of, the transactions that may still grow are remembered.
public struct PairingLimits: Sendable, Equatable {
    /// Microseconds after which a transaction that nothing was added to is complete.
    public var window: Int64
    /// Transactions remembered at the same time; beyond that the oldest is complete.
    public var maximumOpen: Int

    /// Limits; stub resolvers give up within ten seconds.
    public init(window: Int64 = 10_000_000, maximumOpen: Int = 65_536) {
        self.window = window
        self.maximumOpen = maximumOpen
    }
}
