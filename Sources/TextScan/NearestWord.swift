/// The known word that an unknown one was probably meant to be.
public enum NearestWord {
    /// `; did you mean `WORD`?` for the nearest word, or nothing where none is near.
    public static func hint(_ word: String, _ known: some Sequence<String>) -> String {
        nearest(word, known).map { "; did you mean `\($0)`?" } ?? ""
    }

    /// The nearest of the known words: at most a third of the letters differ, or one goes on from the other.
    /// - Complexity: O(words × letters²); words of more than 64 letters have none
    public static func nearest(_ word: String, _ known: some Sequence<String>) -> String? {
        let asked = Array(folded(word).utf8)
        guard !asked.isEmpty, asked.count <= 64 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in known {
            let other = Array(folded(candidate).utf8)
            guard other.count <= 64 else { continue }
            var distance = distance(asked, other)
            if asked.count >= 3, other.starts(with: asked) || asked.starts(with: other) && other.count >= 3 {
                distance = min(distance, 1)
            }
            guard distance <= max(1, asked.count / 3), distance < best?.distance ?? .max else { continue }
            best = (candidate, distance)
        }
        return best?.word
    }

    /// Case, hyphens and underscores are not what matters.
    private static func folded(_ word: String) -> String {
        word.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// How many letters have to be put in, taken out or changed (Levenshtein).
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for place in other.indices {
                let above = row[place + 1]
                row[place + 1] = min(above + 1, row[place] + 1, diagonal + (letter == other[place] ? 0 : 1))
                diagonal = above
            }
        }
        return row[other.count]
    }
}
