import Foundation
import TextScan

/// The files of two versions, taken together.
enum ReleaseFiles {
    /// One list in both versions; nil where a version has none.
    struct Pair {
        var old: String?
        var new: String?
    }

    /// The most files of a folder.
    static let maximum = 10_000

    /// Two files, or those of two folders by their paths in them, in the order of these.
    static func pairs(old: String, new: String) throws -> [Pair] {
        let sides = [old, new].map { (path: $0, isFolder: isFolder($0)) }
        guard sides[0].isFolder || sides[1].isFolder else {
            return [Pair(old: old == "-" ? nil : old, new: new == "-" ? nil : new)]
        }
        for (path, isFolder) in sides where !isFolder && path != "-" {
            throw Failure.usage("\(TerminalText.escaped(path)): is no folder; give two lists or two folders")
        }
        let files = try sides.map { try $0.isFolder ? self.files(of: $0.path) : [] }
        let known = files.map(Set.init)
        return Set(files.joined()).sorted().map { file in
            Pair(
                old: known[0].contains(file) ? "\(old)/\(file)" : nil,
                new: known[1].contains(file) ? "\(new)/\(file)" : nil
            )
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: URL(filePath: path).resolvingSymlinksInPath().path)[.type]
            as? FileAttributeType) == .typeDirectory
    }

    /// Paths of regular files in a folder, without hidden ones.
    private static func files(of folder: String) throws -> [String] {
        let keys: [URLResourceKey] = [.isRegularFileKey]
        let root = URL(filePath: folder).standardizedFileURL.path
        guard
            let found = FileManager.default.enumerator(
                at: URL(filePath: root),
                includingPropertiesForKeys: keys,
                options: [.skipsHiddenFiles]
            )
        else { throw Failure.undecided("\(TerminalText.escaped(folder)): cannot be read") }
        var files: [String] = []
        for case let url as URL in found where (try? url.resourceValues(forKeys: Set(keys)))?.isRegularFile == true {
            guard files.count < maximum else {
                throw Failure.usage("\(TerminalText.escaped(folder)): more than \(maximum) files")
            }
            files.append(String(url.standardizedFileURL.path.dropFirst(root.count + (root.hasSuffix("/") ? 0 : 1))))
        }
        return files
    }
}
