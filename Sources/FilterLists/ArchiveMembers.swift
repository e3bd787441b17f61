import TextScan

/// Members of an archive that lie beside lists and are none, by their names: what projects say of themselves, and what file managers
/// put beside files.
enum ArchiveMembers {
    /// The members that may be lists, and what is said of the others; all of them where none would be left.
    static func lists(_ set: InputSet) -> (inputs: [Input], diagnostics: [Diagnostic]) {
        guard set.inputs.count > 1 else { return (set.inputs, set.diagnostics) }
        let kept = set.inputs.filter { !isBesideLists($0.path) }
        guard !kept.isEmpty, kept.count < set.inputs.count else { return (set.inputs, set.diagnostics) }
        let others = set.inputs.filter { isBesideLists($0.path) }.map {
            Diagnostic(path: $0.path, reason: "beside-lists", text: "is left out: by its name it is no list")
        }
        return (kept, set.diagnostics + others)
    }

    private static func isBesideLists(_ path: String) -> Bool {
        let parts = path.split { $0 == "/" || $0 == "\\" || $0 == ":" }
        guard let name = parts.last?.lowercased() else { return false }
        if name.hasPrefix(".") || parts.contains("__MACOSX") { return true }
        let word = name.prefix { $0 != "." && $0 != "-" && $0 != "_" }
        return known.contains(String(word))
            && (word == name || ["txt", "md", "rst", "html"].contains { name.hasSuffix(".\($0)") })
    }

    private static let known: Set<String> = [
        "readme", "license", "licence", "copying", "changelog", "changes", "notice", "authors", "contributing",
    ]
}
