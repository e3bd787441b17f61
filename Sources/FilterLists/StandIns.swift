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
        for (index, list) in lists.enumerated() where !taken.contains(index) {
            guard let (format, names) = Self.names(list, engine) else { continue }
            for name in names.sorted() { find(name, of: index, looksBeside: format == .squidConfiguration) }
        }
        self.lists = self.lists.indices.filter { !taken.contains($0) }.map { self.lists[$0] }
    }

    /// The files that a list names, if it is such a configuration.
    private static func names(_ list: ListText, _ engine: Engine?) -> (ListFormat, Set<String>)? {
        let text = list.octets.span
        guard text.count <= maximumOctets, list.rules == nil, list.origin == nil,
            let format = list.format ?? (try? FormatDetector.detect(text, path: list.path, engine: engine))?.format
        else { return nil }
        switch format {
        case .unbound: return (format, UnboundPolicyZones(text).files)
        case .bindZones: return (format, BINDZonesReader.files(text))
        case .squidConfiguration: return (format, SquidConfigurationReader.files(text))
        default: return nil
        }
    }

    /// Finds what is read as a file that a list names.
    private mutating func find(_ name: String, of index: Int, looksBeside: Bool) {
        let others = lists.indices.filter { $0 != index && !taken.contains($0) }
        if let file = lists[index].place(of: name).flatMap({ FileIdentity($0) }) {
            guard let other = others.first(where: { FileIdentity(lists[$0].path) == file }) else { return }
            taken.insert(other)
            return lists[index].take(lists[other], for: name)
        }
        let base = ListText.file(name)
        if let other = others.first(where: { ListText.file(lists[$0].path) == base }) {
            taken.insert(other)
            lists[index].take(lists[other], for: name)
            lists[index].note(lists[other].path, standsInFor: name)
        } else if looksBeside, base != name, let beside = lists[index].place(of: base),
            FileIdentity(beside)?.isFolder == false
        {
            lists[index].take(file: beside, for: name)
            lists[index].note(beside, standsInFor: name)
        }
    }
}
