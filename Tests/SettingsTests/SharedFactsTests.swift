import Catalog
import DNS
import Settings
import TestSupport
import Testing

/// The built-in catalog against the collected facts that it was made from.
@Suite(.enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)))
struct SharedFactsTests {
    static let catalog = BuiltInCatalogTests.catalog

    static func text(_ path: String) throws -> String {
        String(decoding: try SharedSuites.octets(path), as: UTF8.self)
    }

    /// The columns of a tab-separated file without comments.
    static func rows(_ path: String) throws -> [[String]] {
        TabSeparated.lines(Array(try text(path).utf8)).filter { !$0[0].hasPrefix("#") }
    }

    /// Splits one documented entry into single patterns: lists, braces, ranges and remarks in brackets.
    static func patterns(of entry: String) -> [String] {
        guard !entry.hasPrefix("(") else { return [] }
        return entry.splitOutsideBraces().flatMap { part -> [String] in
            let text = part.components(" (").first?.trimmingBlanksAndQuotes() ?? ""
            return text.components(" / ").flatMap { $0.components(" .. ") }
                .flatMap { $0.expandedBraces() }.flatMap { $0.expandedSlashes() }
        }
    }

    @Test func everyDocumentedPatternIsInTheCatalog() throws {
        let known = Set(Self.catalog.endpoints.map(\.pattern.text))
        let opening = "- {pattern: \""
        var count = 0
        for line in try Self.text("facts/catalog/endpoints.yaml").split(separator: "\n") {
            guard line.hasPrefix(opening) else { continue }
            let entry = line.dropFirst(opening.utf8.count).prefix { $0 != "\"" }
            for pattern in Self.patterns(of: String(entry)) {
                count += 1
                let lower = pattern.lowercased()
                #expect(known.contains(lower) || known.contains("*." + lower), "\(pattern)")
            }
        }
        #expect(count >= 190)
    }

    @Test func lookalikesMatchNothing() throws {
        let rows = try Self.rows("facts/filters/lookalikes.tsv")
        var count = 0
        for row in rows where row[0] != "name" {
            count += 1
            let found = Self.catalog.endpoints(matching: try DomainName(row[0]), includingShared: true)
            #expect(found.isEmpty, "\(row[0])")
        }
        #expect(count >= 180)
    }

    @Test func everyUpdateNameMatches() throws {
        var count = 0
        for row in try Self.rows("facts/filters/names.tsv") where ["core", "do", "crl"].contains(row[1]) {
            count += 1
            #expect(Self.catalog.protects(try DomainName(row[0])), "\(row[0])")
        }
        #expect(count == 76)
    }

    @Test func knownHostsAgree() throws {
        let texts = Set(Self.catalog.endpoints.map(\.pattern.text))
        var count = 0
        for row in try Self.rows("facts/catalog/known_hosts.tsv") {
            let name = try DomainName(row[0])
            let host = try #require(Self.catalog.knownHost(name), "\(row[0])")
            #expect((host.kind == .alias) == (row[2] == "cdn-alias"))
            // The facts name a family for connectivity probes, not one pattern.
            guard let pattern = row[1].split(separator: " ").first, texts.contains(String(pattern)),
                !row[1].contains("NCSI")
            else { continue }
            count += 1
            #expect(Self.catalog.endpoints(matching: name).contains { $0.pattern.text == pattern }, "\(row[0])")
        }
        #expect(count >= 200)
    }

    @Test func everyStepIsKept() throws {
        for row in try Self.rows("facts/catalog/cname_chains.tsv") {
            let owner = row[0].hasPrefix("?") ? String(row[0].dropFirst()) : row[0]
            let target = try DomainName(row[1])
            if owner.hasPrefix("(") || owner.hasPrefix("*") {
                #expect(Self.catalog.knownHost(target)?.kind == .alias, "\(row[1])")
            } else {
                let edges = Self.catalog.chains.edges(from: try DomainName(owner))
                #expect(edges.contains { $0.target == target }, "\(owner) \(row[1])")
            }
        }
    }

    @Test func everyErrorCodeIsKept() throws {
        let table = BuiltInCatalog.errors().table
        var count = 0
        for line in try Self.text("facts/catalog/errors.yaml").split(separator: "\n") {
            guard line.hasPrefix("- {code: '") else { continue }
            let code = try #require(ErrorCode(line.dropFirst(10).prefix(10)))
            count += 1
            let error = try #require(table[code], "\(code)")
            #expect(line.contains("stage: \(error.stage.rawValue)"), "\(code)")
            #expect(error.symbols.allSatisfy { line.contains($0) }, "\(code)")
        }
        #expect(count == table.errors.count)
    }
}
