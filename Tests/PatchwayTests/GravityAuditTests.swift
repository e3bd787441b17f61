import Testing

/// The four kinds of a Pi-hole database's own lists stand in one table: a finding belongs to the kind whose rule it is.
@Suite struct GravityAuditTests {
    @Test func findingsStandUnderTheirKind() throws {
        let result = try Patchway.run(["audit", "Tests/Fixtures/gravity/own.db"])
        #expect(result.status == 1)
        let parts = result.output.split(separator: "\n\n").reduce(into: [String]()) { parts, piece in
            if piece.hasPrefix("Tests/") {
                parts.append(String(piece))
            } else if !parts.isEmpty {
                parts[parts.count - 1] += piece
            }
        }
        let blamed = parts.map { part in [":domainlist:1:", ":domainlist:3:"].filter(part.contains) }
        #expect(parts.map { $0.contains("to allow") } == [true, false, true, false])
        #expect(blamed == [[], [":domainlist:3:"], [], [":domainlist:1:"]], "\(result.output)")
        #expect(result.output.contains("in 2 of 4 lists"))
    }

    /// Nothing is said to be fine where nothing was compared.
    @Test func nothingComparedIsNothingSaid() throws {
        let capture = try Patchway.file("nothing.log", "no log at all\n".utf8)
        let result = try Patchway.run(["diff", "Zones/demo/vpn-dns.log", capture])
        #expect(result.status == 3)
        #expect(result.output.contains("nothing can be compared") && !result.output.contains("Broken in"))
    }
}
