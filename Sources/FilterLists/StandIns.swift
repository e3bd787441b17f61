import Policy
import TextScan

/// Files of rules that a configuration names (Unbound's policy zones, BIND's zones, squid's values), where they are lists given beside
/// it: such a list is read as that file and as no list of its own.
///
/// A list is a file if it is the one that lies where the configuration says. Where none does, it is another machine's configuration,
/// and the name has to do, of a list that is given or else, for squid's values, of a file beside the configuration; what stands in for
/// what is said.
struct StandIns {
    /// A configuration larger than this names no files that are looked for.
    private static let maximumOctets = 16 << 20

    /// The lists that are none of these files, each with those that it names.
    private(set) var lists: [ListText]
    private var taken: Set<Int> = []

    init(_ lists: [ListText], engine: Engine?) {
        self.lists = lists
        // What no such configuration can be need not be looked at.
        guard engine.map({ engine in Self.formats.contains { $0.isRead(by: engine) } }) ?? true else { return }
        shareDirectory(engine)
        for index in lists.indices where !taken.contains(index) {
            guard let (format, names) = Self.names(self.lists[index], engine) else { continue }
            takeFiles(names, of: index, format, depth: 0)
            if format != .squidConfiguration { noteIncluded(of: index, format) }
        }
        self.lists = self.lists.indices.filter { !taken.contains($0) }.map { self.lists[$0] }
    }

    /// Tells all of BIND's files where paths begin, which one of them says.
    private mutating func shareDirectory(_ engine: Engine?) {
        guard lists.count > 1 else { return }
        for list in lists where list.octets.span.firstRange(of: "directory") != nil {
            guard Self.format(of: list, engine) == .bindZones,
                let directory = BINDZonesReader.directory(list.octets.span)
            else { continue }
            for index in lists.indices { lists[index].directory = directory }
            return
        }
    }

    /// Lists that a configuration includes need not look like one, nor hold a rule; nor does a configuration of which they are parts.
    private mutating func noteIncluded(of index: Int, _ format: ListFormat) {
        let text = lists[index].octets
        let patterns =
            format == .bindZones ? BINDZonesReader.includes(text.span) : UnboundReader.includes(text.span)
        var isWhole = !patterns.isEmpty
        for pattern in patterns {
            let given = others(index).map { lists[$0].path }
            let presence = IncludedFiles(pattern: pattern)?.presence(among: given, namedBy: lists[index].path)
            guard case .given(let paths, _) = presence else {
                isWhole = false
                continue
            }
            for other in lists.indices where other != index && paths.contains(lists[other].path) {
                lists[other].bePart(as: format)
            }
        }
        if isWhole { lists[index].bePart(as: nil) }
    }

    /// Lets lists be the files that a configuration names.
    private mutating func takeFiles(_ names: Set<String>, of index: Int, _ format: ListFormat, depth: Int) {
        let missing = names.sorted().filter { !takeFile($0, of: index) }
        let left = pair(missing, of: index)
        guard format == .squidConfiguration else { return }
        for name in left { takeBeside(name, of: index) }
        let text = lists[index].octets
        for pattern in SquidConfigurationReader.includes(text.span) { takeIncluded(pattern, of: index, depth: depth) }
    }

    /// Lets lists be what squid reads in the place of an `include`, and first of all what those include.
    private mutating func takeIncluded(_ pattern: String, of index: Int, depth: Int) {
        let given = others(index).map { lists[$0].path }
        guard depth < Self.maximumDepth, let files = IncludedFiles(pattern: pattern) else { return }
        switch files.presence(among: given, namedBy: lists[index].path) {
        case .missing(let reason): lists[index].include(pattern, reason)
        case .given(let paths, let place):
            // squid takes those of a pattern in the order of their names.
            let found = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { path in
                lists.indices.first { $0 != index && lists[$0].path == path && !taken.contains($0) }
            }
            taken.formUnion(found)
            for other in found {
                let text = lists[other].octets
                if text.count <= Self.maximumOctets {
                    let names = SquidConfigurationReader.files(text.span)
                    takeFiles(names, of: other, .squidConfiguration, depth: depth + 1)
                }
                if let place { lists[index].note(lists[other].path, standsInFor: place) }
            }
            lists[index].include(pattern, found.map { lists[$0] })
        }
    }

    /// How deep squid lets files include others.
    private static let maximumDepth = 16

    /// Configurations that name such files.
    private static let formats: [ListFormat] = [.unbound, .bindZones, .squidConfiguration]

    /// The files that a list names, if it is such a configuration.
    private static func names(_ list: ListText, _ engine: Engine?) -> (ListFormat, Set<String>)? {
        let text = list.octets.span
        guard let format = format(of: list, engine) else { return nil }
        switch format {
        case .unbound: return (format, UnboundPolicyZones(text).files)
        case .bindZones: return (format, BINDZonesReader.files(text, list.directory))
        case .squidConfiguration: return (format, SquidConfigurationReader.files(text))
        default: return nil
        }
    }

    private static func format(of list: ListText, _ engine: Engine?) -> ListFormat? {
        let text = list.octets.span
        guard text.count <= maximumOctets, list.rules == nil, list.origin == nil else { return nil }
        return list.format ?? (try? FormatDetector.detect(text, path: list.path, engine: engine))?.format
    }

    /// Whether a file lies where a list says; a list given that is this file is read as it.
    private mutating func takeFile(_ name: String, of index: Int) -> Bool {
        guard let file = lists[index].place(of: name).flatMap({ FileIdentity($0) }) else { return false }
        if let other = others(index).first(where: { FileIdentity(lists[$0].path) == file }) {
            take(other, for: name, of: index)
        }
        return true
    }

    /// Lets lists pass for files that are not there, each for the one whose path ends like its own in the most parts. Where two
    /// would do as well, which is meant is not known, and none does.
    /// - Returns: the names for which none passes and none could be meant.
    private mutating func pair(_ missing: [String], of index: Int) -> [String] {
        let bases = Set(others(index).map { ListText.file(lists[$0].path) })
        // Only these can be meant, and few are: the others need not be compared with every list.
        var left = missing.filter { bases.contains(ListText.file($0)) }
        let unmet = missing.filter { !bases.contains(ListText.file($0)) }
        while true {
            let others = others(index)
            let found = left.lazy.compactMap { [lists] name -> (String, Int)? in
                guard let other = Self.best(others, { Self.partsInCommon(lists[$0].path, name) }),
                    Self.best(left, { Self.partsInCommon(lists[other].path, $0) }) == name
                else { return nil }
                return (name, other)
            }.first
            guard let (name, other) = found else { break }
            take(other, for: name, of: index)
            lists[index].note(lists[other].path, standsInFor: name)
            left.removeAll { $0 == name }
        }
        return unmet
    }

    /// Reads a file beside a configuration for one of an absolute path that is not there.
    private mutating func takeBeside(_ name: String, of index: Int) {
        let base = ListText.file(name)
        guard base != name, let beside = lists[index].place(of: base), FileIdentity(beside)?.isFolder == false else {
            return
        }
        lists[index].take(file: beside, for: name)
        lists[index].note(beside, standsInFor: name)
    }

    /// The lists that a list may name.
    private func others(_ index: Int) -> [Int] { lists.indices.filter { $0 != index && !taken.contains($0) } }

    private mutating func take(_ other: Int, for name: String, of index: Int) {
        taken.insert(other)
        lists[index].take(lists[other], for: name)
    }

    /// Which has the highest score, if it has one and no other has the same.
    private static func best<Item>(_ items: [Item], _ score: (Item) -> Int) -> Item? {
        let scored = items.map { ($0, score($0)) }
        guard let highest = scored.map(\.1).max(), highest > 0 else { return nil }
        let found = scored.filter { $0.1 == highest }
        return found.count == 1 ? found[0].0 : nil
    }

    /// How many parts of two paths are the same, from the last on.
    private static func partsInCommon(_ path: String, _ name: String) -> Int {
        zip(path.split(separator: "/").reversed(), name.split(separator: "/").reversed()).prefix { $0 == $1 }.count
    }
}
