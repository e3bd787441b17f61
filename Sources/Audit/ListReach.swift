import Catalog
public import DNS
public import Policy

/// Whether a list reaches beyond names: whole top-level domains, or everything. Told by asking about names that nobody has.
public enum ListReach {
    /// Domains that are asked besides those of the names that updates need.
    private static let common = [
        "com", "net", "org", "info", "biz", "io", "co", "dev", "app", "cloud", "gov", "edu", "mil", "int", "eu", "de",
        "uk",
        "fr", "nl", "it", "es", "pl", "se", "ch", "at", "be", "cz", "us", "ca", "mx", "br", "ar", "au", "nz", "jp",
        "cn", "kr",
        "in", "id", "tw", "hk", "sg", "za", "tr", "il", "ua", "ru",
    ]

    /// Top-level domains in which the stack lets no name pass, sorted, and whether those are all that were asked.
    /// - Complexity: O(domains) lookups
    public static func blockedDomains(
        _ stack: CompiledStack,
        names: [DomainName],
        context: QueryContext
    ) -> (domains: [String], isEverything: Bool) {
        let needed = names.compactMap { $0.labels.last.map { String(decoding: $0, as: UTF8.self).lowercased() } }
        let asked = Set(needed).union(common)
        let blocked = asked.filter { domain in
            guard let name = (try? DomainName(domain))?.child(EndpointCatalog.probeLabel) else { return false }
            return [RRType.a, .aaaa].allSatisfy {
                let kind = stack.decide(NameBuffer(name), type: $0, context: context).kind
                return !kind.isPass && kind != .unsupported
            }
        }
        return (blocked.sorted(), blocked.count == asked.count)
    }
}
