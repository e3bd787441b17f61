/// A 32-bit status that a Windows client shows, an HRESULT unless it is a bare Win32 number.
public struct ErrorCode: RawRepresentable, Sendable, Hashable {
    /// The 32 bits.
    public let rawValue: UInt32

    /// A code by its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Reads the ways in which logs and people write codes; nil when the text is none of them.
    ///
    /// `0x8024402c`, `8024402C` (eight digits without a letter count as hexadecimal too), `-2145107924` (signed),
    /// `2149859372` (unsigned), `12007` (up to seven digits: a Win32 number); blanks, brackets, quotes, a full stop or
    /// comma around the code are left out.
    public init?(_ text: some StringProtocol) {
        var octets = Array(text.utf8.prefix(64))[...]
        func isWrapping(_ octet: UInt8) -> Bool {
            switch octet {
            case 0x20, 0x09, 0x0A, 0x0D, 0x22, 0x27, 0x28, 0x29, 0x2C, 0x2E, 0x5B, 0x5D: true
            default: false
            }
        }
        while let first = octets.first, isWrapping(first) { octets = octets.dropFirst() }
        while let last = octets.last, isWrapping(last) { octets = octets.dropLast() }
        let core = String(decoding: octets, as: UTF8.self)
        let isDecimal = core.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if core.hasPrefix("0x") || core.hasPrefix("0X") {
            self.init(hexadecimal: core.dropFirst(2))
        } else if core.hasPrefix("-") {
            guard core.utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) }), let value = Int32(core)
            else { return nil }
            self.init(rawValue: UInt32(bitPattern: value))
        } else if isDecimal, core.utf8.count != 8 {
            guard let value = UInt32(core) else { return nil }
            self.init(rawValue: value)
        } else {
            guard core.utf8.count == 8 else { return nil }
            self.init(hexadecimal: core[...])
        }
    }

    private init?(hexadecimal text: Substring) {
        guard (1...8).contains(text.utf8.count), text.utf8.allSatisfy({ asciiHexDigit($0) }),
            let value = UInt32(text, radix: 16)
        else { return nil }
        self.init(rawValue: value)
    }

    /// The HRESULT that wraps a Win32 number below 65536 (`HRESULT_FROM_WIN32`).
    public init(win32 number: UInt16) {
        self.init(rawValue: number == 0 ? 0 : 0x8007_0000 | UInt32(number))
    }

    /// The Win32 number inside, when this is `HRESULT_FROM_WIN32`.
    public var win32: UInt16? {
        rawValue >> 16 == 0x8007 ? UInt16(truncatingIfNeeded: rawValue) : nil
    }

    /// The HTTP status inside, when the facility is HTTP (25) and the low half is a status.
    public var httpStatus: Int? {
        let low = Int(rawValue & 0xFFFF)
        return rawValue >> 16 == 0x8019 && (100...599).contains(low) ? low : nil
    }

    /// Whether the failure bit of an HRESULT is set.
    public var isFailure: Bool { rawValue >> 31 == 1 }

    /// The facility number of an HRESULT, bits 16 to 26.
    public var facility: Int { Int(rawValue >> 16 & 0x7FF) }

    /// The facility's name, for those that update clients use and whose number is certain.
    public var facilityName: String? {
        switch facility {
        case 7: "Win32"
        case 9: "security (SSPI, cryptography)"
        case 11: "certificates"
        case 12: "Internet (URL moniker)"
        case 25: "HTTP"
        case 32: "background transfer (BITS)"
        case 36: "Windows Update"
        case 208: "Delivery Optimization"
        default: nil
        }
    }
}

extension ErrorCode: CustomStringConvertible {
    /// `0x` and eight hexadecimal digits in upper case.
    public var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}

private func asciiHexDigit(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
}
