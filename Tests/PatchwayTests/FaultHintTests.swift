import Foundation
import Testing

/// What is said of inputs and command lines that are of no use: in one form, and with what to do next.
@Suite struct FaultHintTests {
    @Test(arguments: [
        ("check --nope", "unknown option `--nope`; did you mean `--role`? `patchway check --help` says more"),
        ("check a --list", "missing value for `--list <list>`; `patchway check --help` says more"),
        ("audit -o foo x", "the value `foo` is invalid for `-o <output>`: one of text, json, ndjson, csv, md, html; "),
        ("convert x", "missing expected argument `--to <to>`; `patchway convert --help` says more"),
        ("catalog show", "missing expected argument `<name>`; `patchway catalog show --help` says more"),
        ("--nope", "unknown option `--nope`; `patchway --help` says more"),
    ])
    func commandLines(line: String, says: String) throws {
        let result = try Patchway.run(line.split(separator: " ").map(String.init))
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.hasPrefix("patchway: " + says), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
    }
}
