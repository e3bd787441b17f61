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
        }

        /// What is spoken with it.
        public var scheme: Scheme
        /// Where it is.
        public var endpoint: Endpoint
        /// The host name that its certificate is for; nil: it is for its address.
        public var name: String?

        /// How upstreams are written.
        public static let hint =
            "write 192.0.2.1, [2001:db8::1]:53, tcp://192.0.2.1 or tls://192.0.2.1#dns.example: the address and not a host name"

        /// Reads `ADDRESS[:PORT]`, `udp://` or `tcp://` in front of it, or `tls://ADDRESS[:PORT][#NAME]`.
        public init?(_ text: String) {
            guard let mark = text.firstRange(of: "://") else {
                guard let endpoint = Endpoint(text, defaultPort: 53) else { return nil }
                (scheme, self.endpoint, name) = (.udp, endpoint, nil)
                return
            }
            guard let scheme = Scheme(rawValue: String(text[..<mark.lowerBound])) else { return nil }
            let parts = text[mark.upperBound...].split(separator: "#", omittingEmptySubsequences: false).map(
                String.init
            )
            let port: UInt16 = scheme == .tls ? 853 : 53
            guard let first = parts.first, !first.isEmpty, !first.hasPrefix(":"),
                parts.count <= (scheme == .tls ? 2 : 1),
                let endpoint = Endpoint(first, defaultPort: port)
            else { return nil }
            (self.scheme, self.endpoint, name) = (scheme, endpoint, nil)
            guard parts.count == 2 else { return }
            guard Self.isHostName(parts[1]) else { return nil }
            name = parts[1]
        }

        /// Letters, digits, hyphens and dots: what stands in certificates (RFC 6125 §6.4).
        private static func isHostName(_ text: String) -> Bool {
            let isPlain = text.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
            }
            guard isPlain, let name = try? DomainName(text) else { return false }
            return !name.isRoot && !text.hasSuffix(".") && IPAddress(text) == nil
        }
    }
}
