internal import CFetch

/// What a server gave for a list.
public struct Download: Sendable, Equatable {
    /// What it says of its copy, so that it can be asked whether it has another one.
    public struct Version: Sendable, Equatable {
        /// ETag; empty where it has none.
        public var tag: String
        /// Last-Modified; empty where it has none.
        public var date: String

        /// Nothing said.
        public static let none = Version(tag: "", date: "")

        /// A version of its parts.
        public init(tag: String, date: String) {
            self.tag = tag
            self.date = date
        }
    }

    /// Why there is none.
    public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
        /// The reason in words; not safe to print.
        public let description: String
    }

    /// The octets; nil when the copy there is, is the latest one.
    public var octets: [UInt8]?
    /// What the server says of them.
    public var version: Version

    /// Asks for a list over HTTP or HTTPS, unless the server has none but the `known` one.
    ///
    /// A response of more than `most` octets, unpacked, is given up; so is one that takes longer than `seconds`, is cut off, or
    /// leads from HTTPS to HTTP.
    public static func get(
        _ url: String,
        known: Version = .none,
        authorities: String? = nil,
        most: Int,
        seconds: Int = 120
    ) throws(Fault) -> Download {
        guard let fetched = unsafe patchway_fetch(url, known.tag, known.date, authorities, most, seconds) else {
            throw Fault(description: "no memory")
        }
        defer { unsafe patchway_fetched_free(fetched) }
        let version = unsafe Version(
            tag: String(cString: patchway_fetched_tag(fetched)),
            date: String(cString: patchway_fetched_date(fetched))
        )
        switch unsafe patchway_fetched_status(fetched) {
        case 0: throw unsafe Fault(description: String(cString: patchway_fetched_error(fetched)))
        case 200:
            var count = 0
            let start = unsafe patchway_fetched_octets(fetched, &count)
            return Download(octets: unsafe Array(UnsafeBufferPointer(start: start, count: count)), version: version)
        case 304: return Download(octets: nil, version: known)
        case let status: throw Fault(description: "the server answered \(status)")
        }
    }
}
