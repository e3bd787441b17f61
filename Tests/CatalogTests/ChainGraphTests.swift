import Catalog
import DNS
import Testing

@Suite struct ChainGraphTests {
    static func graph(_ steps: [String]) throws -> ChainGraph {
        ChainGraph(
            try steps.map { step in
                let parts = step.split(separator: " ").map(String.init)
                return ChainEdge(
                    owner: try DomainName(parts[0]),
                    target: try DomainName(parts[1]),
                    basis: parts.count > 2 ? .inferred : .observed,
                    sightings: [ChainEdge.Sighting(place: step, when: nil, note: nil)]
                )
            }
        )
    }

    static func chains(_ steps: [String], from name: String) throws -> [String] {
        try graph(steps).chains(from: DomainName(name)).map { chain in
            chain.aliases.map(\.description).joined(separator: " ")
        }
    }

    @Test func followsEveryBranch() throws {
        let steps = ["a.x b.x", "a.x c.x", "b.x d.x", "c.x d.x", "d.x e.x"]
        #expect(try Self.chains(steps, from: "A.x") == ["b.x d.x e.x", "c.x d.x e.x"])
        #expect(
            try Self.graph(steps).aliases(of: DomainName("a.x")).map(\.description) == ["b.x", "c.x", "d.x", "e.x"]
        )
        #expect(try Self.chains(steps, from: "e.x") == [])
    }

    @Test func endsCyclesAndItself() throws {
        #expect(try Self.chains(["a.x b.x", "b.x a.x"], from: "a.x") == ["b.x"])
        #expect(try Self.chains(["a.x a.x"], from: "a.x") == [])
    }

    @Test func boundsDepthAndNumber() throws {
        let line = (0..<40).map { "n\($0).x n\($0 + 1).x" }
        #expect(try Self.graph(line).chains(from: DomainName("n0.x")).first?.edges.count == ChainGraph.maximumDepth)
        // Every level doubles the ways: 2^20 without a bound.
        let ladder = (0..<20).flatMap { level in
            ["l", "r"].flatMap { side in ["l", "r"].map { "\(side)\(level).x \($0)\(level + 1).x" } }
        }
        #expect(try Self.graph(ladder).chains(from: DomainName("l0.x")).count == ChainGraph.maximumChains)
    }

    @Test func joinsSightingsOfOneStep() throws {
        let graph = try Self.graph(["a.x b.x inferred", "A.x B.x"])
        #expect(graph.edges.count == 1)
        #expect(graph.edges.first?.sightings.count == 2)
        #expect(graph.edges.first?.basis == .observed)
        #expect(try Self.graph(["a.x b.x inferred"]).chains(from: DomainName("a.x")).first?.basis == .inferred)
    }
}
