import Catalog
public import Findings
public import TextScan

/// What a run found, whatever it is written as: text, records, tables and pages are made of this and of nothing else.
public struct Report: Sendable {
    /// One finding with what is said besides.
    public struct Row: Sendable {
        /// The finding.
        public var finding: Finding
        /// Hours in which its name was asked for; 0 where that is not what matters.
        public var hours: Int
        /// Whether its name did not work before either.
        public var wasBroken: Bool
        /// How it stands to an earlier version; nil where there is none.
        public var change: Change?
        /// Why it is accepted; nil where it is not.
        public var accepted: String?

        /// A row.
        public init(_ finding: Finding, hours: Int = 0, wasBroken: Bool = false) {
            self.finding = finding
            self.hours = hours
            self.wasBroken = wasBroken
        }
    }

    /// How a finding stands to an earlier version.
    public enum Change: String, Sendable {
        /// It was not there.
        case new
        /// It was there, too.
        case unchanged
        /// It is there no more.
        case absent
    }

    /// What speaks against an input as a whole.
    public struct Alarm: Sendable, Equatable {
        /// A stable word, such as `growth`.
        public var id: String
        /// The input.
        public var path: String
        /// A sentence.
        public var text: String
        /// Why it is accepted; nil where it is not.
        public var accepted: String?

        /// The word for an input that was not compared or audited.
        public static let notCompared = "not-compared"

        /// `[ID] PATH: TEXT`, with why it is accepted.
        var words: String { "[\(id)] \(path): \(text)" + (accepted.map { " (accepted: \($0))" } ?? "") }

        /// An alarm.
        public init(id: String, path: String, text: String, accepted: String? = nil) {
            self.id = id
            self.path = path
            self.text = text
            self.accepted = accepted
        }
    }

    /// Findings of one kind, or of one list.
    public struct Section: Sendable {
        /// A stable word for tables, or the path of a list.
        public var id: String
        /// The heading.
        public var title: String
        /// What is said under it in front of the findings.
        public var notes: [String] = []
        /// The findings, worst first.
        public var rows: [Row]
        /// What is said where there are none.
        public var none: String

        /// A section.
        public init(id: String, title: String, rows: [Row], none: String) {
            self.id = id
            self.title = title
            self.rows = rows
            self.none = none
        }
    }

    /// What it is called.
    public var title: String
    /// The tool and the inputs that it depends on.
    public var header: RunHeader
    /// What was read.
    public var sources: [SourceReport] = []
    /// What is to be said of the whole, a sentence each.
    public var facts: [String] = []
    /// Whether everything was read, and nothing was interrupted.
    public var isWhole = true
    /// What speaks against inputs as a whole.
    public var alarms: [Alarm] = []
    /// The findings.
    public var sections: [Section] = []
    /// The clients of captures, the worst off first.
    public var clients: [ClientPhases] = []
    /// When names were asked for.
    public var timeline: [TimelineBucket] = []

    /// A report without anything in it.
    public init(title: String, header: RunHeader) {
        self.title = title
        self.header = header
    }

    /// What build servers have to be told where not everything was read; nil where it was.
    var incompleteness: String? {
        isWhole && !alarms.contains { $0.id == Alarm.notCompared }
            ? nil : "not everything was read, so nothing here is complete"
    }

    /// The section with an id.
    public func section(_ id: String) -> Section? { sections.first { $0.id == id } }
}

extension TimelineBucket {
    /// Writes the members of a `time` record.
    public func write(to json: inout JSONWriter) {
        json.member("start", time: start)
        json.member("seconds", Int(length / 1_000_000))
        json.array("phases") { array in
            for (phase, count) in phases.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                array.object {
                    $0.member("phase", phase.rawValue)
                    $0.member("asked", count.asked)
                    $0.member("failed", count.failed)
                }
            }
        }
    }
}
