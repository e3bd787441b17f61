import DNS
import TextScan

/// Names from the command line or from a file of `NAME` or `NAME TYPE` lines.
struct NameInput {
    /// A name, with its type when the line gives one.
    struct Item {
        var name: DomainName
        var type: RRType?
    }

    var items: [Item] = []
    var diagnostics: [Diagnostic] = []

    /// Reads a file; `#` starts a comment, fields after the second are left alone, bad lines are reported and counted.
    mutating func read(_ path: String) throws {
        let octets = try Inputs.octets(path)
        for (index, line) in octets.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard let first = fields.first, first.first != 0x23 else { continue }
            // A second field that is no type is a remark, as in tables of names with classes.
            let type = fields.count > 1 ? RRType(String(decoding: fields[1], as: UTF8.self)) : nil
            do throws(NameError) {
                items.append(Item(name: try DomainName(presentation: first), type: type))
            } catch {
                diagnostics.append(
                    Diagnostic(
                        path: path,
                        line: index + 1,
                        column: 1,
                        reason: "not-a-name",
                        text: "`\(TerminalText.escaped(Array(first.prefix(80))))` is no domain name (\(error))"
                    )
                )
            }
        }
    }

    /// Reads one name from the command line.
    mutating func add(_ text: String) throws {
        do throws(NameError) {
            items.append(Item(name: try DomainName(text), type: nil))
        } catch {
            throw Failure.usage("`\(TerminalText.escaped(text))` is no domain name (\(error))")
        }
    }
}

/// Chains from a file of `owner<TAB>target` lines.
struct ChainInput {
    private var targets: [DomainName: DomainName] = [:]

    /// Reads a file.
    init(path: String?) throws {
        guard let path else { return }
        for (index, line) in try Inputs.octets(path).split(separator: 0x0A).enumerated() where line.first != 0x23 {
            let fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard fields.count >= 2, let owner = try? DomainName(presentation: fields[0]),
                let target = try? DomainName(presentation: fields[1])
            else {
                if fields.isEmpty { continue }
                throw Failure.usage("\(path):\(index + 1): a chain line is `owner<TAB>target`")
            }
            targets[owner] = target
        }
    }

    /// The aliases of a name, in order; loops end.
    func chain(of name: DomainName) -> [DomainName] {
        var chain: [DomainName] = []
        var current = name
        while chain.count < 16, let target = targets[current], target != name, !chain.contains(target) {
            chain.append(target)
            current = target
        }
        return chain
    }
}
