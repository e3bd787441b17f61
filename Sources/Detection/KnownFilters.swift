internal import DNS

/// What known filters put into answers (rule D04), each with where that is said.
///
/// Addresses and names are those of products alone: an address of a provider that also hosts other things is none.
enum KnownFilters {
    /// Who put something into an answer, and how sure that is.
    struct Mark: Sendable {
        /// The product.
        var product: String
        /// Whether it stands in place of the data, not beside it.
        var isData: Bool
    }

    /// The first mark of a filter in an answer.
    static func mark(in facts: AnswerFacts) -> (mark: Mark, what: String)? {
        for address in facts.addresses {
            if let product = product(of: address) {
                return (Mark(product: product, isData: true), "the address \(address)")
            }
        }
        for alias in facts.aliases {
            if let product = aliases[alias.description.lowercased()] {
                return (Mark(product: product, isData: true), "the alias \(alias)")
            }
        }
        for octets in facts.hostInformation
        where String(decoding: octets, as: UTF8.self).contains("This query has been locally blocked") {
            return (Mark(product: "dnscrypt-proxy", isData: true), "its HINFO record")
        }
        for name in facts.zoneNames {
            if let product = zones[name.description.lowercased()] {
                return (Mark(product: product, isData: false), "an SOA record with \(name)")
            }
        }
        return nil
    }

    private static func product(of address: IPAddress) -> String? {
        switch address {
        case .v4(let value): umbrella(value) ? "Umbrella" : addresses[address]
        case .v6(0, let low) where low >> 32 == 0xFFFF: product(of: .v4(UInt32(truncatingIfNeeded: low)))
        case .v6: addresses[address]
        }
    }

    /// 146.112.61.104 to .110 (Pi-hole FTL, `dnsmasq_interface.c`).
    private static func umbrella(_ value: UInt32) -> Bool { (0x9270_3D68...0x9270_3D6E).contains(value) }

    /// OONI `fingerprints_dns.csv`, products alone; chkdomain's lists.
    private static let addresses: [IPAddress: String] = table([
        "OpenDNS": ["208.69.32.164"], "FortiGuard": ["208.91.112.55"],
        "AdGuard DNS": ["94.140.14.33", "94.140.14.35", "176.103.130.135"], "CleanBrowsing": ["185.228.168.254"],
        "FlashStart": ["185.236.104.104"], "SafeDNS": ["195.46.39.1", "195.46.39.11"],
        "WatchGuard DNSWatch": ["3.93.224.57", "52.206.227.167"], "Securly": ["204.110.220.2", "52.52.63.90"],
        "UltraDNS": ["156.154.112.16", "156.154.113.16"], "Comodo": ["52.15.96.207"],
        "Yandex": ["213.180.193.250", "93.158.134.250", "2a02:6b8::b10c:bad", "2a02:6b8::b10c:babe"],
        "SkyDNS": ["193.58.251.1", "193.58.251.11"],
    ])

    private static func table(_ products: [String: [String]]) -> [IPAddress: String] {
        var table: [IPAddress: String] = [:]
        for (product, texts) in products {
            for text in texts { if let address = IPAddress(text) { table[address] = product } }
        }
        return table
    }

    /// chkdomain; OONI `fingerprints_dns.csv`.
    private static let aliases = [
        "sinkhole.paloaltonetworks.com": "PAN-OS", "blockpage.nextdns.io": "NextDNS", "safe1.yandex.ru": "Yandex",
    ]

    /// AdGuard Home and dnsproxy `constructor.go`; Knot Resolver `lib/rules/api.c`; CleanBrowsing's answers; the default of
    /// PowerDNS `auth-main.cc` for zones that somebody hosts without saying who is responsible.
    private static let zones = [
        "fake-for-negative-caching.adguard.com": "AdGuard", "nobody.invalid": "Knot Resolver",
        "cleanbrowsing.rpz.noc.org": "CleanBrowsing",
        "a.misconfigured.dns.server.invalid": "a PowerDNS zone put in its place",
    ]
}
