/// What the first octets of an input say about it: data for the caller's policy, not a verdict.
public struct ContentSniff: Sendable, Equatable {
    /// A kind of file that is not lines of text.
    public enum Known: String, Sendable {
        /// An HTML page: usually the error page of a download.
        case html
        /// An XML document.
        case xml
        /// A JSON object or array.
        case json
        /// A PDF document.
        case pdf
        /// A picture.
        case image
        /// An executable or object file.
        case executable
        /// An SQLite database.
        case sqlite
        /// A packet capture, classic.
        case pcap
        /// A packet capture, next generation.
        case pcapng
        /// A Windows event log.
        case evtx
        /// An archive that is not unpacked.
        case archive
    }

    /// The kind, when its first octets are known.
    public let known: Known?
    /// Octets looked at.
    public let sampled: Int
    /// NUL octets among them.
    public let nulOctets: Int
    /// Control octets among them other than tab, LF, CR and form feed; NUL included.
    public let controlOctets: Int

    /// Whether more than one octet in ten is a control: no text in any encoding that keeps ASCII.
    public var looksBinary: Bool { controlOctets * 10 > sampled }

    /// Looks at the first 64 KiB.
    public init(_ octets: Span<UInt8>) {
        let sampled = min(octets.count, 65_536)
        var nul = 0
        var control = 0
        for index in 0..<sampled {
            let octet = octets[index]
            if octet == 0 { nul += 1 }
            if octet < 0x20 && octet != 0x09 && octet != 0x0A && octet != 0x0C && octet != 0x0D || octet == 0x7F {
                control += 1
            }
        }
        self.sampled = sampled
        nulOctets = nul
        controlOctets = control
        known = Self.known(octets)
    }

    private static func known(_ octets: Span<UInt8>) -> Known? {
        if let binary = knownBinary(octets) { return binary }
        var start = octets.hasPrefix("\u{FEFF}") ? 3 : 0
        while start < octets.count, isBlank(octets[start]) { start += 1 }
        // Comments in front of a page.
        while octets.hasPrefix("<!--", at: start), let end = octets.firstRange(of: "-->", from: start) {
            start = end.upperBound
            while start < octets.count, isBlank(octets[start]) { start += 1 }
        }
        guard start < octets.count else { return nil }
        if octets.hasPrefixIgnoringCase("<!doctype html", at: start) || octets.hasPrefixIgnoringCase("<html", at: start)
            || octets.hasPrefixIgnoringCase("<head", at: start) || octets.hasPrefixIgnoringCase("<body", at: start)
        {
            return .html
        }
        if octets.hasPrefix("<?xml", at: start) { return .xml }
        if octets[start] == 0x7B { return .json }
        // A section header in brackets is no JSON array; that goes on with a value or ends at once.
        if octets[start] == 0x5B {
            var next = start + 1
            while next < octets.count, isBlank(octets[next]) { next += 1 }
            guard next < octets.count else { return nil }
            switch octets[next] {
            case 0x22, 0x5B, 0x5D, 0x7B: return .json
            default: return nil
            }
        }
        return nil
    }

    private static func knownBinary(_ octets: Span<UInt8>) -> Known? {
        guard octets.count >= 4 else { return nil }
        switch (octets[0], octets[1], octets[2], octets[3]) {
        case (0xD4, 0xC3, 0xB2, 0xA1), (0xA1, 0xB2, 0xC3, 0xD4), (0x4D, 0x3C, 0xB2, 0xA1), (0xA1, 0xB2, 0x3C, 0x4D):
            return .pcap
        case (0x0A, 0x0D, 0x0D, 0x0A): return .pcapng
        case (0x7F, 0x45, 0x4C, 0x46), (0xCF, 0xFA, 0xED, 0xFE), (0x4D, 0x5A, 0x90, _): return .executable
        case (0x89, 0x50, 0x4E, 0x47), (0xFF, 0xD8, 0xFF, _): return .image
        case (0x42, 0x5A, 0x68, 0x31...0x39), (0x52, 0x61, 0x72, 0x21), (0x37, 0x7A, 0xBC, 0xAF): return .archive
        default: break
        }
        if octets.hasPrefix("GIF8") { return .image }
        if octets.hasPrefix("%PDF") { return .pdf }
        if octets.hasPrefix("SQLite format 3") { return .sqlite }
        if octets.hasPrefix("ElfFile") { return .evtx }
        if octets.hasPrefix("ustar", at: 257) { return .archive }
        return nil
    }
}
