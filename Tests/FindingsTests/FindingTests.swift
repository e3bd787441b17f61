import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Testing

@Suite struct FindingTests {
    static func finding(
        _ outcomes: [TypeOutcome],
        rule: FindingRule = .blockedName,
        errors: [UInt32] = [],
        isCatalogued: Bool = true
    ) throws -> Finding {
        let kind = outcomes.first { !$0.kind.isPass }?.kind ?? .pass
        return Finding(
            rule: rule,
            name: try Samples.name("www.update.example"),
            outcomes: outcomes,
            verdict: Verdict(kind: kind),
            evidence: .proven,
            endpoint: isCatalogued ? try Samples.endpoint("*.update.example", errors: errors) : nil
        )
    }

    @Test(arguments: [
        ([TypeOutcome(type: .a, kind: .sinkhole)], Finding.Reach.everything),
        ([TypeOutcome(type: .a, kind: .sinkhole), TypeOutcome(type: .aaaa, kind: .nodata)], .everything),
        ([TypeOutcome(type: .a, kind: .sinkhole), TypeOutcome(type: .aaaa, kind: .pass)], .ipv4),
        ([TypeOutcome(type: .aaaa, kind: .nxdomain), TypeOutcome(type: .a, kind: .pass)], .ipv6),
        ([TypeOutcome(type: .aaaa, kind: .nxdomain)], .everything),
        ([TypeOutcome(type: .https, kind: .nodata), TypeOutcome(type: .a, kind: .pass)], .otherTypes),
        ([TypeOutcome(type: .https, kind: .nodata)], .everything),
        ([TypeOutcome(type: .a, kind: .sinkhole), TypeOutcome(type: .aaaa, kind: .route)], .ipv4),
    ])
    func reach(outcomes: [TypeOutcome], expected: Finding.Reach) throws {
        #expect(try Self.finding(outcomes).reach == expected)
    }

    @Test(arguments: [
        (VerdictKind.nxdomain, ["0x8024402C"]), (.nodata, ["0x8024402C"]), (.refused, ["0x8024402C"]),
        (.drop, ["0x8024402C"]), (.servfail, ["0x8024402C"]), (.sinkhole, ["0x80240438"]),
        (.redirect, ["0x80245006", "0x80240437"]),
    ])
    func clientErrorsFollowTheVerdict(kind: VerdictKind, expected: [String]) throws {
        let finding = try Self.finding([TypeOutcome(type: .a, kind: kind)])
        #expect(finding.clientErrors.map(\.description) == expected)
        #expect(finding.stage != nil)
    }

    @Test func codesOfTheEndpointComeFirstAndOnlyOnce() throws {
        let errors: [UInt32] = [0x8024_4017, 0x8024_402C]
        let missing = try Self.finding([TypeOutcome(type: .a, kind: .nxdomain)], errors: errors)
        #expect(missing.clientErrors.map(\.description) == ["0x80244017", "0x8024402C"])
        // What resolves to the wrong place does not say that it did not resolve.
        let sunk = try Self.finding([TypeOutcome(type: .a, kind: .sinkhole)], errors: errors)
        #expect(sunk.clientErrors.map(\.description) == ["0x80244017", "0x80240438"])
    }

    /// Where nobody answers, nothing is wrong with an answer.
    @Test func codesAboutContentNeedAnAnswer() throws {
        let errors: [UInt32] = [0x80D0_5001]
        let sunk = try Self.finding([TypeOutcome(type: .a, kind: .sinkhole)], errors: errors)
        #expect(sunk.clientErrors.map(\.description) == ["0x80240438"])
        let redirected = try Self.finding([TypeOutcome(type: .a, kind: .redirect)], errors: errors)
        #expect(redirected.clientErrors.first?.description == "0x80D05001")
    }

    @Test func noCodeIsClaimedWithoutGround() throws {
        let blocked = TypeOutcome(type: .a, kind: .nxdomain)
        #expect(try Self.finding([blocked], isCatalogued: false).clientErrors.isEmpty)
        #expect(try Self.finding([blocked], rule: .undecided, errors: [0x8024_402C]).clientErrors.isEmpty)
        let v6 = [TypeOutcome(type: .aaaa, kind: .nxdomain), TypeOutcome(type: .a, kind: .pass)]
        #expect(try Self.finding(v6, errors: [0x8024_402C]).clientErrors.isEmpty)
        let other = [TypeOutcome(type: .https, kind: .nodata), TypeOutcome(type: .a, kind: .pass)]
        #expect(try Self.finding(other).clientErrors.isEmpty)
    }

    @Test func severityIsUnknownOutsideTheCatalog() throws {
        #expect(try Self.finding([TypeOutcome(type: .a, kind: .nxdomain)], isCatalogued: false).severity == .unknown)
        #expect(try Self.finding([TypeOutcome(type: .a, kind: .nxdomain)]).severity == .high)
    }

    @Test func onlyBrokenTypesAreBroken() throws {
        let finding = try Self.finding([
            TypeOutcome(type: .a, kind: .sinkhole), TypeOutcome(type: .aaaa, kind: .pass),
            TypeOutcome(type: .https, kind: .truncate), TypeOutcome(type: .mx, kind: .unsupported),
        ])
        #expect(finding.brokenTypes == [.a, .mx])
    }
}
