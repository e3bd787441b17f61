import FilterLists
import Policy
import Suites
import Testing

/// Texts that LuaJIT does not compile, or that fail as they are run, with neither dnsdist 1.7.3 nor kresd 5.6 (each was given to
/// both), and what must not cost much.
@Suite struct LuaCompilationTests {
    private static let engines = [
        (ListFormat.dnsdist, Engine.dnsdist, "addAction('x.zz', RCodeAction(3))\n"),
        (.knotPolicy, .knotPolicy, "policy.add(policy.suffix(policy.DENY, {todname('x.zz')}))\n"),
    ]

    private func kinds(_ statement: String) throws -> [[VerdictKind]] {
        try Self.engines.map { format, engine, rule in
            let list = try readList(rule + statement + "\n", format, engine)
            return [try list.verdict("x.zz").kind, try list.verdict("q.zz").kind]
        }
    }

    private static func times(_ count: Int, _ item: String) -> String {
        String(repeating: item, count: count)
    }

    @Test(arguments: [
        // The end of a line is one of a comment, and none of a text.
        "-- hello\rx = nosuch.y", "x = 'a\rb'", "print\r('x')", "function f() while x do break x = 2 end end",
        "x = {[0/0] = 1}", "x = 0/0 y = {[x] = 1}", "x = - -{}",
        "function f() while a do \(times(40_000, "x=1 ")) end end", "if a then \(times(40_000, "x=1 ")) end",
        "if a then \(times(15_000, "elseif a then ")) end",
        "function f() \(times(300, "x,"))x = 1 end", "\(times(300, "x,"))x = 1",
        "function f() \(times(130, "g("))\(times(130, ")")) end",
        "function f() \(times(88, "g(1,"))1\(times(88, ")")) end",
        "function f() \(times(88, "a:g("))\(times(88, ")")) end",
        "x = {\(times(120_000, "print,"))}", "\(times(66_000, "x={1} "))",
        "function f() \(times(66_000, "x=function() end ")) end",
        "local \((0..<70).map { "v\($0)" }.joined(separator: ","))\nfunction f() return \((0..<70).map { "v\($0)" }.joined(separator: "+")) end",
    ])
    func isOpen(statement: String) throws {
        for kinds in try kinds(statement) { #expect(kinds == [.unsupported, .unsupported], "\(statement.prefix(60))") }
    }

    @Test(arguments: [
        "-- hello\r\nx = 1", "x = 'a'\r\nprint\r\n", "function f() while x do break end end", "x = {[1/2] = 1}",
        "x = - -1",
        "function f() while a do \(times(1_000, "x=1 ")) end end",
        "function f() \(times(30, "g("))\(times(30, ")")) end",
        "local \((0..<30).map { "v\($0)" }.joined(separator: ","))\nfunction f() return v1 + v29 end",
    ])
    func isFirm(statement: String) throws {
        for kinds in try kinds(statement.replacing("print\r\n", with: "")) {
            #expect(kinds == [.nxdomain, .pass], "\(statement.prefix(60))")
        }
    }

    @Test func loneReturnsAreSaidWhereTheyStand() throws {
        for (format, engine, rule) in Self.engines {
            let list = try readList(rule + "x = 1\r\n-- hello\ry = 2\n", format, engine)
            #expect(try list.verdict("q.zz").matched?.rule.line == 3)
        }
    }

    /// Large texts are not put together, nor copied for everyone who is given one.
    @Test func largeTextsCostLittle() throws {
        let text = Self.times(1 << 20, "a")
        let doubled = Self.times(20, "x..") + "x"
        let statement =
            "x = '\(text)'\n" + Self.times(2_000, "y = (\(doubled))..(\(doubled))\n") + Self.times(2_000, "print(x)\n")
        for kinds in try kinds(statement) { #expect(kinds == [.nxdomain, .pass]) }
    }

    /// Addresses of listeners are compared, not how they are written.
    @Test(arguments: [
        ("setLocal('0.0.0.0:5310') addLocal('127.0.0.1:5310')", false),
        ("setLocal('127.0.0.1:5310') addLocal('127.0.0.1:05310')", false),
        ("setLocal('[::1]:5310') addLocal('[0:0::1]:5310')", false),
        ("setLocal('127.0.0.1:5310') addLocal('127.0.0.2:5310')", true),
        ("setLocal('127.0.0.1:5310') addLocal('127.0.0.1:5311')", true),
        ("setLocal('127.0.0.1:5310') addLocal('[::1]:5310')", true),
    ])
    func listeners(statement: String, starts: Bool) throws {
        let list = try readList(Self.engines[0].2 + statement + "\n", .dnsdist, .dnsdist)
        #expect(try list.verdict("x.zz").kind == (starts ? .nxdomain : .unsupported))
    }
}
