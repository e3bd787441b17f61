public import Foundation

/// A kind of suite: how its folder looks, and how its cases are run. One file each, and one line in ``all``.
public struct CaseSuite: Sendable {
    /// Whether a folder holds such a suite.
    let fits: @Sendable (SuiteFolder) -> Bool
    /// Runs all cases.
    let run: @Sendable (SuiteFolder) throws -> SuiteScore

    static let all: [CaseSuite] = [
        .listCases, .pihole, .engineVerdicts, .engineVectors, .policyZoneChecks, .replayScenarios,
        .malformedQueries, .hostileAnswers, .ednsCompliance, .wirePackets, .elsewhere,
    ]

    /// The scores of all suites in a folder: it, or the folders in it.
    /// - Throws: what keeps a suite from being read.
    public static func scores(in folder: URL) throws -> [SuiteScore] {
        if let score = try score(of: folder) { return [score] }
        return try SuiteFolder(folder).files.compactMap { try score(of: folder.appendingPathComponent($0)) }
    }

    /// The score of the suite in a folder; nil when no kind of suite looks so.
    public static func score(of folder: URL) throws -> SuiteScore? {
        let folder = SuiteFolder(folder)
        return try all.first { $0.fits(folder) }?.run(folder)
    }
}

extension CaseSuite {
    /// Suites about zones, which their module's tests run.
    static let elsewhere = CaseSuite(
        fits: { folder in places.contains { folder.files.contains($0.file) && $0.fits(folder) } },
        run: { folder in
            var score = SuiteScore(folder.name)
            for place in places where folder.files.contains(place.file) && place.fits(folder) {
                score.skip(place.reason, try place.count(folder))
            }
            return score
        }
    )

    private struct Place: Sendable {
        var file: String
        var reason: String
        var fits: @Sendable (SuiteFolder) -> Bool = { _ in true }
        var count: @Sendable (SuiteFolder) throws -> Int
    }

    private static let places = [
        Place(file: "knot-zscanner", reason: "zones against libldns and Knot: Tests/LDNSTests") { folder in
            let parts = ["knot-zscanner", "nlnet-domain", "bind_master"].map { folder.url.appendingPathComponent($0) }
            return parts.reduce(0) { $0 + SuiteFolder($1).files.count }
        }
    ]
}
