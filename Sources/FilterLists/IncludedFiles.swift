import Policy
import TextScan

extension Diagnostic {
    /// Says which files are read in the place of one that a configuration names, and that is not there.
    static func standsIn(_ read: [String], for name: String, namedBy path: String) -> Diagnostic {
        let text = "\(name) is not read: \(read.joined(separator: ", ")) passes for it by name"
        return Diagnostic(path: path, reason: "stands-in", text: text)
    }
}

/// The files that a statement of an engine's configuration names: one, those of a folder, or those that fit a pattern.
struct IncludedFiles {
    private enum Choice {
        case one(String)
        /// One or, where there is a folder of that name, all of it.
        case oneOrAll(String)
        case pattern(TextPattern)
        /// All of a folder, as far as `conf-dir` does not choose by how names end.
        case all(kept: [String], skipped: [String])
    }

    /// The folder, as it is written, with the `/` at its end.
    private let folder: String
    private let choice: Choice

    private init(_ folder: String, _ choice: Choice) {
        self.folder = folder
        self.choice = choice
    }

    /// One file, or those of a folder where it may be one (dnsmasq's `addn-hosts`).
    init(file path: String, mayBeFolder: Bool = false) {
        let name = ListText.file(path)
        self.init(ListText.folder(path), mayBeFolder ? .oneOrAll(name) : .one(name))
    }

    /// One file or, with stars in its last part, those that fit (BIND, Unbound); nil where only the engine knows.
    init?(pattern path: String) {
        guard !path.utf8.contains(where: { "[{~\\".utf8.contains($0) }) else { return nil }
        let name = ListText.file(path)
        let folder = ListText.folder(path)
        func hasStars(_ text: String) -> Bool { text.utf8.contains { $0 == 0x2A || $0 == 0x3F } }
        guard hasStars(name) else {
            if hasStars(folder) { return nil }
            self.init(folder, .one(name))
            return
        }
        guard !hasStars(folder), !name.hasPrefix(".") else { return nil }
        let tokens = name.utf8.map { octet -> TextPattern.Token in
            octet == 0x2A ? .any : octet == 0x3F ? .one : .octet(octet)
        }
        self.init(folder, .pattern(TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true)))
    }

    /// The files of a folder (dnsmasq); those whose names end otherwise than `*ENDING`, or with `ENDING`, are left out.
    init(folder path: String, endings: [String] = []) {
        let stars = endings.filter { $0.hasPrefix("*") }.map { String($0.dropFirst()) }
        let kept = stars.contains("") ? [] : stars
        let skipped = endings.filter { !$0.hasPrefix("*") && !$0.isEmpty }
        self.init(path.hasSuffix("/") ? path : path + "/", .all(kept: kept, skipped: skipped))
    }

    /// Whether a file of such a name is one of them.
    private func fits(_ name: String) -> Bool {
        switch choice {
        case .one(let file), .oneOrAll(let file): return name == file
        case .pattern(let pattern): return !name.hasPrefix(".") && pattern.matches(Array(name.utf8).span)
        case .all(let kept, let skipped):
            if name.hasPrefix(".") || name.hasSuffix("~") || name.hasPrefix("#") && name.hasSuffix("#") { return false }
            func ends(_ ending: String) -> Bool { name.utf8.count > ending.utf8.count && name.hasSuffix(ending) }
            return (kept.isEmpty || kept.contains(where: ends)) && !skipped.contains(where: ends)
        }
    }

    /// Whether a list that lies elsewhere passes for one of them: its name says so or, where every name would do, its folder's.
    private func passes(_ path: String) -> Bool {
        let name = ListText.file(path)
        if case .oneOrAll(let file) = choice, IncludedFiles(folder: folder + file).passes(path) { return true }
        guard fits(name) else { return false }
        guard case .all(let kept, _) = choice, kept.isEmpty else { return true }
        func last(_ folder: String) -> Substring? { folder.split(separator: "/").last }
        return last(ListText.folder(path)) == last(folder)
    }

    /// Whether they are lists of a layer.
    enum Presence {
        /// These lists are they; where only their names say so, with what they stand in for.
        case given([String], standingInFor: String?)
        case missing(UnsupportedReason)
    }

    /// Whether they are lists of the layer.
    ///
    /// Files that lie where the configuration says have all to be given. Where none does, it is another machine's configuration,
    /// and names have to do; so it is where none of those is given that lie in an absolute place, which every machine has.
    /// - Parameters:
    ///   - lists: the paths of the layer's other lists.
    ///   - path: that of the configuration.
    func presence(among lists: [String], namedBy path: String) -> Presence {
        guard let there = files(besides: path) else { return .missing(.include) }
        let given = Dictionary(lists.compactMap { list in FileIdentity(list).map { ($0, list) } }) { first, _ in first }
        let met = there.map { FileIdentity($0).flatMap { given[$0] } }
        if met.contains(where: { $0 != nil }) || !folder.hasPrefix("/") && !there.isEmpty {
            if let missing = zip(there, met).first(where: { $0.1 == nil }) { return .missing(.notGiven(missing.0)) }
            return .given(met.compactMap { $0 }, standingInFor: nil)
        }
        var named = lists.filter(passes)
        switch choice {
        case .one: named = Array(named.prefix(1))
        case .oneOrAll, .pattern, .all:
            if let missing = fellow(of: named, among: Set(given.keys)) { return .missing(.notGiven(missing)) }
        }
        return named.isEmpty ? .missing(.include) : .given(named, standingInFor: there.first ?? spelling)
    }

    /// A file that lies beside one of some lists, might be meant as well and is none of those given.
    private func fellow(of named: [String], among given: Set<FileIdentity>) -> String? {
        for folder in Set(named.map(ListText.folder)).sorted() {
            guard let listing = FolderListing(folder.isEmpty ? "." : folder) else { continue }
            for name in listing.files + listing.links where passes(folder + name) {
                if let identity = FileIdentity(folder + name), !identity.isFolder, !given.contains(identity) {
                    return folder + name
                }
            }
        }
        return nil
    }

    /// What the configuration says, about.
    private var spelling: String {
        switch choice {
        case .one(let file), .oneOrAll(let file): folder + file
        case .pattern, .all: folder
        }
    }

    /// Those that are there, seen from the configuration; nil where it cannot be known.
    private func files(besides path: String) -> [String]? {
        let name = ListText.file(path)
        var place = folder
        if !folder.hasPrefix("/") {
            // Of what has no folder of its own, such as standard input or a member of an archive, nothing lies beside it.
            guard path != InputFile.standardInput, !name.contains(":") else { return [] }
            place = ListText.folder(path) + folder
        }
        switch choice {
        case .one(let file): return FileIdentity(place + file) == nil ? [] : [place + file]
        case .oneOrAll(let file):
            let all = FileIdentity(place + file)?.isFolder == true
            return (all ? IncludedFiles(folder: folder + file) : IncludedFiles(file: folder + file)).files(
                besides: path
            )
        case .pattern, .all: break
        }
        guard let listing = FolderListing(place.isEmpty ? "." : place) else { return [] }
        guard !listing.isCut else { return nil }
        return (listing.files + listing.links).filter(fits).map { place + $0 }
            .filter { FileIdentity($0)?.isFolder != true }
    }
}
