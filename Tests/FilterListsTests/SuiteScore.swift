import DNS
import FilterLists
import Policy
import TestSupport
import Testing

/// Counts what a suite of other people's cases says about us.
struct SuiteScore {
    let name: String
    private(set) var passed = 0
    private(set) var failures: [String] = []
    private(set) var notApplicable: [String: Int] = [:]

    init(_ name: String) { self.name = name }

    mutating func check(_ isRight: Bool, _ description: @autoclosure () -> String) {
        if isRight { passed += 1 } else { failures.append(description()) }
    }

    mutating func skip(_ reason: String) { notApplicable[reason, default: 0] += 1 }

    /// Prints the figures and records every failure.
    func report(atLeast least: Int) {
        let skipped = notApplicable.values.reduce(0, +)
        print("\(name) passed \(passed) failed \(failures.count) not-applicable \(skipped)")
        for (reason, count) in notApplicable.sorted(by: { $0.key < $1.key }) { print("  n/a \(count) \(reason)") }
        for failure in failures.prefix(40) { print("  FAIL \(failure)") }
        #expect(failures.isEmpty)
        #expect(passed >= least, "the suite shrank")
    }
}

/// Reads a list whose format and engine are known; it may be empty of rules.
func readList(
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
    func verdict(
        _ name: String,
        _ type: RRType = .a,
        chain: [String] = [],
        addresses: [IPAddress]? = nil,
        context: QueryContext = .unknown
    ) throws -> Verdict {
        try CompiledStack(layers: [layer]).verdict(
            DomainName(name),
            type: type,
            chain: chain.map { try DomainName($0) },
            addresses: addresses,
            context: context
        )
    }
}

extension PolicyAnswer {
    /// `A=0.0.0.0 AAAA=::`, `CNAME=x.`, as the shared verdict tables write answers.
    var text: String {
        records.map { record in
            let data: String
            switch record.type {
            case .a, .aaaa: data = record.address.map(\.description) ?? "?"
            case .cname: data = (try? DomainName(wire: record.data)).map { $0.isRoot ? "." : "\($0)." } ?? "?"
            case .txt: data = "\"\(String(decoding: record.data.dropFirst(), as: UTF8.self))\""
            default: data = "?"
            }
            return "\(record.type)=\(data)"
        }.joined(separator: " ")
    }
}
