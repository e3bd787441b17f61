public import DNS

extension Configuration {
    /// What `serve` does with answers; nil for what the file does not say.
    public struct Answers: Sendable, Equatable {
        /// Seconds that records are kept at most.
        public var maximumTTL: Int?
        /// Seconds that negative answers are kept at most.
        public var maximumNegativeTTL: Int?
        /// Seconds after their end for which answers may be given while no upstream answers; 0: never.
        public var staleLimit: Int?
        /// Whether answers that are still asked for at the end of their life are renewed before it.
        public var prefetches: Bool?
        /// Whether answers with private addresses are withheld.
        public var stopsRebinding: Bool?
        /// Names that may have private addresses all the same.
        public var privateNames: [DomainName] = []
        /// Whether signed answers are rewritten for those who asked for the signatures.
        public var breaksDNSSEC: Bool?
        /// Whether queries without RD are answered.
        public var answersWithoutRecursionDesired: Bool?
        /// Whether this host learns by `why.NAME TXT` what the policy does with NAME.
        public var answersWhy: Bool?

        /// Whether answers are validated (DNSSEC).
        public var validates: Bool?
        /// A master file with the DS or DNSKEY records that are believed.
        public var trustAnchor: String?
        /// Names that are not validated, with those below them.
        public var insecureNames: [DomainName] = []

        /// Nothing said.
        public init() {}
    }
}
