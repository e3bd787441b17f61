import DNS
import Policy
import TextScan
internal import Yams

/// `hostsFile` (`config/hosts_file.go`, `resolver/hosts_file_resolver.go`): hosts that are answered in front of the lists, for
/// the family of their address; other types are asked for elsewhere.
extension BlockyYAML {
    mutating func readHosts(_ node: Node) {
        var hosts = BlockyHosts(
            ignoresLoopback: flag("filterLoopback", of: node) == true,
            ttl: entry("hostsTTL", of: node).flatMap { duration($0) } ?? 3600
        )
        let sources =
            (entry("sources", of: node).flatMap { reader.list($0, "sources") } ?? [])
            + [entry("filePath", of: node)].compactMap { $0 }
        var unknown: Node?
        for source in sources {
            guard let text = reader.text(source, "a hosts file") else { continue }
            if text.utf8.contains(0x0A) {
                hosts.add(text, at: place(source))
            } else {
                unknown = unknown ?? source
                let shown = NodeReader.shortened(text, to: 200)
                note(source, "hostsFile", "`\(shown)` is not read; which hosts it has is not known")
            }
        }
        // Any name may be one of a file that is not known.
        if let unknown { return leaveOpen(.subtree, .root, .hosts, types: [.a, .aaaa, .ptr], at: unknown) }
        rules += hosts.rules
    }
}

/// The hosts of hosts files as Blocky finds them: of a name with several addresses of a family, and of an address with several
/// hosts, it depends on its maps which one it takes.
private struct BlockyHosts {
    let ignoresLoopback: Bool
    let ttl: UInt32

    private struct Key: Hashable {
        var name: DomainName
        var isV4: Bool
    }

    private struct Host {
        var address: IPAddress
        var position: RulePosition
        var isOpen = false
    }

    private struct Pointer {
        var names: [DomainName]
        var position: RulePosition
        var isOpen = false
    }

    private var hosts: [Key: Host] = [:]
    private var pointers: [IPAddress: Pointer] = [:]
    private var order: [Key] = []
    private var addresses: [IPAddress] = []

    init(ignoresLoopback: Bool, ttl: UInt32) {
        self.ignoresLoopback = ignoresLoopback
        self.ttl = ttl
    }

    /// Adds the lines of a file; those about one interface are left aside, as Blocky does.
    mutating func add(_ text: String, at position: RulePosition) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, let address = IPAddress(first), words.count > 1 else { continue }
            if ignoresLoopback, address.isLoopback || words[1] == "localhost" { continue }
            // Names are looked for in lower case and without a dot behind them.
            let names = words.dropFirst().map { word in
                word.hasSuffix(".") || word != word.lowercased() ? nil : try? DomainName(String(word))
            }
            for case let name? in names { add(Key(name: name, isV4: address.isV4), address, position) }
            point(address, to: names.compactMap { $0 }, position, isWhole: !names.contains { $0 == nil })
        }
    }

    private mutating func add(_ key: Key, _ address: IPAddress, _ position: RulePosition) {
        if hosts[key] == nil {
            order.append(key)
            hosts[key] = Host(address: address, position: position)
        } else if hosts[key]?.address != address {
            hosts[key]?.isOpen = true
        }
    }

    private mutating func point(
        _ address: IPAddress,
        to names: [DomainName],
        _ position: RulePosition,
        isWhole: Bool
    ) {
        guard pointers[address] == nil else {
            pointers[address]?.isOpen = true
            return
        }
        addresses.append(address)
        pointers[address] = Pointer(names: names, position: position, isOpen: !isWhole)
    }

    /// What they come to.
    var rules: [ConfiguredRule] {
        order.compactMap { key in
            guard let host = hosts[key] else { return nil }
            return rule(
                key.name,
                host.isOpen ? .unsupported : .records([LocalRecord(host.address, ttl: ttl)]),
                host.address.recordType,
                host.position
            )
        }
            + addresses.compactMap { address in
                guard let pointer = pointers[address], let name = address.reverseName else { return nil }
                // The line of a host that has another address as well may be the one of that.
                let isOpen =
                    pointer.isOpen
                    || pointer.names.contains { name in
                        hosts[Key(name: name, isV4: address.isV4)]?.isOpen == true
                    }
                let records = pointer.names.map { LocalRecord(type: .ptr, ttl: ttl, data: $0.wire) }
                return rule(name, isOpen ? .unsupported : .records(records), .ptr, pointer.position)
            }
    }

    private func rule(
        _ name: DomainName,
        _ action: RuleAction,
        _ type: RRType,
        _ position: RulePosition
    ) -> ConfiguredRule {
        ConfiguredRule(
            .exact,
            name.lowercased,
            class: .hosts,
            action: action,
            coverage: TypeCoverage(only: [type]),
            at: position
        )
    }
}
