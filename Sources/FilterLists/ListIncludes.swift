import TextScan

/// Follows `include:` lines of v2fly lists: lists of the same folder, each once for each set of attributes.
///
/// Lines that have been followed are blanked, as are entries that an include leaves out by their attributes
/// (`include:x @ads`, `include:x @-cn`), so that what is left stands where it stood.
struct ListIncludes {
    /// Lists inside of lists.
    static let maximumDepth = 16
    /// Lists in all.
    static let maximumLists = 256
    /// Octets of all lists that are included.
    static let maximumOctets = 64 << 20

    /// A list and where it was found.
    struct Included {
        let path: String
        let octets: [UInt8]
    }

    private let folder: String
    private var seen: Set<String> = []
    private var failed: Set<String> = []
    private var budget = Self.maximumOctets
    /// How often a file was read, whether or not it became a list.
    private(set) var attempts = 0
    private(set) var lists: [Included] = []

    /// Follows the includes of a list; nil when it has none or its folder is not known.
    static func follow(_ text: Span<UInt8>, path: String) -> ListIncludes? {
        guard text.firstRange(of: "include:") != nil, path != "-" else { return nil }
        let name = ListText.file(path)
        guard !name.contains(":") else { return nil }
        var includes = ListIncludes(folder: ListText.folder(path))
        includes.seen.insert(name.lowercased())
        includes.add(text.octets, path: path, attributes: [], depth: 0)
        return includes
    }

    private init(folder: String) { self.folder = folder }

    private mutating func add(_ octets: [UInt8], path: String, attributes: [[UInt8]], depth: Int) {
        var octets = octets
        let place = lists.count
        lists.append(Included(path: path, octets: octets))
        var scanner = LineScanner(octets.span)
        var lines: [Range<Int>] = []
        while let line = scanner.next() { lines.append(line.range) }
        for line in lines where follow(octets[line], attributes, depth) {
            for index in line { octets[index] = 0x20 }
        }
        lists[place] = Included(path: path, octets: octets)
    }

    /// Whether a line has been dealt with: its list has been added, or its entry is not wanted.
    private mutating func follow(_ line: ArraySlice<UInt8>, _ attributes: [[UInt8]], _ depth: Int) -> Bool {
        let words = line.prefix { $0 != 0x23 }.split(whereSeparator: isBlank)
        guard let first = words.first else { return false }
        let marks = words.dropFirst().filter { $0.first == 0x40 }.map { Array($0.dropFirst()) }
        let prefix = Array("include:".utf8)
        guard first.count > prefix.count, first.prefix(prefix.count).map({ $0 | 0x20 }).elementsEqual(prefix) else {
            return !Self.isWanted(marks, attributes)
        }
        let name = String(decoding: first.dropFirst(prefix.count), as: UTF8.self).lowercased()
        guard Self.isSafe(name), !failed.contains(name) else { return false }
        let key = ([name] + marks.map { String(decoding: $0, as: UTF8.self) }.sorted()).joined(separator: " @")
        guard !seen.contains(key) else { return true }
        guard depth < Self.maximumDepth, lists.count < Self.maximumLists, attempts < Self.maximumLists else {
            return false
        }
        attempts += 1
        guard let input = read(name) else {
            failed.insert(name)
            return false
        }
        seen.insert(key)
        budget -= input.bytes.count
        add(TextDecoding.decode(input).span.octets, path: folder + name, attributes: marks, depth: depth + 1)
        return true
    }

    /// A file that the budget has room for. One that turns out too large when it is unpacked costs half of what is left,
    /// so that many of them take no more time than one.
    private mutating func read(_ name: String) -> Input? {
        let limits = InputLimits(maximumExpandedSize: budget, idleTimeout: 1_000)
        do throws(InputError) {
            let input = try InputFile.read(path: folder + name, limits: limits).inputs.first
            return input.flatMap { $0.bytes.count <= budget ? $0 : nil }
        } catch {
            if case .tooLarge = error.reason { budget /= 2 }
            return nil
        }
    }

    /// Every attribute asked for, and none that is left out.
    private static func isWanted(_ marks: [[UInt8]], _ attributes: [[UInt8]]) -> Bool {
        attributes.allSatisfy { attribute in
            attribute.first == 0x2D ? !marks.contains(Array(attribute.dropFirst())) : marks.contains(attribute)
        }
    }

    /// A name of a file beside the list, nothing that leads elsewhere.
    private static func isSafe(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 128 && name.utf8.first != 0x2E
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-_.!".utf8.contains($0)
            }
    }
}
