import Testing

/// What `--chains FILE` takes, and what it says of lines that are no chains.
@Suite struct ChainFileTests {
    @Test(arguments: [
        ("www.example A\n", ":1:1: `www.example A` begins no chain"),
        ("a.zz\tb.zz\n  one.zz two.zz\n", ":2:3: `one.zz two.zz` begins no chain"),
        ("a.zz\tb.zz\n0.0.0.0\tads.zz\n", ":2:1: `0.0.0.0` is no name that"),
        ("a.zz\tb.zz\n\t::1 \tads.zz\n", ":2:2: `::1` is no name that"), ("a..zz\tb.zz\n", ":1:1: `a..zz` is no name"),
        ("a.zz\tb..zz\n", ":1:6: `b..zz` is no alias"),
        ("a.zz\nb.zz\nc.zz\td..zz\n", "lines of no use: 2 no-chain, 1 no-target"),
        ("# only\ta comment\n\n", ":1:1: no line of it is a chain"), ("\n", "[no-chains]"),
    ])
    func isRefused(text: String, says: String) throws {
        let list = try Patchway.file("chain-list.txt", "b.zz\n".utf8)
        for command in ["check", "explain"] {
            let result = try Patchway.run([command, "a.zz", "--list", list, "--chains", "-"], input: Array(text.utf8))
            #expect(result.status == 2 && result.output.isEmpty)
            #expect(result.errors.contains(says), "\(result.errors)")
        }
    }

    @Test(arguments: ["a.zz\tb.zz", " a.zz \t\t b.zz\t# c\r\n", "#\n\na.zz\tb.zz #c\n"])
    func isTaken(text: String) throws {
        let list = try Patchway.file("chain-list.txt", "b.zz\n".utf8)
        let arguments = "check a.zz --list \(list) --qtype A --engine pihole --chains -".split(separator: " ").map(
            String.init
        )
        let result = try Patchway.run(arguments, input: Array(text.utf8))
        #expect(result.output.contains("(cname b.zz)"), "\(result.errors)")
    }
}
