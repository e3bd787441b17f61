public import TextScan

/// What every machine report starts with: the tool and the inputs it depends on.
public struct RunHeader: Sendable {
    /// The version of the tool.
    public var version: String
    /// The catalog's name and fingerprint.
    public var catalog: String
    /// A fingerprint of the stack; nil without one.
    public var stack: String?
    /// Whether nothing was asked on a network.
    public var isOffline: Bool
    /// What kind of report it is, where that can be written anew in another form.
    public var report: String?

    /// A header.
    public init(version: String, catalog: String, stack: String? = nil, isOffline: Bool = true) {
        self.version = version
        self.catalog = catalog
        self.stack = stack
        self.isOffline = isOffline
    }

    /// Writes the members of a `header` record.
    public func write(to json: inout JSONWriter) {
        json.member("tool", "patchway")
        json.member("report", ifKnown: report)
        json.member("version", version)
        json.member("catalog", catalog)
        json.member("stack", ifKnown: stack)
        json.member("offline", isOffline)
    }
}

/// A list or capture that was read: what became of every record in it.
public struct SourceReport: Sendable {
    /// Why rules are not decided that are about the address of a client, and about addresses of answers.
    public static let (clientAddress, answerAddress) = ("client-address", "answer-address")

    /// The path as given.
    public var path: String
    /// Whether it is one input, and not all of one format.
    public var isNamed = true
    /// The format it was read as.
    public var format: String
    /// How format and engine were found, as a sentence.
    public var reading: String
    /// The engine whose semantics apply to a list; nil for captures.
    public var engine: String?
    /// Lines of a list, records of a capture.
    public var records: Int
    /// Rules of a list, events of a capture.
    public var events: Int
    /// What was left out, by reason.
    public var skipped: [String: Int]
    /// Rules that could not be evaluated, by reason.
    public var unsupported: [String: Int]
    /// Octets, unpacked.
    public var bytes: Int

    /// A report.
    public init(
        path: String,
        format: String,
        reading: String,
        engine: String? = nil,
        records: Int,
        events: Int,
        skipped: [String: Int],
        unsupported: [String: Int] = [:],
        bytes: Int
    ) {
        self.path = path
        self.format = format
        self.reading = reading
        self.engine = engine
        self.records = records
        self.events = events
        self.skipped = skipped
        self.unsupported = unsupported
        self.bytes = bytes
    }

    /// Writes the members of a `file` record.
    public func write(to json: inout JSONWriter) {
        if isNamed { json.member("path", path) }
        json.member("format", format)
        json.member("engine", ifKnown: engine)
        if !reading.isEmpty { json.member("reading", reading) }
        json.member("records", records)
        json.member("events", events)
        json.member("skipped", counts: skipped)
        if !unsupported.isEmpty { json.member("unsupported", counts: unsupported) }
        json.member("bytes", bytes)
    }
}
