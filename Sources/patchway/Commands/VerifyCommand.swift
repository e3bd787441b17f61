import ArgumentParser
import Catalog
import LDNS
import TextScan

/// `patchway verify`: whether a bundle says what comes of its inputs.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Run a bundle of evidence again, offline, and compare its report octet by octet.",
        discussion: """
            BUNDLE is a folder that --bundle made (audit, check, cover, allow), or a zip archive of one. Inputs are read from it \
            and from nowhere else; of folders no link is followed.

            Exit codes: 0 the report is the same, octet for octet; 1 something differs, which is said; 2 no bundle.
            """
    )

    @Argument(help: "A folder or zip archive.")
    var bundle: String

    func run() throws {
        Interruption.watch()
        let files = try EvidenceFiles(bundle)
        let manifest = try files.manifest()
        let (inputs, others) = files.differences(manifest)
        let command = try Self.command(manifest.arguments)
        let words = (["patchway"] + manifest.arguments).map { TerminalText.escaped($0, limit: 200) }.joined(
            separator: " "
        )
        StandardOutput.write("\(TerminalText.escaped(bundle)): \(words)\n")
        for version in manifest.versions { StandardOutput.write("  \(TerminalText.escaped(version, limit: 300))\n") }
        var differences = inputs.map { "input \($0)" } + others
        differences += Self.versions(manifest)
        if inputs.isEmpty {
            differences += Self.repeated(command, manifest, files)
        } else {
            differences.append("it was not run again, as its inputs are not those of then")
        }
        guard differences.isEmpty else {
            for difference in differences { StandardOutput.write("DIFFERS: \(difference)\n") }
            throw ExitStatus.finding
        }
        StandardOutput.write(
            "The same, octet for octet: report \(manifest.report.bytes), messages \(manifest.messages.bytes); exit status "
                + "\(manifest.status); inputs \(manifest.copies.count).\n"
        )
    }

    /// The command of a bundle; only those are run that read inputs and write a report.
    private static func command(_ arguments: [String]) throws -> any EvidentCommand {
        do {
            let parsed = try Patchway.parseAsRoot(Arguments.withSignedCodes(arguments))
            if let command = parsed as? any EvidentCommand, command.evidence.folder == nil { return command }
        } catch {}
        let words = arguments.map { TerminalText.escaped($0, limit: 200) }.joined(separator: " ")
        throw Failure.usage("`patchway \(words)` is no command line that a bundle is made by")
    }

    /// What is part of the program and has another version now.
    private static func versions(_ manifest: EvidenceManifest) -> [String] {
        var found: [String] = []
        if manifest.version != Version.text {
            found.append(
                "program: version \(TerminalText.escaped(manifest.version, limit: 80)) then, \(Version.text) now"
            )
        }
        for path in Set(manifest.data.keys).union(EvidenceManifest.dataFiles).sorted() {
            let now = EmbeddedData.file(path).map { Cryptography.sha256($0.span) }
            guard now != manifest.data[path] else { continue }
            found.append(
                "\(TerminalText.escaped(path)), part of the program: SHA-256 \(manifest.data[path] ?? "none") then, \(now ?? "none") now"
            )
        }
        return found
    }

    /// Runs the command on the inputs of the bundle.
    /// - Returns: what differs.
    private static func repeated(
        _ command: any EvidentCommand,
        _ manifest: EvidenceManifest,
        _ files: EvidenceFiles
    ) -> [String] {
        let copies = manifest.copies.compactMap { copy in
            files.files["\(EvidenceRun.inputsName)/\(copy.sha256)"].map { (copy.sha256, $0) }
        }
        let player = EvidencePlayer(manifest, copies: Dictionary(copies) { first, _ in first })
        RunConditions.fix(manifest.conditions)
        RunVersions.begin()
        OutputCopy.begin(isMuted: true)
        InputSources.install(player)
        let status = Patchway.status(running: command)
        InputSources.install(nil)
        guard let said = OutputCopy.end() else { return ["the report now has more octets than are kept"] }
        var found = player.asked.map { "\(TerminalText.escaped($0)): is read now, and is not in the bundle" }
        if RunVersions.all != manifest.versions {
            found += RunVersions.all.filter { !manifest.versions.contains($0) }.map { "\($0) now" }
        }
        if status.rawValue != manifest.status {
            found.append("exit status: \(manifest.status) then, \(status.rawValue) now")
        }
        found += lines(EvidenceRun.reportName, files.octets(EvidenceRun.reportName) ?? [], said.output)
        found += lines(EvidenceRun.messagesName, files.octets(EvidenceRun.messagesName) ?? [], said.errors)
        return found
    }

    /// The most lines of a file that are shown.
    private static let shownLines = 3

    /// The lines in which two texts differ, the first few as they are.
    static func lines(_ name: String, _ then: [UInt8], _ now: [UInt8]) -> [String] {
        guard then != now else { return [] }
        let old = then.split(separator: 0x0A, omittingEmptySubsequences: false)
        let new = now.split(separator: 0x0A, omittingEmptySubsequences: false)
        var places: [Int] = []
        for index in 0..<max(old.count, new.count) {
            let isSame = index < old.count && index < new.count && old[index] == new[index]
            if !isSame { places.append(index) }
        }
        func shown(_ lines: [ArraySlice<UInt8>], _ index: Int) -> String {
            index < lines.count ? TerminalText.escaped(Array(lines[index]), limit: 300) : "(no such line)"
        }
        let rest = places.count - shownLines
        return places.prefix(shownLines).map { index in
            "\(name):\(index + 1)\n  then: \(shown(old, index))\n  now:  \(shown(new, index))"
        } + (rest > 0 ? ["\(name): \(rest) more lines"] : [])
    }
}
