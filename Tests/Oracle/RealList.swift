import DNS
import FilterLists
import Foundation
import TextScan

/// A list that people use, decoded, and how its lines look.
struct RealList {
    /// The name of its file.
    let name: String
    /// Where it is.
    let path: String
    let format: ListFormat
    let octets: [UInt8]
    /// Line numbers by shape, the rarest shape first; blank lines are left out.
    private(set) var shapes: [[Int]] = []
    private(set) var lines: [Range<Int>] = []

    /// Reads and recognises a file with the product's own means; the first member stands for an archive.
    init(path: String) throws {
        self.path = path
        name = URL(fileURLWithPath: path).lastPathComponent
        let set = try InputFile.read(path: path)
        guard let input = set.inputs.first else {
            throw ListError(path: path, reason: .noRules("an archive without members"))
        }
        let decoded = TextDecoding.decode(input)
        format = try FormatDetector.detect(decoded.span, path: path).format
        octets = decoded.span.octets
    }

    /// The lists in a folder, or the one in a file, and why the others are none.
    static func all(in path: String) -> (lists: [RealList], refused: [any Error]) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted().map { "\(path)/\($0)" }
        var lists: [RealList] = []
        var refused: [any Error] = []
        for file in files ?? [path] where files == nil || !file.contains("MANIFEST") {
            do { lists.append(try RealList(path: file)) } catch { refused.append(error) }
        }
        return (lists, refused)
    }

    /// Finds the lines and their shapes.
    mutating func measure() {
        guard lines.isEmpty else { return }
        var byShape: [[UInt8]: [Int]] = [:]
        var start = 0
        while start < octets.count {
            let end = octets[start...].firstIndex(of: 0x0A) ?? octets.count
            let shape = shape(start..<min(end, start + 512))
            if !shape.isEmpty { byShape[shape, default: []].append(lines.count + 1) }
            lines.append(start..<end)
            start = end + 1
        }
        shapes = byShape.sorted { ($0.value.count, $0.value[0]) < ($1.value.count, $1.value[0]) }.map(\.value)
    }

    /// Punctuation, with one letter for every run of letters, digits and dots.
    private func shape(_ line: Range<Int>) -> [UInt8] {
        var shape: [UInt8] = []
        for index in line {
            let octet = octets[index]
            let kind: UInt8 =
                switch octet {
                case 0x30...0x39, 0x61...0x7A, 0x2D, 0x2E: 0x61
                case 0x41...0x5A: 0x41
                case 0x09, 0x0D, 0x20: 0x20
                case 0x80...: 0x80
                default: octet
                }
            if kind != shape.last { shape.append(kind) }
            // What stands in a comment is text.
            if octet == 0x23 || octet == 0x3B { break }
        }
        return shape == [0x20] ? [] : shape
    }

    /// The lines of a zone that begin with a word with which an earlier one begins.
    var linesWithKnownOwner: [Int] {
        var seen: Set<[UInt8]> = []
        return lines.indices.filter { index in
            let owner = octets[lines[index]].prefix { $0 != 0x20 && $0 != 0x09 }
            guard let first = owner.first, first != 0x3B, first != 0x24, first != 0x40 else { return false }
            return !seen.insert(owner.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }).inserted
        }
        .map { $0 + 1 }
    }

    /// The lines of a list of squid's with a name that covers an earlier one, or that spells it with or without its dot.
    var linesThatCoverEarlier: [Int] {
        var plain: Set<ArraySlice<UInt8>> = []
        var (wide, above) = (plain, plain)
        return lines.indices.filter { index in
            let text = octets[lines[index]].split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.first ?? []
            let value = text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }[...]
            guard let first = value.first, first != 0x23 else { return false }
            let isWide = first == 0x2E
            let name = isWide ? value.dropFirst() : value
            let parents = name.indices.filter { name[$0] == 0x2E }.map { name[($0 + 1)...] }
            if parents.contains(where: wide.contains) { return false }
            if isWide ? plain.contains(name) || above.contains(name) : wide.contains(name) { return true }
            if isWide { wide.insert(name) } else { plain.insert(name) }
            above.formUnion(parents)
            return false
        }
        .map { $0 + 1 }
    }

    /// The names in a line, as far as they can be asked for.
    func names(line: Int) -> [String] {
        octets[lines[line - 1]].split { octet in
            switch octet {
            case 0x2A, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x80...: false
            default: true
            }
        }
        .compactMap { word in
            var name = word.drop { $0 == 0x2A || $0 == 0x2E }
            while name.last == 0x2E { name.removeLast() }
            let text = String(decoding: name, as: UTF8.self)
            guard name.contains(0x2E), IPAddress(text) == nil, (try? DomainName(text)) != nil else { return nil }
            return text
        }
    }
}
