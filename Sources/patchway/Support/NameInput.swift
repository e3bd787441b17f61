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
        let octets = try Inputs.text(path)
        for (index, line) in octets.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard let first = fields.first, first.first != 0x23 else { continue }
            let type = fields.count > 1 ? RRType(String(decoding: fields[1], as: UTF8.self)) : nil
            // Behind a tab a word that is no type is a remark, as in tables of names with classes; behind a blank it is
            // meant as a type.
            if fields.count > 1, type == nil, line[first.endIndex] == 0x20 {
                let column = line.distance(from: line.startIndex, to: fields[1].startIndex)
                report(path, index + 1, column, fields[1], "is no record type; write A, AAAA, HTTPS or TYPE65")
                continue
            }
            do throws(NameError) {
                let name = try DomainName(presentation: first)
                if let fault = Self.fault(first) {
                    report(path, index + 1, line.distance(from: line.startIndex, to: first.startIndex), first, fault)
                } else {
                    items.append(Item(name: name, type: type))
                }
            } catch {
                let column = line.distance(from: line.startIndex, to: first.startIndex)
                report(path, index + 1, column, first, "is no domain name (\(error))")
            }
        }
    }

    /// What is wrong with a text that could be a name and is certainly not meant as one.
    private static func fault(_ text: some Collection<UInt8>) -> String? {
        // RFC 2181 §11 allows every octet; no host has these.
        let isReverse = text.suffix(5).elementsEqual(".arpa".utf8)
        if text.contains(0x2F), !isReverse { return "is no host name; of a URL give the name alone" }
        if text.contains(0x3A) { return "is no host name; leave the port out" }
        return nil
    }

    private mutating func report(
        _ path: String,
        _ line: Int,
        _ offset: Int,
        _ text: some Collection<UInt8>,
        _ fault: String
    ) {
        let shown = TerminalText.escaped(Array(text.prefix(80)))
        diagnostics.append(
            Diagnostic(path: path, line: line, column: offset + 1, reason: "not-a-name", text: "`\(shown)` \(fault)")
        )
    }

    /// Reads one name from the command line.
    mutating func add(_ text: String) throws {
        do {
            let name = try DomainName(text)
            if let fault = Self.fault(text.utf8) { throw Failure.usage("`\(TerminalText.escaped(text))` \(fault)") }
            items.append(Item(name: name, type: nil))
        } catch let error as NameError {
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
        for (index, line) in try Inputs.text(path).split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        {
            let fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if fields.first?.first == 0x23 { continue }
            guard fields.count >= 2, let owner = try? DomainName(presentation: fields[0]),
                let target = try? DomainName(presentation: fields[1])
            else {
                if fields.isEmpty { continue }
                throw Failure.usage("\(TerminalText.escaped(path)):\(index + 1):1: a chain line is `owner<TAB>target`")
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
