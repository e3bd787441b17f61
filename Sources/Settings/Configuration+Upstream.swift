internal import DNS

extension Configuration {
    /// A server to forward to.
    public struct Upstream: Sendable, Hashable {
        /// What is spoken with it.
        public enum Scheme: String, Sendable, CaseIterable {
            /// DNS over UDP, and over TCP where an answer does not fit.
            case udp
            /// DNS over TCP alone.
            case tcp
            /// DNS over TLS.
            case tls
            /// DNS over HTTPS.
            case https
        }

        /// Where one is.
        public enum Place: Sendable, Hashable {
            /// At this address.
            case endpoint(Endpoint)
            /// At the addresses of this host.
            case host(String, port: UInt16)
        }

        /// What is spoken with it.
        public var scheme: Scheme
        /// Where it is.
        public var place: Place
        /// The host name that its certificate is for; nil: it is for its place.
        public var name: String?
        /// The path of HTTPS.
        public var path: String?

        /// How upstreams are written.
        public static let hint =
            "write 192.0.2.1, [2001:db8::1]:53, tcp://192.0.2.1, tls://192.0.2.1#dns.example or "
            + "https://192.0.2.1/dns-query#dns.example, or with `bootstrap` a host name: udp://dns.example, tls://dns.example"

        /// Whether its address has to be asked for.
        public var isNamed: Bool { if case .host = place { true } else { false } }

        /// Reads `ADDRESS[:PORT]`, `udp://` or `tcp://` in front of it, `tls://ADDRESS[:PORT][#NAME]`, or
        /// `https://ADDRESS[:PORT][/PATH][#NAME]`, whose path is `/dns-query` without one. Behind `://` a host name may
        /// stand for the address, without `#NAME`.
        public init?(_ text: String) {
            guard let mark = text.firstRange(of: "://") else {
                guard !text.isEmpty, let endpoint = Endpoint(text, defaultPort: 53) else { return nil }
                (scheme, place, name) = (.udp, .endpoint(endpoint), nil)
                return
            }
            guard let scheme = Scheme(rawValue: String(text[..<mark.lowerBound])) else { return nil }
            let isNamed = scheme == .tls || scheme == .https
            let parts = text[mark.upperBound...].split(separator: "#", omittingEmptySubsequences: false).map(
                String.init
            )
            guard var place = parts.first, parts.count <= (isNamed ? 2 : 1) else { return nil }
            if scheme == .https {
                let slash = place.firstIndex(of: "/") ?? place.endIndex
                let path = String(place[slash...])
                guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3F }) else { return nil }
                self.path = path.isEmpty ? "/dns-query" : path
                place = String(place[..<slash])
            }
            let port: UInt16 = scheme == .tls ? 853 : scheme == .https ? 443 : 53
            guard let found = Self.place(place, port, mayBeHost: parts.count == 1) else { return nil }
            (self.scheme, self.place, name) = (scheme, found, nil)
            guard parts.count == 2 else { return }
            guard Self.isHostName(parts[1]) else { return nil }
            name = parts[1]
        }

        private static func place(_ text: String, _ port: UInt16, mayBeHost: Bool) -> Place? {
            guard !text.isEmpty, !text.hasPrefix(":") else { return nil }
            if let endpoint = Endpoint(text, defaultPort: port) { return .endpoint(endpoint) }
            guard mayBeHost else { return nil }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, isHostName(String(parts[0])) else { return nil }
            guard parts.count == 2 else { return .host(text, port: port) }
            guard let port = UInt16(parts[1]) else { return nil }
            return .host(String(parts[0]), port: port)
        }

        /// Letters, digits, hyphens and dots: what stands in certificates (RFC 6125 §6.4). A last label of digits alone would be
        /// an address with an error in it.
        private static func isHostName(_ text: String) -> Bool {
            let isPlain = text.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
            }
            guard isPlain, let name = try? DomainName(text) else { return false }
            let last = text.utf8.reversed().prefix { $0 != 0x2E }
            let isNumber = last.allSatisfy { (0x30...0x39).contains($0) }
            return !name.isRoot && !text.hasSuffix(".") && !isNumber
        }
    }
}
