import TextScan

/// The shapes of some thousand lines of a list, counted.
struct ListSample {
    /// Content lines looked at.
    static let maximumLines = 5000

    private var counts = [Int](repeating: 0, count: LineShape.allCases.count)
    /// Lines that are neither blank nor comments.
    private(set) var content = 0
    /// Lines, blank ones and comments included.
    private(set) var lines = 0
    /// Whether a directive or record of the zone itself, or the path, calls it a policy zone.
    private var mentionsPolicyZone: Bool { namesPolicyZone || pathMentions("rpz") }
    private var namesPolicyZone = false
    /// Whether names in a zone are relative to one that it states.
    private var hasOrigin = false

    /// Whether records of a zone are those of a policy zone: by an action or a trigger, by what the zone is called, or by
    /// null addresses that are most of what it holds. An ordinary zone may have one of those, too.
    var isPolicyZone: Bool {
        if self[.zonePolicy] > 0 || mentionsPolicyZone { return true }
        guard hasOwnNames else { return false }
        return self[.zoneNull] > (hasOrigin ? 1 : 0) && self[.zoneNull] >= self[.zoneRecord]
    }

    /// Whether null addresses are those of the zone itself and of all names below it alone: the file that all zones share which
    /// a list of zones blocks.
    var isZoneTemplate: Bool { self[.zoneNull] > 0 && !hasOwnNames && !isPolicyZone }

    /// Whether a null address has an owner that is neither `@` nor `*`.
    private var hasOwnNames = false

    /// Names with a dot in front.
    private(set) var dottedNames = 0
    /// Lines over the limit of the line scanner.
    private(set) var overlong = 0
    /// The path, lower case.
    private let path: String

    /// Looks at the first lines of `text` and, if it is long, at stretches all over it: some lists change their mind.
    init(_ text: Span<UInt8>, path: String) {
        self.path = path.lowercased()
        let first = look(text, from: 0, upTo: Self.maximumLines / 4)
        let step = (text.count - first) / 16
        if step < 1 << 14 {
            _ = look(text, from: first, upTo: Self.maximumLines)
            return
        }
        for stretch in 1...16 {
            // Up to the next line start.
            let landing = first + stretch * step - (1 << 13)
            guard let newline = text.firstIndex(of: 0x0A, from: landing) else { break }
            _ = look(text, from: newline + 1, upTo: Self.maximumLines * (stretch + 4) / 20)
        }
    }

    /// Counts lines from an offset on until there are `limit` content lines in all; says where it stopped.
    private mutating func look(_ text: Span<UInt8>, from start: Int, upTo limit: Int) -> Int {
        var scanner = LineScanner(text.extracting(min(start, text.count)..<text.count))
        var inParentheses = false
        while content < limit, let line = scanner.next() {
            lines += 1
            if line.isOverlong {
                overlong += 1
                continue
            }
            let whole = text.extracting((start + line.range.lowerBound)..<(start + line.range.upperBound))
            let trimmed = whole.trimmed
            guard trimmed.count > 0 else { continue }
            let shape = LineShape.of(trimmed, startsBlank: isBlank(whole[0]), inParentheses: &inParentheses)
            counts[shape.rawValue] += 1
            if shape != .comment { content += 1 }
            if shape == .domain, trimmed[0] == 0x2E { dottedNames += 1 }
            if shape == .zoneDirective, trimmed.hasPrefixIgnoringCase("$ORIGIN") { hasOrigin = true }
            if shape == .zoneNull, !hasOwnNames, !isBlank(whole[0]) {
                var fields = FieldScanner(trimmed)
                let owner = fields.next().map { trimmed.extracting($0).octets }
                hasOwnNames = owner != [0x40] && owner != [0x2A]
            }
            if shape == .zoneDirective || shape == .zoneRecord, trimmed.firstRange(of: "rpz") != nil {
                namesPolicyZone = true
            }
        }
        return start + scanner.consumed
    }

    /// Lines of a shape.
    subscript(shape: LineShape) -> Int { counts[shape.rawValue] }

    /// A share of the content, 0 to 100.
    func percent(_ part: Int) -> Int { content == 0 ? 0 : min(100, part * 100 / content) }

    /// Whether the path contains a word.
    func pathMentions(_ word: String) -> Bool { path.contains(word) }
}
