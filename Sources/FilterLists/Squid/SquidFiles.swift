import TextScan

/// Files and folders that squid.conf names and that squid 5.7 does not start without (each directive was tried with the proxy,
/// with a path that is there and with one that is not).
struct SquidFiles {
    /// A file that has to be there, and the statement that names it.
    private struct Need {
        var path: String
        var isFolder = false
        let range: Range<Int>
        let line: Int
    }

    private var needs: [Need] = []
    /// Of directives of which one statement counts, which.
    private var single: [String: Need] = [:]
    private var hasLog = false
    private var logsByDaemon = false

    /// Takes the files that a statement names.
    mutating func take(_ text: Span<UInt8>, _ words: [Range<Int>], _ range: Range<Int>, _ line: Int) {
        guard words.count > 1 else { return }
        func need(_ place: Int) -> Need? {
            guard words.count > place else { return nil }
            return Need(path: text.extracting(words[place]).string, range: range, line: line)
        }
        let keyword = text.extracting(words[0]).string
        switch keyword {
        case "url_rewrite_program", "redirect_program": takeFirst(need(1), "url_rewrite_program")
        case "store_id_program", "storeurl_rewrite_program": takeFirst(need(1), "store_id_program")
        case "auth_param" where text.extracting(words[2 % words.count]).equals("program"):
            if let program = need(3) { needs.append(Self.unquoted(program)) }
        case "external_acl_type" where Self.startsHelpers(text, words):
            // A helper that is started at once ends at once, and squid with it.
            let program = words.indices.dropFirst(2).first { Self.isPath(text.extracting(words[$0])) }
            if let program, let found = need(program) { needs.append(found) }
        case "mime_table", "unlinkd_program", "logfile_daemon": single[keyword] = need(1)
        case "error_directory", "icon_directory": single[keyword] = need(1).map(Self.folder)
        case "pid_filename", "cache_store_log":
            if keyword == "cache_store_log" { note(log: need(1)) }
            single[keyword] = need(1).flatMap(Self.folderOfLog)
        case "access_log", "cache_access_log", "icap_log":
            if keyword != "icap_log" { hasLog = true }
            note(log: need(1))
            if let folder = need(1).flatMap(Self.folderOfLog) { needs.append(folder) }
        case "cache_dir":
            let isKnown = ["ufs", "aufs", "diskd", "rock"].contains { text.extracting(words[1]).equals($0) }
            if isKnown, let folder = need(2) { needs.append(Self.folder(folder)) }
        default: break
        }
    }

    /// Whether it depends on what is in a file, or behind another root, whether squid starts.
    static func isUnread(_ text: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        let keyword = text.extracting(words[0])
        return words.count > 1 && (keyword.equals("chroot") || keyword.equals("loadable_modules"))
    }

    private mutating func takeFirst(_ need: Need?, _ keyword: String) {
        guard single[keyword] == nil, let need else { return }
        single[keyword] = Self.unquoted(need)
    }

    private mutating func note(log: Need?) {
        if log?.path.hasPrefix("daemon:") ?? false { logsByDaemon = true }
    }

    /// The first statement that names a file without which squid does not start, and the file.
    var missing: (path: String, range: Range<Int>, line: Int)? {
        // What squid logs by itself goes through the program.
        let known = single.filter { $0.key != "logfile_daemon" || logsByDaemon || !hasLog }.values
        let missing = (needs + known).filter { !Self.isThere($0) }.min { $0.line < $1.line }
        return missing.map { ($0.path, $0.range, $0.line) }
    }

    /// Whether a file is there, as far as this machine shows: of squid's own folders, where there is none of them here, nothing
    /// is known to be missing.
    private static func isThere(_ need: Need) -> Bool {
        guard need.path.hasPrefix("/") else { return false }
        if FileIdentity(need.path) != nil { return true }
        var folder = ""
        for part in need.path.split(separator: "/").dropLast(need.isFolder ? 0 : 1) {
            let whole = folder + "/" + part
            if part.hasPrefix("squid"), FileIdentity(whole) == nil, FileIdentity(folder + "/squid") == nil {
                return true
            }
            folder = whole
        }
        return false
    }

    // MARK: - Words

    /// The folder of a log that squid writes itself.
    private static func folderOfLog(_ need: Need) -> Need? {
        var path = need.path[...]
        if path == "none" || path == "syslog" { return nil }
        for module in ["none:", "daemon:", "syslog:", "udp:", "tcp:"] where path.hasPrefix(module) { return nil }
        if path.hasPrefix("stdio:") { path = path.dropFirst(6) }
        // A relative one begins where squid was started, which is there.
        guard let slash = path.lastIndex(of: "/") else { return nil }
        var folder = folder(need)
        folder.path = slash == path.startIndex ? "/" : String(path[..<slash])
        return folder
    }

    private static func folder(_ need: Need) -> Need {
        var folder = need
        folder.isFolder = true
        return folder
    }

    /// Programs may stand in quotes.
    private static func unquoted(_ need: Need) -> Need {
        guard let quote = need.path.first, quote == "\"" || quote == "'", need.path.dropFirst().last == quote else {
            return need
        }
        var program = need
        program.path = String(need.path.dropFirst().dropLast())
        return program
    }

    private static func isPath(_ word: Span<UInt8>) -> Bool { word.count > 0 && word[0] == 0x2F }

    private static func startsHelpers(_ text: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        words.dropFirst(2).contains { word in
            let option = text.extracting(word)
            let number = option.hasPrefix("children-startup=") ? option.extracting(17..<option.count).decimal : 0
            return number != 0
        }
    }
}
