import DNS
import Policy
import TestSupport

/// What a client gets, so far as a policy can change it: the code, the aliases in order, the data in no order.
struct Outcome: Equatable {
    /// The response code, `DROP` for no answer, `TC` for a truncated one.
    var code: String
    /// The targets of the aliases in the answer.
    var aliases: [DomainName] = []
    /// The other records of the answer, sorted.
    var data: [String] = []

    static let drop = Outcome(code: "DROP")
    static let truncated = Outcome(code: "TC")

    init(code: String, aliases: [DomainName] = [], data: [String] = []) {
        self.code = code
        self.aliases = aliases
        self.data = data.sorted()
    }

    /// What a message says.
    init(_ view: borrowing MessageView) {
        guard !view.header.isTruncated else {
            self = .truncated
            return
        }
        var aliases: [DomainName] = []
        var data: [String] = []
        view.forEachRecord { record in
            guard record.section == .answer else { return true }
            if record.type == .cname {
                if let target = try? view.name(at: record.dataOffset) { aliases.append(target) }
            } else {
                var octets: [UInt8] = []
                let rdata = view.octets.extracting(record.dataOffset..<record.end)
                for index in 0..<rdata.count { octets.append(rdata[index]) }
                data.append(Self.text(record.type, octets))
            }
            return true
        }
        self.init(code: view.responseCode.description, aliases: aliases, data: data)
    }

    /// What a verdict stands for, given the real answers.
    init(_ verdict: Verdict, name: DomainName, type: RRType, upstream: Upstream) {
        switch verdict.kind {
        case .pass, .route: self = upstream.outcome(name, type)
        case .drop: self = .drop
        case .truncate: self = .truncated
        default:
            let records = verdict.answer?.records ?? []
            let aliases = records.filter { $0.type == .cname }.compactMap { try? DomainName(wire: $0.data) }
            let data = records.filter { $0.type != .cname }.map { Self.text($0.type, $0.data) }
            self.init(code: verdict.answer?.responseCode.description ?? "?", aliases: aliases, data: data)
            // Behind an alias of its own the engine goes on.
            if let target = aliases.last {
                let rest = upstream.outcome(target, type)
                self.aliases += rest.aliases
                self.data = rest.data
            }
        }
    }

    /// `A=192.0.2.1`, other types in hexadecimal.
    static func text(_ type: RRType, _ octets: [UInt8]) -> String {
        "\(type)=\(type == .a || type == .aaaa ? IPAddress(octets: octets)?.description ?? hex(octets) : hex(octets))"
    }

    /// The same answer behind the first aliases of a chain: what an engine shows of it is no part of the verdict.
    func isSame(as other: Outcome, behind chain: [DomainName]) -> Bool {
        guard code == other.code, data == other.data else { return false }
        let extra = other.aliases.count - aliases.count
        return extra >= 0 && extra <= chain.count
            && Array(other.aliases.prefix(extra)) == Array(chain.prefix(extra))
            && Array(other.aliases.dropFirst(extra)) == aliases
    }
}

extension Outcome: CustomStringConvertible {
    var description: String {
        ([code] + aliases.map { "CNAME=\($0)." } + data).joined(separator: " ")
    }
}
