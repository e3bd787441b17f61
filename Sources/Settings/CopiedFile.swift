import TextScan

/// Where a file lies that an engine's own configuration names.
///
/// Where nothing lies at an absolute path it is another machine's configuration: then a file of that name beside it has to do, and
/// what it stands in for is said.
enum CopiedFile {
    static func place(of name: String, beside path: String) -> (path: String, notice: Diagnostic?) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        guard name.hasPrefix("/") else { return (folder + name, nil) }
        guard FileIdentity(name) == nil, let last = name.split(separator: "/").last,
            FileIdentity(folder + last)?.isFolder == false
        else { return (name, nil) }
        let text = "\(name) is not read: \(folder + last) passes for it by name"
        return (folder + last, Diagnostic(path: path, reason: "stands-in", text: text))
    }
}
