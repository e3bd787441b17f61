import FilterLists
import Settings
import TextScan

/// Where a stack file names a list that cannot be read.
struct ListPlace {
    /// The file, line and column, in front of what is wrong.
    let prefix: String
    /// What relative paths are relative to, where a file is not found.
    let hint: String

    /// The place of the list that an error is about; nil where the file does not say it by itself.
    init?(_ error: ListError, _ layer: Configuration.Layer, _ file: String) {
        let list =
            layer.lists.first { error.path == $0.path || error.path.hasPrefix($0.path + ":") } ?? layer.lists.first
        guard let list, let line = list.line, error.path != file else { return nil }
        prefix = "\(TerminalText.escaped(file)):\(line)" + (list.column.map { ":\($0)" } ?? "") + ": "
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        let isRelative = folder.isEmpty ? !list.path.hasPrefix("/") : list.path.hasPrefix(folder)
        if case .input(let input) = error.reason, input.reason == .notFound, list.url != nil {
            hint = "; `patchway fetch \(TerminalText.escaped(file))` brings it from its url"
        } else if case .input(let input) = error.reason, input.reason == .notFound, isRelative {
            hint = "; a relative path begins at the folder of \(TerminalText.escaped(file))"
        } else {
            hint = ""
        }
    }
}
