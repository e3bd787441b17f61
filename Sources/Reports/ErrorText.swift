public import Catalog
public import TextScan

/// Error codes for people.
public enum ErrorText {
    /// A code that the table knows.
    public static func known(_ error: ClientError, sources: [String: Source], style: TextStyle) -> String {
        var text = "\(style.bold(error.code.description))"
        if !error.symbols.isEmpty { text += "  " + error.symbols.joined(separator: ", ") }
        text +=
            "\n  meaning: \(error.meaning)\n  stage: \(error.stage.rawValue) (where to look; not a proof of what happened)\n"
        text += "  check first: \(error.checkFirst)\n"
        if let conflict = error.conflict { text += "  sources disagree: \(conflict)\n" }
        if let note = error.note { text += "  note: \(note)\n" }
        for id in error.sources { text += "  source: " + (sources[id]?.label ?? id) + "\n" }
        return style.fit(text)
    }

    /// A code that the table does not know.
    public static func unknown(_ code: ErrorCode, facts: [String], style: TextStyle) -> String {
        var text = "\(code)  not in the table; nothing is guessed about its meaning\n"
        for fact in facts { text += "  \(fact)\n" }
        return style.fit(text)
    }
}

extension Source {
    /// One line that lets somebody find it.
    var label: String {
        var parts = [repository, path].compactMap(\.self).joined(separator: " ")
        if parts.isEmpty { parts = url ?? id }
        if let date { parts += " (\(date))" }
        return parts
    }
}

extension ClientError {
    /// Writes the members of an `error_code` record.
    public func write(to json: inout JSONWriter, sources: [String: Source]) {
        json.member("code", code.description)
        json.member("known", true)
        json.member("symbols", symbols)
        json.member("meaning", meaning)
        json.member("stage", stage.rawValue)
        json.member("check_first", checkFirst)
        json.member("conflict", ifKnown: conflict)
        json.member("note", ifKnown: note)
        json.member("sources", self.sources.map { sources[$0]?.label ?? $0 })
    }
}
