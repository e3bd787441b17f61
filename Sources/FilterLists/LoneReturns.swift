import Policy
import TextScan

/// Carriage returns that end no line: to dnsmasq (2.90, its hosts files too) and Unbound (1.17.1) lines end at line feeds
/// alone and a return is a blank, also in a comment, which goes on behind it (compared with the running engines).
enum LoneReturns {
    /// How quotes and comments stand in the text.
    private enum Quoting {
        case none, double, both
    }

    /// The list with blanks in place of such returns, where the engine reads them so. One in quotes stays: Unbound does
    /// not start with it, and of dnsmasq's it is not known what comes of it, so that its line is a bad one.
    static func blanked(_ source: ListText, _ engine: Engine, _ format: ListFormat) -> ListText {
        let quoting: Quoting
        switch (engine, format) {
        case (.dnsmasq, .hosts): quoting = .none
        case (.dnsmasq, _): quoting = .double
        case (.unbound, _): quoting = .both
        default: return source
        }
        let places = places(source.octets.span, quoting)
        return places.isEmpty ? source : source.replacingReturns(places)
    }

    private static func places(_ text: Span<UInt8>, _ quoting: Quoting) -> [Int] {
        var places: [Int] = []
        var end = 0
        while let found = text.firstIndex(of: 0x0D, from: end) {
            let first = end
            end = text.firstIndex(of: 0x0A, from: found) ?? text.count
            // Most lists have returns in front of line feeds and no others.
            guard found + 1 < end || end == text.count else { continue }
            add(text, lineStart(text, found, from: first)..<end, quoting, &places)
        }
        return places
    }

    private static func lineStart(_ text: Span<UInt8>, _ place: Int, from first: Int) -> Int {
        var start = place
        while start > first, text[start - 1] != 0x0A { start -= 1 }
        return start
    }

    private static func add(_ text: Span<UInt8>, _ line: Range<Int>, _ quoting: Quoting, _ places: inout [Int]) {
        var quote: UInt8 = 0
        var isWhite = true
        var index = line.lowerBound
        while index < line.upperBound {
            let octet = text[index]
            if quote != 0 {
                if octet == 0x5C { index += 1 } else if octet == quote { quote = 0 }
            } else if octet == 0x0D {
                if index + 1 < line.upperBound || line.upperBound == text.count { places.append(index) }
                isWhite = true
            } else if isWhite, octet == 0x23 {
                for rest in index..<line.upperBound where text[rest] == 0x0D { places.append(rest) }
                return
            } else {
                if quoting != .none, octet == 0x22 || quoting == .both && octet == 0x27 { quote = octet }
                isWhite = octet == 0x20 || octet == 0x09
            }
            index += 1
        }
    }
}
