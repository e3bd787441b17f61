/// The octets that hexadecimal digits spell; blanks, and everything from `;` to the end of a line, are left out.
public func octets(hex text: String) -> [UInt8] {
    var octets: [UInt8] = []
    var high: Int?
    for line in text.split(whereSeparator: \.isNewline) {
        for character in line.prefix(while: { $0 != ";" }) {
            guard let digit = character.hexDigitValue else { continue }
            if let first = high {
                octets.append(UInt8(first << 4 | digit))
                high = nil
            } else {
                high = digit
            }
        }
    }
    return octets
}

/// Octets as hexadecimal digits.
public func hex(_ octets: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
