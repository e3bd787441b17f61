public import DNS
public import Resolver

extension Configuration {
    /// How the upstreams of a group are asked; nil for what the file does not say.
    public struct Asking: Sendable, Equatable {
        /// Which are asked first.
        public var strategy: UpstreamStrategy?
        /// How many are asked at once, where several are.
        public var width: Int?
        /// Response codes after which the next one is asked.
        public var failOverCodes: [ResponseCode]?

        /// Nothing said.
        public init() {}

        /// What is not said here, as others say it.
        public func over(_ other: Asking) -> Asking {
            var both = self
            both.strategy = strategy ?? other.strategy
            both.width = width ?? other.width
            both.failOverCodes = failOverCodes ?? other.failOverCodes
            return both
        }
    }

    /// Where names at and below one are forwarded to.
    public struct Route: Sendable {
        /// The topmost of the names.
        public var name: DomainName
        /// The servers; empty: those for everything else.
        public var upstreams: [Upstream]
        /// How they are asked.
        public var asking = Asking()
        /// Whether those for everything else are asked when these do not answer.
        public var fallsBack = false

        /// A route.
        public init(_ name: DomainName, to upstreams: [Upstream]) {
            self.name = name
            self.upstreams = upstreams
        }

        /// Reads `NAME=UPSTREAM[,UPSTREAM]…` or `NAME=default`.
        public init?(_ text: String) {
            guard let mark = text.firstIndex(of: "="), let name = try? DomainName(String(text[..<mark])) else {
                return nil
            }
            let words = text[text.index(after: mark)...].split(separator: ",", omittingEmptySubsequences: false)
            guard words != [Substring(Self.everythingElse)] else {
                self.init(name, to: [])
                return
            }
            let upstreams = words.compactMap { Upstream(String($0)) }
            guard upstreams.count == words.count else { return nil }
            self.init(name, to: upstreams)
        }

        /// What stands for the servers for everything else.
        public static let everythingElse = "default"
        /// How routes are written.
        public static let hint =
            "write corp.example=10.0.0.53, with commas between several servers, or corp.example=default for those that are "
            + "asked for everything else"
    }

    /// The response codes that can be failed over, by name.
    public static let failOverCodes: [String: ResponseCode] = [
        "SERVFAIL": .servFail, "REFUSED": .refused, "NOTIMP": .notImp, "FORMERR": .formErr, "BADVERS": .badVers,
    ]
}
