import DNS
import Policy
import TextScan

/// Zone files without which Unbound does not start: those of `auth-zone` clauses with a name, whatever else they say, unless the
/// zone comes over the network, too (compared with 1.17.1). Those of policy zones are ``UnboundPolicyZones``'s.
struct UnboundZoneFiles {
    private struct Clause {
        let rule: Range<Int>
        let line: Int
        var isNamed = false
        var isTransferred = false
        var file: (name: String, rule: Range<Int>, line: Int)?
    }

    private var clauses: [Clause] = []
    /// The folder that relative paths begin at, if it is stated.
    private var directory = ""

    /// Begins a clause.
    mutating func begin(_ clause: UnboundClause, _ rule: Range<Int>, _ line: Int) {
        guard clause == .authority else { return }
        clauses.append(Clause(rule: rule, line: line))
    }

    /// Takes a statement of a clause.
    mutating func take(
        _ key: Span<UInt8>,
        _ value: Span<UInt8>,
        in clause: UnboundClause,
        _ rule: Range<Int>,
        _ line: Int
    ) {
        if clause == .server, key.equals("directory") { directory = value.string }
        guard clause == .authority, !clauses.isEmpty, value.count > 0 else { return }
        let last = clauses.count - 1
        if key.equals("name") { clauses[last].isNamed = true }
        if key.equals("zonefile") { clauses[last].file = (value.string, rule, line) }
        if key.equals("url") || key.equals("primary") || key.equals("master") { clauses[last].isTransferred = true }
    }

    /// Leaves every name open where such a file is not there, nor a list of the layer.
    func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        for clause in clauses where clause.isNamed && !clause.isTransferred {
            guard let file = clause.file, !isThere(file.name, sink.path, sink.given) else { continue }
            sink.skip(.missingZoneFile, text, file.rule, file.line)
            return sink.leaveOpen(.subtree, .root, class: .special, rule: file.rule, line: file.line)
        }
    }

    private func isThere(_ name: String, _ path: String, _ given: [String]) -> Bool {
        if given.contains(where: { $0 != path && ListText.file($0) == ListText.file(name) }) { return true }
        if name.hasPrefix("/") { return FileIdentity(name)?.isFolder == false }
        guard !directory.hasPrefix("/") else { return FileIdentity("\(directory)/\(name)")?.isFolder == false }
        return [ListText.folder(path), "/etc/unbound/"].contains { FileIdentity($0 + name)?.isFolder == false }
    }
}
