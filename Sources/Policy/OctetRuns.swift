import CRE2

/// Runs of up to four octets as numbers, the first octet highest.
enum OctetRuns {
    /// Runs of four octets that so many names have that nothing is told by them.
    static let common = ["www.", ".com", ".net", ".org", ".co.", "com.", "cdn.", ".cdn", "api.", ".api", "http"]
        .map { number($0.utf8) }

    /// The number of a run.
    static func number(_ octets: some Sequence<UInt8>) -> UInt32 { octets.reduce(0) { $0 << 8 | UInt32($1) } }

    /// The bits of a run of so many octets.
    @inline(__always)
    static func mask(_ count: Int) -> UInt32 { count >= 4 ? ~0 : 1 << UInt32(count * 8) &- 1 }

    /// Runs of which one at least stands in every name of ASCII in lower case that a regular expression of RE2 matches, as
    /// RE2 itself finds out; nil when it needs none.
    static func required(by pattern: [UInt8], ignoresCase: Bool) -> (fours: Set<UInt32>, pairs: Set<UInt32>)? {
        let texts = required(by: pattern, ignoresCase, of: 3) ?? required(by: pattern, ignoresCase, of: 2)
        guard let texts else { return nil }
        var runs: (fours: Set<UInt32>, pairs: Set<UInt32>) = ([], [])
        for text in texts {
            guard text.count >= 4 else {
                runs.pairs.insert(number(text.suffix(2)))
                continue
            }
            let fours = (0...(text.count - 4)).map { number(text[$0..<($0 + 4)]) }
            runs.fours.insert(fours.last { !common.contains($0) } ?? fours[0])
        }
        return runs
    }

    /// The texts that RE2 gives, of so many octets or more.
    private static func required(by pattern: [UInt8], _ ignoresCase: Bool, of shortest: Int) -> [[UInt8]]? {
        var texts: [[UInt8]] = []
        let isKnown = unsafe withUnsafeMutablePointer(to: &texts) { texts in
            unsafe cre2_required(
                pattern,
                pattern.count,
                ignoresCase,
                Int64(RegexLimits.re2Memory),
                shortest,
                { context, octets, count in
                    guard let context = unsafe context, let octets = unsafe octets else { return }
                    let text = unsafe Array(UnsafeBufferPointer(start: octets, count: count))
                    unsafe context.assumingMemoryBound(to: [[UInt8]].self).pointee.append(text)
                },
                UnsafeMutableRawPointer(texts)
            )
        }
        // Texts of more than ASCII are not told by octets in lower case; more of them than a pattern is long tell little.
        guard isKnown, texts.count <= most, texts.allSatisfy({ $0.count >= 2 && $0.allSatisfy { $0 < 0x80 } }) else {
            return nil
        }
        return texts
    }

    /// Texts of one expression that are looked for.
    private static let most = 64
}
