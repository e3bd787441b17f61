internal import DNS

/// The generic form `\# length hex…` of RFC 3597 §5; libldns neither refuses bad digits nor left-over octets there.
extension DataText {
    /// The text after `\#`, or nil when the text is not in generic form.
    static func genericDigits(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard text.starts(with: [0x5C, 0x23]) else { return nil }
        let rest = text.dropFirst(2)
        guard let next = rest.first else { return rest }
        return EntryScanner.isBlank(next) ? rest : nil
    }

    static func generic(_ text: ArraySlice<UInt8>) throws(RecordError) -> [UInt8] {
        var words = Words(text)
        guard let word = words.next(), word.count <= 5, word.allSatisfy({ asciiDigit($0) != nil }),
            let length = UInt16(String(decoding: word, as: UTF8.self))
        else { throw .badGenericData }
        var data: [UInt8] = []
        var high: UInt8?
        for octet in words.rest where !EntryScanner.isBlank(octet) {
            guard let digit = hexDigit(octet) else { throw .badGenericData }
            if let first = high {
                data.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil, data.count == Int(length) else { throw .badGenericData }
        return data
    }

    static func genericText(_ data: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("\\# \(data.count)".utf8)
        if !data.isEmpty { text.append(0x20) }
        for octet in data {
            text.append(digits[Int(octet >> 4)])
            text.append(digits[Int(octet & 15)])
        }
        return text
    }

    private static func hexDigit(_ octet: UInt8) -> UInt8? {
        if let digit = asciiDigit(octet) { return digit }
        let letter = asciiLowercased(octet) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}
