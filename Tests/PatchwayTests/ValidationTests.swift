import Foundation
import TestSupport
import Testing

/// Whether the programs are there that sign zones, serve them, and validate them beside ours.
private let hasPrograms = [
    "/usr/sbin/nsd", "/usr/sbin/unbound", "/usr/bin/dig", "/usr/bin/dnssec-signzone", "/usr/bin/ldns-signzone",
].allSatisfy(FileManager.default.isExecutableFile)

/// Signed zones, whole and spoilt, validated like another validator does.
@Suite struct ValidationTests {
    @Test(.enabled(if: hasPrograms, "nsd, unbound, dig, dnssec-signzone or ldns-signzone is not installed"))
    func verdictsAreThoseOfUnbound() throws {
        let result = try Patchway.shell("Scripts/compare-dnssec --build \"$(dirname \"$(command -v patchway)\")\"")
        #expect(result.status == 0, "\(result.output) \(result.errors)")
        #expect(result.output.contains("secure NXDOMAIN: "))
        #expect(result.output.contains("bogus SERVFAIL: "))
        #expect(result.output.hasSuffix("unlike: 0\n"))
    }
}
