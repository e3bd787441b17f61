import DNS
import Policy
import TextScan
internal import Yams

extension BlockyYAML {
    /// Reads `blocking` (blocky `config/{blocking,bytes_source,schedule}.go`).
    mutating func readBlocking(_ node: Node) {
        guard reader.mapping(node, "blocking") != nil else { return }
        if let type = entry("blockType", of: node) { readBlockType(type) }
        if let ttl = entry("blockTTL", of: node) { layer.blockTTL = duration(ttl) }
        let limit = entry("loading", of: node).flatMap { entry("maxErrorsPerSource", of: $0) }
        if let limit = limit ?? entry("maxErrorsPerFile", of: node) { readErrorLimit(limit) }
        let clients = entry("clientGroupsBlock", of: node).flatMap { reader.mapping($0, "clientGroupsBlock") } ?? []
        layer.clients = clients.map { entry in
            Configuration.ClientEntry(client: entry.key, groups: words(entry.value, "the groups of a client"))
        }
        let used = Set(layer.clients?.flatMap(\.groups) ?? [])
        let minutes = minutes(node)
        var groups: Set<String> = []
        for (keys, role) in [(["denylists", "blackLists"], ListRole.block), (["allowlists", "whiteLists"], .allow)] {
            for key in keys {
                guard let lists = entry(key, of: node) else { continue }
                for (group, groupNode, sources) in reader.mapping(lists, key) ?? [] {
                    groups.insert(group)
                    guard used.contains(group) else {
                        noteUnused(group, groupNode, sources)
                        continue
                    }
                    let sources = reader.list(sources, "the lists of a group") ?? []
                    // A group is one that only allows where it is not named among those that deny, however empty.
                    if sources.isEmpty, role == .block {
                        var list = Configuration.List(
                            path: path,
                            format: "wildcard",
                            role: .block,
                            line: groupNode.mark?.line
                        )
                        (list.octets, list.mayBeEmpty, list.groups) = ([0x0A], true, [group])
                        list.formatFollows = true
                        layer.lists.append(list)
                    }
                    for source in sources {
                        guard var list = list(source, role) else { continue }
                        list.groups = [group]
                        list.minutes = minutes[group]
                        layer.lists.append(list)
                    }
                }
            }
        }
        let known = groups.sorted().prefix(20).map { NodeReader.shortened($0) }.joined(separator: ", ")
        for (client, read) in zip(clients, layer.clients ?? []) {
            for group in read.groups where !groups.contains(group) { refuse(group, client.value, known) }
        }
        guard !clients.isEmpty, let scheduled = entry("listSchedules", of: node)?.mapping else { return }
        for (key, _) in scheduled {
            guard let group = key.scalar?.string, !groups.contains(group) else { continue }
            refuse(group, key, known)
        }
    }

    /// `maxErrorsPerSource`: -1 is no limit.
    private mutating func readErrorLimit(_ node: Node) {
        guard let text = reader.text(node, "maxErrorsPerSource") else { return }
        guard let limit = Int(text), limit >= -1 else {
            return reader.fault(node, "wrong-type", "maxErrorsPerSource is a number of lines, or -1 for any number")
        }
        layer.maximumErrors = limit < 0 ? nil : limit
    }

    /// Reports a group that no list is in.
    private mutating func refuse(_ group: String, _ node: Node, _ known: String) {
        reader.fault(
            node,
            "unknown-word",
            "group `\(NodeReader.shortened(group))` has no list, so Blocky does not start; groups with lists: \(known)"
        )
    }

    /// Says of lists that they decide nothing.
    private mutating func noteUnused(_ group: String, _ node: Node, _ sources: Node) {
        let lists = reader.list(sources, "the lists of a group")?.count ?? 0
        let why =
            layer.clients?.isEmpty == false
            ? "no client has this group" : "there is no `clientGroupsBlock`, without which Blocky blocks nothing"
        notices.append(
            Diagnostic(
                path: path,
                line: node.mark?.line,
                column: node.mark?.column,
                reason: "no-client",
                text: "group `\(NodeReader.shortened(group))`, lists: \(lists): \(why)"
            )
        )
    }

    private mutating func words(_ node: Node, _ what: String) -> [String] {
        (reader.list(node, what) ?? []).compactMap { reader.text($0, what) }
    }

    private mutating func readBlockType(_ node: Node) {
        guard let text = reader.text(node, "blockType") else { return }
        switch text.lowercased() {
        case "zeroip": layer.blockMode = "zeroIP"
        case "nxdomain": layer.blockMode = "nxDomain"
        default:
            // Words that are no addresses are left out (`createBlockHandler`).
            let words = text.split(separator: ",").map { $0.filter { $0 != " " } }
            layer.blockAddresses = words.compactMap { IPAddress($0) }
            layer.blockMode = "custom"
            guard layer.blockAddresses.isEmpty else { return }
            layer.blockMode = nil
            reader.fault(
                node,
                "unknown-word",
                "blockType `\(NodeReader.shortened(text))` is not known; one of: zeroIP, nxDomain, or addresses"
            )
        }
    }

    // MARK: - Lists

    /// A list as Blocky tells them apart: text of several lines, what begins with `http`, and files.
    private mutating func list(_ node: Node, _ role: ListRole) -> Configuration.List? {
        guard let text = reader.text(node, "a list") else { return nil }
        let line = max(node.mark?.line ?? 1, 1)
        var list = Configuration.List(path: path, format: "wildcard", role: role, line: line)
        (list.mayBeEmpty, list.formatFollows) = (true, true)
        if text.utf8.contains(0x0A) {
            // Lines stand where they stand in the file.
            let isBlock = node.scalar?.style == .literal || node.scalar?.style == .folded
            room -= line + text.utf8.count
            guard room >= 0 else {
                reader.fault(node, "too-large", "the lists in the file are too many and stand too far down; save them")
                return nil
            }
            list.octets = Array(repeating: 0x0A, count: isBlock ? line : line - 1) + Array(text.utf8)
            return list
        }
        if text.hasPrefix("http") {
            list.octets = Array(text.utf8)
            // It may hold any name, behind what is known of the lists.
            list.rules = [
                ConfiguredRule(
                    .subtree,
                    .root,
                    class: role == .allow ? .ruleAllow : .implied,
                    action: .unsupported,
                    at: RulePosition(line: line, offset: 0, length: text.utf8.count)
                )
            ]
            list.notEvaluated = [
                Diagnostic(
                    path: path,
                    line: node.mark?.line,
                    column: node.mark?.column,
                    reason: "remote-list",
                    text: "`\(NodeReader.shortened(text, to: 200))` is not fetched; save it, and name the file here"
                )
            ]
            return list
        }
        let file = text.hasPrefix("file://") ? String(text.dropFirst(7)) : text
        let place = CopiedFile.place(of: file, beside: path)
        list.path = place.path
        list.notices += [place.notice].compactMap { $0 }
        return list
    }

    // MARK: - Schedules

    /// When groups count that have schedules: in any of them.
    private mutating func minutes(_ node: Node) -> [String: [Range<Int>]] {
        var schedules: [String: [Range<Int>]] = [:]
        let stated = entry("schedules", of: node).flatMap { reader.mapping($0, "schedules") } ?? []
        for (name, keyNode, value) in stated { schedules[name] = schedule(value, keyNode) }
        var minutes: [String: [Range<Int>]] = [:]
        let mapped = entry("listSchedules", of: node).flatMap { reader.mapping($0, "listSchedules") } ?? []
        for (group, _, value) in mapped {
            minutes[group] = []
            var seen: Set<String> = []
            for name in words(value, "the schedules of a group") where seen.insert(name).inserted {
                guard let own = schedules[name] else {
                    reader.fault(
                        value,
                        "unknown-word",
                        "schedule `\(NodeReader.shortened(name))` is not among `schedules`"
                    )
                    continue
                }
                minutes[group]? += own
            }
        }
        return minutes
    }

    /// The minutes of the week of a schedule; one that ends before it begins ends on the next day.
    private mutating func schedule(_ node: Node, _ keyNode: Node) -> [Range<Int>] {
        let days = entry("weekdays", of: node).map { words($0, "weekdays") } ?? []
        if days.isEmpty { reader.fault(keyNode, "missing-key", "a schedule needs `weekdays`, such as [mon, tue]") }
        let times = ["start", "end"].map { key in entry(key, of: node).flatMap { time($0) } }
        guard (times[0] == nil) == (times[1] == nil) else {
            reader.fault(keyNode, "missing-key", "a schedule has both `start` and `end`, such as \"08:00\", or neither")
            return []
        }
        var seen: Set<String> = []
        return days.filter { seen.insert($0).inserted }.flatMap { word -> [Range<Int>] in
            guard word.utf8.count == 3, let day = WeekDay(word) else {
                reader.fault(
                    keyNode,
                    "unknown-word",
                    "`\(NodeReader.shortened(word))` is no day; write mon, tue and so on"
                )
                return []
            }
            let midnight = day.rawValue * 1440
            guard let start = times[0], let end = times[1] else { return [midnight..<midnight + 1440] }
            if start <= end { return [midnight + start..<midnight + end] }
            let next = (day.rawValue + 1) % 7 * 1440
            return [midnight + start..<midnight + 1440, next..<next + end]
        }.filter { !$0.isEmpty }
    }

    private mutating func time(_ node: Node) -> Int? {
        guard let text = reader.text(node, "a time") else { return nil }
        guard text.utf8.count == 5, let minute = DayTime.minute(text) else {
            reader.fault(node, "bad-time", "`\(NodeReader.shortened(text))` is no time; write \"08:00\" in quotes")
            return nil
        }
        return minute
    }
}
