internal import DNS

/// Tells answers that lead clients into private networks (DNS rebinding), unless their name may do so.
struct RebindingGuard {
    private let isOn: Bool
    private let exempt: [DomainName]

    /// What is said with an answer that was withheld.
    static let error = ErrorOption(.blocked, "private address")

    /// A guard; names at or below `exempt` may have private addresses.
    init(isOn: Bool, exempt: [DomainName]) {
        self.isOn = isOn
        self.exempt = exempt
    }

    /// Whether a scrubbed answer is to be withheld.
    /// - Complexity: O(octets); one comparison when it is off
    func withholds(_ answer: borrowing MessageBuffer, to name: borrowing NameBuffer) -> Bool {
        guard isOn, Self.hasPrivateAddress(answer.span) else { return false }
        let asked = name.name
        return !exempt.contains { asked.isEqualOrBelow($0) }
    }

    private static func hasPrivateAddress(_ message: Span<UInt8>) -> Bool {
        guard let view = try? MessageView(message) else { return false }
        var isFound = false
        view.forEachRecord { record -> Bool in
            guard record.section == .answer else { return false }
            let data = message.extracting(record.dataOffset..<record.end)
            switch record.type {
            case .a, .aaaa:
                isFound = IPAddress(octets: data.indices.map { data[$0] })?.isPrivate == true
            case .https, .svcb:
                isFound = AddressHints.read(data).contains(where: \.isPrivate)
            default: break
            }
            return !isFound
        }
        return isFound
    }
}
