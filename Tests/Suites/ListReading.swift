public import DNS
public import FilterLists
public import Policy

/// Reads a list whose format and engine are known; it may be empty of rules.
public func readList(
    _ text: String,
    _ format: ListFormat,
    _ engine: Engine? = nil,
    role: ListRole = .block,
    blockMode: String? = nil,
    options: LayerOptions = LayerOptions()
) throws -> LoadedLayer {
    try LayerLoader.load(
        [ListInput(path: "test.list", role: role, format: format, octets: Array(text.utf8))],
        engine: engine,
        blockMode: blockMode,
        options: options,
        mayBeEmpty: true
    )
}

extension LoadedLayer {
    /// What happens to a name, its chain included.
    public func verdict(
        _ name: String,
        _ type: RRType = .a,
        chain: [String] = [],
        addresses: [IPAddress]? = nil,
        hints: [IPAddress] = [],
        context: QueryContext = .unknown
    ) throws -> Verdict {
        let (name, chain) = (try DomainName(name), try chain.map { try DomainName($0) })
        let verdict = { (layers: [CompiledLayer]) in
            CompiledStack(layers: layers)
                .verdict(name, type: type, chain: chain, addresses: addresses, hints: hints, context: context)
        }
        let (own, behind) = (verdict([layer]), verdict([Self.bystander, layer]))
        guard own.isSame(behind) || behind.kind == .unsupported else { throw Misplaced(own: own, behind: behind) }
        return own
    }

    /// A layer that nothing meets: it may not matter what stands behind it.
    private static let bystander: CompiledLayer = {
        let list = ListInput(path: "bystander", format: .hosts, octets: Array("0.0.0.0 bystander.invalid\n".utf8))
        guard let loaded = try? LayerLoader.load([list], engine: .hostsFile) else {
            fatalError("a hosts file of one line")
        }
        return loaded.layer
    }()

    /// A layer said something else behind another one; it may be open there.
    struct Misplaced: Error {
        let own: Verdict
        let behind: Verdict
    }
}

extension Verdict {
    /// Whether another says the same; the layers are counted from the last.
    fileprivate func isSame(_ other: Verdict) -> Bool {
        kind == other.kind && answer?.records.count == other.answer?.records.count && note == other.note
            && matched?.rule == other.matched?.rule && lost == other.lost && matched?.element == other.matched?.element
    }
}

extension PolicyAnswer {
    /// `A=0.0.0.0 AAAA=::`, `CNAME=x.`, as the shared verdict tables write answers.
    public var text: String {
        records.map { record in
            let data: String
            switch record.type {
            case .a, .aaaa: data = record.address.map(\.description) ?? "?"
            case .cname, .ptr: data = (try? DomainName(wire: record.data)).map { $0.isRoot ? "." : "\($0)." } ?? "?"
            case .txt: data = "\"\(String(decoding: record.data.dropFirst(), as: UTF8.self))\""
            default: data = "?"
            }
            return "\(record.type)=\(data)"
        }.joined(separator: " ")
    }
}

/// A case says what does not fit its suite.
struct SuiteFault: Error, CustomStringConvertible {
    var description: String
}

/// The value, or the suite is not what it should be.
func need<Value>(_ value: Value?, _ what: @autoclosure () -> String = "a word of a case") throws -> Value {
    guard let value else { throw SuiteFault(description: "cannot read " + what()) }
    return value
}
