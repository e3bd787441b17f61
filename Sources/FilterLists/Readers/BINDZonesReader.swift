import DNS
import LDNS
import Policy
import TextScan

/// `zone "x" { type master; file "null.zone.file"; };` as BIND serves it: the records of the file at x and, where the file
/// has a star, at every name below; no data for other types, NXDOMAIN below without a star. The file is looked for where
/// its path says, from the `directory` of the options or, without one, from the folder of the list; without it the zone is
/// counted as not evaluated.
enum BINDZonesReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var configuration = BINDConfiguration()
        configuration.read(text, &sink)
        configuration.finish(text, &sink)
        guard !configuration.isOpen else { return }
        var files: [String: ZoneActions?] = [:]
        // Another file of the layer may say where relative paths begin.
        let directory = directory(text) ?? sink.directory ?? (sink.isPart ? "." : nil)
        for zone in configuration.zones { read(zone, text, directory, &files, &sink) }
    }

    private static func read(
        _ zone: BINDZone,
        _ text: Span<UInt8>,
        _ directory: String?,
        _ files: inout [String: ZoneActions?],
        _ sink: inout RuleSink
    ) {
        // It says where to begin to ask, and nothing about the names below.
        if zone.type == "hint", zone.open == nil { return sink.drop(.option, text, zone.range, zone.line) }
        if let open = zone.open { return leaveOpen(zone, open, text, &sink) }
        guard let file = zone.file, zone.isPrimary else { return leaveOpen(zone, .forward, text, &sink) }
        guard let path = path(file, directory), let content = sink.companions[path] else {
            return leaveOpen(zone, .noZoneFile, text, &sink)
        }
        let actions: ZoneActions?
        if let known = files[file] {
            actions = known
        } else {
            actions = ZoneActions(content.octets.span.octets, &sink.builder)
            // One that cannot be read is not read again either.
            files[file] = .some(actions)
        }
        guard let actions else { return leaveOpen(zone, .zoneFile, text, &sink) }
        for (scope, action) in [(Scope.exact, actions.apex), (Scope.below, actions.below)] {
            sink.add(scope, text, name: zone.name, class: .data, action: action, rule: zone.range, line: zone.line)
        }
    }

    private static func leaveOpen(
        _ zone: BINDZone,
        _ reason: UnsupportedReason,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        sink.skip(reason, text, zone.range, zone.line)
        sink.leaveOpen(.subtree, text, name: zone.name, class: .data, rule: zone.range, line: zone.line)
    }

    /// The files that zones of a text are read from: absolute paths, those of the folder of the text, and of the one that the
    /// options say, here or in another file.
    static func files(_ text: Span<UInt8>, _ other: String?) -> Set<String> {
        var files: Set<String> = []
        let directory = directory(text) ?? other
        var words = BINDWords(text)
        while files.count < 16, let statement = words.statement() {
            guard text.extracting(statement.key).equalsIgnoringCase("zone") else { continue }
            guard let file = value("file", of: statement, text), let path = path(file, directory) else { continue }
            files.insert(path)
        }
        return files
    }

    /// What the `include` statements outside of all blocks name.
    static func includes(_ text: Span<UInt8>) -> [String] {
        var found: [String] = []
        var words = BINDWords(text)
        while found.count < 64, let statement = words.statement() {
            guard text.extracting(statement.key).equalsIgnoringCase("include"), let word = statement.words.first else {
                continue
            }
            found.append(text.extracting(word).string)
        }
        return found
    }

    /// What the options say that relative paths begin at; nil when they do not.
    static func directory(_ text: Span<UInt8>) -> String? {
        var words = BINDWords(text)
        while let statement = words.statement() {
            guard text.extracting(statement.key).equalsIgnoringCase("options") else { continue }
            return value("directory", of: statement, text)
        }
        return nil
    }

    /// The first word behind a key in the block of a statement.
    private static func value(_ key: StaticString, of statement: BINDStatement, _ text: Span<UInt8>) -> String? {
        var parts = BINDWords(text, blockOf: statement)
        while let part = parts.statement() {
            guard text.extracting(part.key).equalsIgnoringCase(key), let word = part.words.first else { continue }
            return text.extracting(word).string
        }
        return nil
    }

    /// Where a file is looked for; nil where that cannot be known: a relative directory begins where BIND was started. Without
    /// a directory no path leads out of the folder of the list.
    private static func path(_ file: String, _ directory: String?) -> String? {
        if file.hasPrefix("/") { return file }
        if let directory { return directory.hasPrefix("/") ? directory + "/" + file : nil }
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") } ? file : nil
    }
}

/// What a zone file does for the zone and for the names below it.
private struct ZoneActions {
    let apex: ActionID
    let below: ActionID

    /// nil when the file has names of its own or cannot be read.
    init?(_ octets: [UInt8], _ builder: inout LayerBuilder) {
        guard let origin = try? DomainName("zone.invalid") else { return nil }
        var own: [LocalRecord] = []
        var star: [LocalRecord] = []
        var reader = ZoneReader(origin: origin, defaultTTL: 0)
        var count = 0
        while let entry = reader.next(in: octets.span) {
            guard case .record(let found) = entry, count < 256 else { return nil }
            count += 1
            let record = LocalRecord(type: found.record.type, ttl: found.record.ttl, data: found.record.data)
            if found.record.owner == origin {
                own.append(record)
            } else if found.record.owner.parent == origin,
                found.record.owner.labels.first?.elementsEqual([0x2A]) ?? false
            {
                star.append(record)
            } else {
                return nil
            }
        }
        guard own.contains(where: { $0.type == .soa }) else { return nil }
        apex = builder.intern(.records(own))
        below = builder.intern(star.isEmpty ? .nxdomain : .records(star))
    }
}
