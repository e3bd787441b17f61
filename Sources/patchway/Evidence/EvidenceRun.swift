import ArgumentParser
import Foundation
import LDNS
import Reports
import TextScan

/// The option of commands that can leave a bundle.
struct EvidenceOptions: ParsableArguments {
    @Option(
        name: .customLong("bundle"),
        help:
            "Also write this new folder with all inputs, their SHA-256 and the report; `patchway verify` runs it again."
    )
    var folder: String?
}

/// A command whose report hangs on nothing but its options and what it reads, and that writes nothing else.
protocol EvidentCommand: ParsableCommand {
    var evidence: EvidenceOptions { get }
}

/// One run that leaves a bundle.
struct EvidenceRun {
    static let (manifestName, reportName, messagesName, inputsName) = (
        "manifest.ndjson", "report", "messages", "inputs"
    )

    let folder: String
    let arguments: [String]

    /// - Parameter arguments: the command line, with the option.
    init(_ folder: String, arguments: [String]) {
        self.folder = folder
        self.arguments = Self.without(arguments)
    }

    /// The command line without the option and its value.
    private static func without(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        var kept: [String] = []
        while let word = rest.popFirst() {
            if word == "--" { return kept + [word] + rest }
            if word == "--bundle" { _ = rest.popFirst() } else if !word.hasPrefix("--bundle=") { kept.append(word) }
        }
        return kept
    }

    /// Does what `body` does, notes what it reads and says, and writes the bundle behind it.
    func record(_ body: () -> ExitStatus) throws -> ExitStatus {
        let found = try? FileManager.default.contentsOfDirectory(atPath: folder)
        guard found?.isEmpty ?? !FileManager.default.fileExists(atPath: folder) else {
            throw Failure.usage("--bundle \(TerminalText.escaped(folder)): is there already; name a new folder")
        }
        let style = Terminal.style(isVerbose: false)
        let recorder = EvidenceRecorder()
        RunVersions.begin()
        RunConditions.fixAtFirstUse()
        OutputCopy.begin(isMuted: false)
        InputSources.install(recorder)
        let status = body()
        StandardOutput.flush()
        InputSources.install(nil)
        let said = OutputCopy.end()
        guard status != .interrupted else {
            StandardError.line("patchway: interrupted; no bundle is written")
            return status
        }
        guard let said else {
            throw Failure.undecided(
                "the report has more than \(OutputCopy.maximumSize >> 20) MiB; no bundle is written"
            )
        }
        var manifest = EvidenceManifest()
        manifest.arguments = arguments
        manifest.status = status.rawValue
        manifest.conditions = RunConditions(
            isColoured: style.isColoured,
            width: style.width,
            isFitted: style.isFitted,
            elapsedMilliseconds: RunCost.elapsedMilliseconds,
            peakMemoryBytes: RunCost.peakMemoryBytes
        )
        manifest.versions = RunVersions.all
        recorder.fill(&manifest)
        manifest.report = Self.copy(said.output)
        manifest.messages = Self.copy(said.errors)
        try write(manifest, recorder, said)
        return status
    }

    private static func copy(_ octets: [UInt8]) -> EvidenceManifest.Copy {
        EvidenceManifest.Copy(bytes: octets.count, sha256: Cryptography.sha256(octets.span))
    }

    private func write(
        _ manifest: EvidenceManifest,
        _ recorder: EvidenceRecorder,
        _ said: (output: [UInt8], errors: [UInt8])
    ) throws {
        let octets = manifest.octets()
        let fresh = URL(filePath: "\(folder).\(getpid()).new")
        do {
            let inputs = fresh.appending(path: Self.inputsName)
            try FileManager.default.createDirectory(at: inputs, withIntermediateDirectories: true)
            for (path, reading) in manifest.inputs {
                guard case .copy(let copy) = reading else { continue }
                try recorder.octets(of: path, copy).write(to: inputs.appending(path: copy.sha256))
            }
            try Data(said.output).write(to: fresh.appending(path: Self.reportName))
            try Data(said.errors).write(to: fresh.appending(path: Self.messagesName))
            try Data(octets).write(to: fresh.appending(path: Self.manifestName))
            guard unsafe rename(fresh.path, folder) == 0 else {
                throw Failure.usage(
                    "--bundle \(TerminalText.escaped(folder)): cannot be written: \(unsafe String(cString: strerror(errno)))"
                )
            }
        } catch {
            try? FileManager.default.removeItem(at: fresh)
            if error is Failure { throw error }
            let reason = TerminalText.escaped(error.localizedDescription)
            throw Failure.usage("--bundle \(TerminalText.escaped(folder)): cannot be written: \(reason)")
        }
        StandardError.line(
            "patchway: \(TerminalText.escaped(folder)): bundle of \(manifest.copies.count) inputs; SHA-256 of its manifest: "
                + Cryptography.sha256(octets.span)
        )
    }
}
