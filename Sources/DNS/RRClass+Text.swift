extension RRClass: CustomStringConvertible {
    private static let names: [(UInt16, String)] = [
        (1, "IN"), (3, "CH"), (4, "HS"), (254, "NONE"), (255, "ANY"),
    ]

    /// The mnemonic, or `CLASS123` for a class without one (RFC 3597 §5).
    public var description: String {
        Self.names.first { $0.0 == rawValue }?.1 ?? "CLASS\(rawValue)"
    }

    /// Reads a mnemonic or `CLASS123`, in any letter case.
    public init?(_ text: some StringProtocol) {
        let upper = text.uppercased()
        if let code = Self.names.first(where: { $0.1 == upper })?.0 {
            self.init(rawValue: code)
        } else if upper.hasPrefix("CLASS"), upper.dropFirst(5).utf8.allSatisfy({ asciiDigit($0) != nil }),
            let code = UInt16(upper.dropFirst(5))
        {
            self.init(rawValue: code)
        } else {
            return nil
        }
    }
}
