import Testing

@testable import Policy

/// Texts of lists share memory; none may stand where another does.
@Suite struct ListOctetsTests {
    /// Octets of one kind, and the number and the size at both ends.
    private func text(_ number: Int, _ count: Int) -> [UInt8] {
        var text = [UInt8](repeating: UInt8(truncatingIfNeeded: number &* 37 &+ 1), count: count)
        for place in text.indices.prefix(8) { text[place] = UInt8(truncatingIfNeeded: count >> (place * 8)) }
        if count > 8 { text[count - 1] = UInt8(truncatingIfNeeded: number) }
        return text
    }

    private func holds(_ octets: ListOctets, _ text: [UInt8]) -> Bool {
        unsafe octets.span.withUnsafeBufferPointer { unsafe Array($0) } == text
    }

    @Test(arguments: [
        [0, 1, 100], [32_768, 32_767, 32_769], [1 << 16, 33 << 20, 1 << 16],
        Array(repeating: 1 << 20, count: 12),
    ])
    func everyTextIsItsOwn(sizes: [Int]) {
        var kept: [(octets: ListOctets, text: [UInt8])] = []
        for round in 0..<3 {
            for (number, size) in sizes.enumerated() {
                let text = text(round * 10 + number, size)
                kept.append((ListOctets(text.span), text))
            }
            // Some go, in whatever order, and others take their place.
            kept.removeAll { $0.text.count % 3 == round }
            #expect(kept.allSatisfy { holds($0.octets, $0.text) })
        }
    }

    @Test func threadsFillOneBlockTogether() async {
        await withTaskGroup { group in
            for number in 0..<16 {
                group.addTask {
                    let text = self.text(number, 100_000 + number)
                    let octets = ListOctets(text.span)
                    await Task.yield()
                    #expect(self.holds(octets, text))
                }
            }
        }
    }
}
