import TestSupport
import Testing
import TextScan

@testable import QueryLogs

/// Members that are found where they stood in objects of the same shape are those that a search of the object itself finds.
@Suite struct JSONRecordTests {
    private static let paths: [StaticString] = ["a", "b", "a.b", "a.b.a", "b.a", "a.c", "c"]

    /// Objects of few members, so that shapes come again, with names of paths, names twice, and values that are null.
    private func object(_ depth: Int, _ generator: inout SeededGenerator) -> String {
        let members = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            let key = ["a", "b", "c", "a.b", "b.a"].randomElement(using: &generator) ?? "a"
            let value =
                switch Int.random(in: 0..<8, using: &generator) {
                case 0, 1: "null"
                case 2: "[1,null,{\"a\":2}]"
                case 3, 4, 5: depth > 2 ? "true" : object(depth + 1, &generator)
                case 6: "\"null\""
                default: "\(Int.random(in: 0...1, using: &generator))"
                }
            return "\"\(key)\":\(value)"
        }
        return "{\(members.joined(separator: ","))}"
    }

    @Test func membersAreWhereASearchFindsThem() {
        var generator = SeededGenerator(seed: 91)
        let text = (0..<4_000).map { _ in object(0, &generator) }.joined(separator: "\n")
        let octets: [UInt8] = Array(text.utf8)
        var walk = JSONRecordWalk(octets.span)
        var (objects, found) = (0, 0)
        while case .object(let range, _)? = walk.next() {
            objects += 1
            let part = octets.span.extracting(range)
            let kept = JSONRecord(part, walk.tape, walk.paths)
            let alone = JSONRecord(part, walk.tape)
            for path in Self.paths {
                let place = kept.index(path)
                let searched = alone.index(path)
                if place != nil { found += 1 }
                #expect(place == searched)
                guard let place, kept.isObject(place) else { continue }
                let (inner, searchedInner) = (kept.index("a", in: place), alone.index("a", in: place))
                #expect(inner == searchedInner)
            }
        }
        #expect(objects == 4_000)
        #expect(found > 4_000)
    }
}
