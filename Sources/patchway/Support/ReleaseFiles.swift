import FilterLists
import Foundation
import Revisions
import TextScan

/// The files of two versions, taken together.
enum ReleaseFiles {
    /// One version of a list.
    struct Version {
        /// Where it stands, or how it is called.
        var path: String
        /// What it says, where that was read elsewhere than from a file.
        var octets: [UInt8]?
    }

    /// One list in both versions; nil where a version has none.
    struct Pair {
        var old: Version?
        var new: Version?
    }

    /// What folders hold, and what was not looked at in them.
    struct Folders {
        var pairs: [Pair] = []
        var diagnostics: [Diagnostic] = []
        /// Whether there is more in them than was looked at.
        var isCut = false
    }

    /// The most files of a folder.
    static let maximum = 10_000

    /// Two files, or those of two folders by their paths in them, in the order of these.
    static func pairs(old: String, new: String) throws -> Folders {
        let sides = [old, new].map { (path: $0, isFolder: isFolder($0)) }
        guard sides[0].isFolder || sides[1].isFolder else {
            let pair = Pair(old: old == "-" ? nil : Version(path: old), new: new == "-" ? nil : Version(path: new))
            return Folders(pairs: [pair])
        }
        for (path, isFolder) in sides where !isFolder && path != "-" {
            throw Failure.usage("\(TerminalText.escaped(path)): is no folder; give two lists or two folders")
        }
        var folders = Folders()
        let files = try sides.map { try $0.isFolder ? self.lists(of: $0.path, &folders) : [] }
        let known = files.map(Set.init)
        func version(_ file: String, of folder: String, _ side: Int) -> Version? {
            known[side].contains(file) ? Version(path: file.isEmpty ? folder : "\(folder)/\(file)") : nil
        }
        folders.pairs = Set(files.joined()).sorted().map { file in
            Pair(old: version(file, of: old, 0), new: version(file, of: new, 1))
        }
        return folders
    }

    /// The lists in a folder: its files, or its categories where it holds such, as `audit` reads it.
    private static func lists(of folder: String, _ folders: inout Folders) throws -> [String] {
        guard let tree = CategoryTree(folder) else { return try files(of: folder, &folders) }
        folders.diagnostics += tree.diagnostics
        folders.isCut = folders.isCut || tree.isCut
        return tree.categories.map {
            $0 == folder ? "" : String($0.dropFirst(folder.count + (folder.hasSuffix("/") ? 0 : 1)))
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: URL(filePath: path).resolvingSymlinksInPath().path)[.type]
            as? FileAttributeType) == .typeDirectory
    }

    /// Paths of regular files in a folder, and of links to such, without hidden ones.
    private static func files(of folder: String, _ folders: inout Folders) throws -> [String] {
        let keys: [URLResourceKey] = [.isRegularFileKey, .isDirectoryKey]
        let root = URL(filePath: folder).standardizedFileURL.path
        guard
            let found = FileManager.default.enumerator(
                at: URL(filePath: root),
                includingPropertiesForKeys: keys,
                options: [.skipsHiddenFiles]
            )
        else { throw Failure.undecided("\(TerminalText.escaped(folder)): cannot be read") }
        var files: [String] = []
        var others = 0
        for case let url as URL in found {
            let values = try? url.resolvingSymlinksInPath().resourceValues(forKeys: Set(keys))
            guard values?.isRegularFile == true else {
                // Folders are looked into, unless they are links.
                if values?.isDirectory != true
                    || (try? url.resourceValues(forKeys: [.isSymbolicLinkKey]))?.isSymbolicLink == true
                {
                    others += 1
                }
                continue
            }
            guard files.count < maximum else {
                throw Failure.usage("\(TerminalText.escaped(folder)): more than \(maximum) files")
            }
            files.append(String(url.standardizedFileURL.path.dropFirst(root.count + (root.hasSuffix("/") ? 0 : 1))))
        }
        if others > 0 {
            let text = "links to folders, links that lead nowhere and what is no file are not followed: \(others)"
            folders.diagnostics.append(Diagnostic(path: folder, reason: "not-followed", text: text))
            folders.isCut = true
        }
        return files
    }

    /// A list in two revisions of a repository.
    static func pair(_ list: String, old: String, new: String, in repository: Repository) throws -> Pair {
        let list = list.hasPrefix("./") ? String(list.dropFirst(2)) : list
        let sides = try [(old, "\(old):\(list)"), (new, list)].map { revision, label in
            do {
                return try repository.octets(revision, path: list, limit: maximumOctets).map {
                    Version(path: label, octets: $0)
                }
            } catch let fault as Repository.Fault {
                throw Failure.usage(TerminalText.escaped("\(revision):\(list): \(fault)", limit: 1_000))
            }
        }
        guard sides[0] != nil || sides[1] != nil else {
            throw Failure.usage(TerminalText.escaped("\(list): neither revision has such a file", limit: 1_000))
        }
        return Pair(old: sides[0], new: sides[1])
    }

    /// The most octets of a list in a repository.
    static let maximumOctets = 1 << 28
}
