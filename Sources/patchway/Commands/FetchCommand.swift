import ArgumentParser
import Catalog
import DNS
import Downloads
import FilterLists
import Foundation
import Policy
import Settings
import TextScan

/// `patchway fetch`: brings the lists of a stack that have a `url` up to date.
struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Bring lists with a `url` up to date, unless the new version would break what updates need.",
        discussion: """
            The last good copy stands at the `path` of the list, which all other commands read. A new version is kept beside it \
            as PATH.quarantine and reported when it is a page and no list, cannot be read, shrinks or grows beyond measure, or when \
            its layer then blocks or may block a name of the catalog that it did not block before. Exit code: 1 something is in quarantine, 3 a server gave \
            nothing. A running `serve` takes new lists over on SIGHUP.
            """
    )

    @Argument(help: "A configuration file whose lists have a `url`.")
    var file: String

    @Flag(
        name: .customLong("accept"),
        help: "Take new versions although they shrink, grow or block names of the catalog."
    )
    var accepts = false

    @Option(name: .customLong("max-size"), help: "The largest list in MiB, unpacked; 64 without it.")
    var size = 64

    @Option(
        name: .customLong("ca"),
        help: "The authorities that servers are believed by, a PEM file; the system's without it."
    )
    var authorities: String?

    @OptionGroup var catalog: CatalogOptions

    func run() throws {
        guard (1...4_096).contains(size) else {
            throw Failure.usage("--max-size \(size): a size in MiB, from 1 to 4096")
        }
        let stack = try ConfigurationFile.read(file).stack
        let names = try catalog.load().auditNames.map(\.name)
        var worst = ExitStatus.fine
        var count = 0
        for layer in stack.layers {
            for (index, list) in layer.lists.enumerated() {
                guard let url = list.url else { continue }
                count += 1
                let outcome = FetchedList(url: url, index: index, layer: layer, names: names).update(
                    accepts: accepts,
                    most: size << 20,
                    authorities: authorities
                )
                StandardOutput.write("\(TerminalText.escaped(list.path)): \(TerminalText.escaped(outcome.text))\n")
                for line in outcome.lines { StandardError.line(line) }
                if outcome.status == .finding || worst == .fine { worst = outcome.status }
            }
        }
        guard count > 0 else {
            throw Failure.usage(
                "\(TerminalText.escaped(file)): no list has a url; write - {url: https://…, path: ads.txt}"
            )
        }
        if worst != .fine { throw worst }
    }
}

/// One list with an address, and its last good copy.
private struct FetchedList {
    /// What became of it.
    struct Outcome {
        var status: ExitStatus
        var text: String
        var lines: [String] = []
    }

    let url: String
    /// Which list of its layer it is.
    let index: Int
    let layer: Configuration.Layer
    let names: [DomainName]

    private var path: String { layer.lists[index].path }

    func update(accepts: Bool, most: Int, authorities: String?) -> Outcome {
        let download: Download
        do throws(Download.Fault) {
            download = try .get(url, known: version, authorities: authorities, most: most)
        } catch {
            let kept = FileManager.default.fileExists(atPath: path) ? "; the last good copy stays" : ""
            return Outcome(status: .undecided, text: "not fetched: \(error)\(kept)")
        }
        guard let octets = download.octets else { return isLatest() }
        if FileManager.default.contents(atPath: path).map({ Array($0) }) == octets {
            try? keepVersion(download)
            return isLatest()
        }
        if UpdateGuard.isPage(octets) { return quarantine(octets, ["it is a page for people and no list"]) }
        let (new, old): (UpdateGuard.Effect, UpdateGuard.Effect)
        do throws(ListError) { (new, old) = try effects(octets) } catch {
            return quarantine(octets, ["it cannot be read"], lines: [error.description])
        }
        let objections = accepts ? [] : UpdateGuard.objections(to: new, after: old)
        guard objections.isEmpty else { return quarantine(octets, objections) }
        do {
            try keep(octets, at: path)
            try keepVersion(download)
            try? FileManager.default.removeItem(atPath: path + ".quarantine")
        } catch {
            return Outcome(status: .usage, text: "cannot be written: \(Self.words(error))")
        }
        let before = old.rules.map { ", before \($0)" } ?? ""
        return Outcome(status: .fine, text: "a new version, rules: \(new.rules ?? 0)\(before)")
    }

    /// What the server said of the copy there is; nothing where that is gone, or came from elsewhere.
    private var version: Download.Version {
        guard FileManager.default.fileExists(atPath: path),
            let data = FileManager.default.contents(atPath: path + ".version")
        else { return .none }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines[2] == url else { return .none }
        return Download.Version(tag: String(lines[0]), date: String(lines[1]))
    }

    private func quarantine(_ octets: [UInt8], _ objections: [String], lines: [String] = []) -> Outcome {
        let place = path + ".quarantine"
        let isKept = (try? keep(octets, at: place)) != nil
        let words = objections.joined(separator: "; ")
        return Outcome(
            status: .finding,
            text: "QUARANTINED: \(words)\(isKept ? "; it is at \(place)" : "")",
            lines: lines
        )
    }

    /// The server has none but the copy there is; what was in quarantine was taken back.
    private func isLatest() -> Outcome {
        try? FileManager.default.removeItem(atPath: path + ".quarantine")
        return Outcome(status: .fine, text: "the latest version is here")
    }

    private func keepVersion(_ download: Download) throws {
        try keep(Array("\(download.version.tag)\n\(download.version.date)\n\(url)\n".utf8), at: path + ".version")
    }

    /// Whole or not at all, also when the power goes.
    private func keep(_ octets: [UInt8], at place: String) throws {
        let fresh = place + ".new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(octets))
        try handle.synchronize()
        try handle.close()
        guard unsafe rename(fresh, place) == 0 else {
            let code = errno
            _ = unsafe unlink(fresh)
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
    }

    /// Why something cannot be written.
    private static func words(_ error: any Error) -> String {
        (error as? POSIXError).map { unsafe String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
    }

    /// What the layer does with a new version and with the copy there is, beside its other lists; alone where those cannot
    /// be read.
    private func effects(_ octets: [UInt8]) throws(ListError) -> (new: UpdateGuard.Effect, old: UpdateGuard.Effect) {
        let kept = FileManager.default.contents(atPath: path).map { Array($0) }
        let beside = layer.lists.enumerated().filter { $0.offset != index && Self.isThere($0.element) }
        if !beside.isEmpty, let new = try? effect(octets, beside: beside), let old = try? effect(kept, beside: beside) {
            return (new, old)
        }
        let old = kept == nil ? nil : try? effect(kept, beside: [])
        return (try effect(octets, beside: []), old ?? UpdateGuard.Effect(rules: nil, names: []))
    }

    /// Whether a list can be read now; others of the layer may have to be fetched first.
    private static func isThere(_ list: Configuration.List) -> Bool {
        list.octets != nil || list.rules != nil || FileManager.default.fileExists(atPath: list.path)
    }

    /// What the layer does with a version of the list, or without it.
    private func effect(
        _ octets: [UInt8]?,
        beside others: [(offset: Int, element: Configuration.List)]
    ) throws(ListError) -> UpdateGuard.Effect {
        var judged = layer
        var own = layer.lists[index]
        own.octets = octets
        let lists = octets == nil ? others : others + [(index, own)]
        judged.lists = lists.sorted { $0.offset < $1.offset }.map(\.element)
        let request = LayerRequest(judged, leavesOthersOpen: true)
        let loaded = try LayerLoader.load(
            request.lists,
            engine: request.engine,
            blockMode: request.blockMode,
            options: request.options
        )
        let stack = CompiledStack(layers: [loaded.layer])
        var (hit, undecided): (Set<String>, Set<String>) = ([], [])
        for name in names {
            let kinds = [RRType.a, .aaaa].map { stack.decide(NameBuffer(name), type: $0, context: .unknown).kind }
            if kinds.contains(where: { !$0.isPass && $0 != .unsupported }) {
                hit.insert(name.description)
            } else if kinds.contains(.unsupported) {
                undecided.insert(name.description)
            }
        }
        let rules = loaded.reports.filter { $0.path == path || $0.path.hasPrefix(path + ":") }.reduce(0) {
            $0 + $1.rules
        }
        return UpdateGuard.Effect(rules: octets.map { _ in rules }, names: hit, undecided: undecided)
    }
}
