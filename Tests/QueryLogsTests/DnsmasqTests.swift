import DNS
import QueryLogs
import TestSupport
import Testing
import TextScan

@Suite struct DnsmasqTests {
    private let options = LogOptions(year: 2025)

    private func stamped(_ lines: [String], second: Int = 0) -> String {
        lines.map { "Nov 23 12:00:0\(second) dnsmasq[7]: \($0)\n" }.joined()
    }

    /// Every way in which a plain log says what became of one query.
    @Test(
        arguments: [
            (["reply a.example is 192.0.2.1"], "a.example A NOERROR 192.0.2.1"),
            (["forwarded a.example to 9.9.9.9", "reply a.example is NXDOMAIN"], "a.example A NXDOMAIN"),
            (["forwarded a.example to 9.9.9.9"], "a.example A none"),
            ([], "a.example A none"),
            (["cached a.example is NODATA-IPv4"], "a.example A NOERROR"),
            (["cached a.example is NXDOMAIN-IPv4"], "a.example A NXDOMAIN"),
            (["reply error is SERVFAIL"], "a.example A none"),
            (["forwarded a.example to 9.9.9.9", "reply error is SERVFAIL"], "a.example A SERVFAIL"),
            (["forwarded a.example to 9.9.9.9", "reply error is not implemented"], "a.example A NOTIMP"),
            (["config error is REFUSED (EDE: not ready)"], "a.example A REFUSED"),
            (["config a.example is 0.0.0.0"], "a.example A NOERROR 0.0.0.0 [config]"),
            (["config a.example is NXDOMAIN"], "a.example A NXDOMAIN [config]"),
            (["config a.example is 192.0.2.7"], "a.example A NOERROR 192.0.2.7"),
            (["/etc/hosts.block a.example is 127.0.0.1"], "a.example A NOERROR 127.0.0.1 [/etc/hosts.block]"),
            (["/etc/hosts a.example is 192.0.2.7"], "a.example A NOERROR 192.0.2.7"),
            (["gravity blocked a.example is 0.0.0.0"], "a.example A NOERROR 0.0.0.0 [gravity blocked]"),
            (["exactly denied a.example is NODATA"], "a.example A NOERROR [exactly denied]"),
            (["exactly blacklisted a.example is 0.0.0.0"], "a.example A NOERROR 0.0.0.0 [exactly blacklisted]"),
            (["regex denied a.example is NXDOMAIN"], "a.example A NXDOMAIN [regex denied]"),
            (["gravity blocked (CNAME) a.example is 0.0.0.0"], "a.example A NOERROR 0.0.0.0 [gravity blocked alias]"),
            (["special domain a.example is NXDOMAIN"], "a.example A NXDOMAIN [special domain]"),
            (
                ["blocked upstream with known address (IPv4) a.example is 192.0.2.9"],
                "a.example A NOERROR 192.0.2.9 [blocked upstream with known address (IPv4)]"
            ),
            (
                ["blocked upstream with EDE15 a.example is NXDOMAIN"],
                "a.example A NXDOMAIN [blocked upstream with EDE15]"
            ),
            (
                ["to be refused (gravity database is not available) a.example is REFUSED"],
                "a.example A REFUSED [to be refused (gravity database is not available)]"
            ),
            (["future source of blocks a.example is 0.0.0.0"], "a.example A NOERROR 0.0.0.0 [future source of blocks]"),
            (
                ["gravity blocked a.example is 0.0.0.0 (/usr/src/pihole/src/dnsmasq/forward.c:1638)"],
                "a.example A NOERROR 0.0.0.0 [gravity blocked]"
            ),
            (
                ["/etc/pihole/gravity.list a.example is 0.0.0.0"],
                "a.example A NOERROR 0.0.0.0 [/etc/pihole/gravity.list]"
            ),
            (
                ["possible DNS-rebind attack detected: a.example"],
                "a.example A NOERROR [possible DNS-rebind attack detected]"
            ),
            (
                [
                    "forwarded a.example to 9.9.9.9", "reply a.example is <CNAME>", "reply b.example is <CNAME>",
                    "reply c.example is 192.0.2.1",
                    "reply c.example is 192.0.2.2",
                ],
                "a.example A NOERROR CNAME>b.example CNAME>c.example 192.0.2.1 192.0.2.2"
            ),
            (["reply a.example is <CNAME>", "reply b.example is NXDOMAIN"], "a.example A NXDOMAIN CNAME>b.example"),
            (
                ["reply a.example is 192.0.2.1 (DNSSEC signed)", "validation a.example is BOGUS (EDE: DNSSEC bogus)"],
                "a.example A SERVFAIL 192.0.2.1"
            ),
            (["reply a.example is 192.0.2.1", "validation result is INSECURE"], "a.example A NOERROR 192.0.2.1"),
            (["cached-stale a.example is 192.0.2.1 (EDE: stale answer)"], "a.example A NOERROR 192.0.2.1"),
        ] as [([String], String)]
    )
    func tellsWhatBecameOfAQuery(lines: [String], expected: String) {
        let (events, report) = read(stamped(["query[A] a.example from 192.0.2.5"] + lines), options: options)
        #expect(events.map(\.line) == [expected])
        #expect(report.records == lines.count + 1 && report.skipped["unparsed-line"] == nil)
        #expect(events.first?.client == SocketAddress(.v4(0xC000_0205)))
        #expect(events.first.flatMap(\.time).map(TimeText.rfc3339) == "2025-11-23T12:00:00Z")
    }

    @Test(arguments: [
        ("query[AAAA]", "AAAA"), ("query[type=65]", "HTTPS"), ("query[HTTPS]", "HTTPS"), ("query[TYPE64]", "SVCB"),
        ("auth[SOA]", "SOA"),
    ])
    func readsTypes(source: String, type: String) {
        let (events, _) = read(stamped(["\(source) a.example from 2001:db8::5"]), options: options)
        #expect(events.map(\.line) == ["a.example \(type) none"])
    }

    @Test func namesPointersByTheirAddress() {
        let text = stamped(["query[PTR] 53.2.0.192.in-addr.arpa from 192.0.2.5", "reply 192.0.2.53 is ns.example"])
        #expect(read(text).events.map(\.line) == ["53.2.0.192.in-addr.arpa PTR NOERROR PTR>ns.example"])
    }

    @Test func joinsBySerialNumber() {
        let text = """
            dnsmasq[9]: 11 192.0.2.5/4001 query[A] a.example from 192.0.2.5
            dnsmasq[9]: 12 192.0.2.6/4002 query[A] a.example from 192.0.2.6
            dnsmasq[9]: 12 192.0.2.6/4002 forwarded a.example to 9.9.9.9#5353
            dnsmasq[9]: 11 192.0.2.5/4001 config a.example is 0.0.0.0
            dnsmasq[9]: 12 192.0.2.6/4002 reply a.example is <CNAME>
            dnsmasq[9]: 13 192.0.2.7/4003 query[AAAA] a.example from 192.0.2.7
            dnsmasq[9]: 12 192.0.2.6/4002 reply b.example is 192.0.2.1
            dnsmasq[9]: 13 192.0.2.7/4003 reply error is SERVFAIL
            dnsmasq[9]: 99 192.0.2.7/4003 reply z.example is 192.0.2.1
            """
        let (events, report) = read(text)
        #expect(
            events.map(\.line) == [
                "a.example A NOERROR 0.0.0.0 [config]", "a.example A NOERROR CNAME>b.example 192.0.2.1",
                "a.example AAAA SERVFAIL",
            ]
        )
        #expect(events.map { $0.client?.port } == [4001, 4002, 4003])
        #expect(events[1].server == SocketAddress(.v4(0x0909_0909), port: 5353))
        #expect(report.skipped == ["answer-without-query": 1] && events.allSatisfy { $0.time == nil })
    }

    /// The line of a dropped answer names neither its query nor a type: who waits for addresses and gets none had it (found
    /// with dnsmasq 2.90).
    @Test(arguments: [
        (
            ["2 192.0.2.5/4001 reply a.example is 2001:db8::1"],
            [
                "a.example A NOERROR [possible DNS-rebind attack detected]", "a.example AAAA NOERROR 2001:db8::1",
                "a.example TXT none",
            ]
        ),
        (
            ["1 192.0.2.5/4001 reply a.example is 20.1.2.3", "3 192.0.2.5/4001 reply a.example is NODATA"],
            [
                "a.example A NOERROR 20.1.2.3", "a.example AAAA NOERROR [possible DNS-rebind attack detected]",
                "a.example TXT NOERROR",
            ]
        ),
    ])
    func chargesDroppedAnswersToAddresses(answers: [String], expected: [String]) {
        let queries = ["A", "AAAA", "TXT"].enumerated().map { index, type in
            "\(index + 1) 192.0.2.5/4001 query[\(type)] a.example from 192.0.2.5"
        }
        let rebind = ["possible DNS-rebind attack detected: a.example"]
        let (events, report) = read((queries + rebind + answers).map { "dnsmasq[9]: \($0)\n" }.joined())
        #expect(events.map(\.line) == expected && report.skipped.isEmpty)
    }

    @Test func readsTheTransportAndDuplicates() {
        let text = """
            UDP 1 192.0.2.5/4001 query[A] a.example from 192.0.2.5
            TCP 2 192.0.2.6/4002 query[A] a.example from 192.0.2.6
            UDP 1 192.0.2.5/4001 forwarded a.example to 9.9.9.9
            UDP 1 192.0.2.5/4001 reply a.example is 192.0.2.1
            TCP 2 192.0.2.6/4002 reply query is duplicate
            """
        let (events, report) = read(text)
        #expect(events.map(\.line) == ["a.example A NOERROR 192.0.2.1", "a.example A NOERROR 192.0.2.1"])
        #expect(events.map(\.transport) == [.udp, .tcp] && report.skipped.isEmpty)
    }

    @Test func givesAnAnswerToAllWhoWaitForIt() {
        let text = stamped([
            "query[A] a.example from 192.0.2.5", "forwarded a.example to 9.9.9.9", "query[A] a.example from 192.0.2.6",
            "reply a.example is 192.0.2.1", "query[A] a.example from 192.0.2.5", "cached a.example is 192.0.2.1",
        ])
        let (events, _) = read(text)
        #expect(events.map(\.line) == Array(repeating: "a.example A NOERROR 192.0.2.1", count: 3))
    }

    /// Many clients and many records of one answer cost neither time nor memory for each of both, with other types around them.
    @Test(.timeLimit(.minutes(4)))
    func manyClientsShareOneAnswer() throws {
        let clients = 20_000
        var lines = (0..<clients).map { "query[A] a.example from 10.0.\($0 >> 8).\($0 & 255)" }
        lines.append("query[AAAA] a.example from 10.1.0.1")
        lines += Array(repeating: "reply a.example is 192.0.2.1", count: clients)
        lines.append("reply a.example is 2001:db8::1")
        let (events, report) = read(stamped(lines))
        #expect(events.count == clients + 1)
        #expect(
            events.prefix(clients).allSatisfy { $0.reply == .seen && $0.rcode == .noError && $0.answers.count == 4096 }
        )
        #expect(events.last?.type == .aaaa && events.last?.answers.count == 1)
        #expect(report.skipped.isEmpty)
    }

    @Test func keepsTheTypesOfOneNameApart() {
        let text = stamped([
            "query[A] a.example from 192.0.2.5", "forwarded a.example to 9.9.9.9",
            "query[AAAA] a.example from 192.0.2.5", "forwarded a.example to 9.9.9.9",
            "query[HTTPS] a.example from 192.0.2.5", "forwarded a.example to 9.9.9.9",
            "reply a.example is NODATA-IPv6", "reply a.example is <CNAME>", "reply b.example is 192.0.2.1",
            "reply a.example is <HTTPS>",
        ])
        #expect(
            read(text).events.map(\.line) == [
                "a.example A NOERROR CNAME>b.example 192.0.2.1", "a.example AAAA NOERROR",
                "a.example HTTPS NOERROR HTTPS",
            ]
        )
    }

    @Test func movesAnAliasToTheTypeThatItsAddressShows() {
        let text = stamped([
            "query[A] a.example from 192.0.2.5", "query[AAAA] a.example from 192.0.2.5", "reply a.example is <CNAME>",
            "reply b.example is 2001:db8::1", "reply a.example is <CNAME>", "reply b.example is 192.0.2.1",
        ])
        let (events, report) = read(text)
        #expect(
            events.map(\.line) == [
                "a.example A NOERROR CNAME>b.example 192.0.2.1", "a.example AAAA NOERROR CNAME>b.example 2001:db8::1",
            ]
        )
        #expect(report.diagnostics.counts == ["ambiguous-correlation": 1, "undated": 2])
    }

    @Test func foldsRetriesWithinTheWindow() {
        let query = ["query[A] a.example from 192.0.2.5", "forwarded a.example to 9.9.9.9"]
        let (events, _) = read(stamped(query) + stamped(query, second: 5), options: options)
        #expect(events.map(\.queryCount) == [2] && events.map(\.reply) == [.none])
        let late = query.map { "Nov 23 12:00:16 dnsmasq[7]: \($0)\n" }.joined()
        #expect(read(stamped(query) + late, options: options).events.map(\.queryCount) == [1, 1])
    }

    @Test(
        arguments: [
            ("Nov  3 08:51:27 dnsmasq[1]: ", LogOptions(year: 2024), "2024-11-03T08:51:27Z"),
            (
                "<30>Nov  3 08:51:27 router dnsmasq[1]: ", LogOptions(year: 2024, utcOffset: 3600),
                "2024-11-03T07:51:27Z"
            ),
            ("Sun Nov  3 08:51:27 2019 daemon.info dnsmasq[1]: ", LogOptions(), "2019-11-03T08:51:27Z"),
            ("2026-01-02T03:04:05.5+01:00 host dnsmasq[1]: ", LogOptions(), "2026-01-02T02:04:05.500000Z"),
            ("Nov  3 08:51:27 dnsmasq[1]: ", LogOptions(present: 1_700_000_000_000_000), "2023-11-03T08:51:27Z"),
            ("Nov 30 08:51:27 dnsmasq[1]: ", LogOptions(present: 1_700_000_000_000_000), "2022-11-30T08:51:27Z"),
            ("Feb 29 08:51:27 dnsmasq[1]: ", LogOptions(present: 1_700_000_000_000_000), "2020-02-29T08:51:27Z"),
            ("Nov  3 08:51:27 dnsmasq[1]: ", LogOptions(), nil), ("dnsmasq: ", LogOptions(year: 2024), nil),
            ("", LogOptions(year: 2024), nil),
        ] as [(String, LogOptions, String?)]
    )
    func readsEveryPrefix(prefix: String, options: LogOptions, time: String?) {
        let (events, _) = read("\(prefix)query[A] dnsmasq.example from 192.0.2.5\n", options: options)
        #expect(events.map(\.line) == ["dnsmasq.example A none"])
        #expect(events.first?.time.map(TimeText.rfc3339) == time)
    }

    @Test func countsTheYearUp() {
        let text = ["Dec 31 23:59:59", "Jan  1 00:00:01"].map {
            "\($0) dnsmasq[1]: query[A] a.example from 192.0.2.5\n"
        }
        let times = read(text.joined(), options: options).events.compactMap(\.time).map(TimeText.rfc3339)
        #expect(times == ["2025-12-31T23:59:59Z"])
        let apart = text[0] + text[1].replacing("a.example", with: "b.example")
        let both = read(apart, options: options).events.compactMap(\.time).map(TimeText.rfc3339)
        #expect(both == ["2025-12-31T23:59:59Z", "2026-01-01T00:00:01Z"])
    }

    @Test func countsWhatTellsOfNoQuery() {
        let text =
            stamped([
                "query[A] a.example from 192.0.2.5", "started, version 2.90 cachesize 150",
                "using nameserver 9.9.9.9#53",
                "dnssec-query[DS] example to 9.9.9.9", "validation a.example is SECURE", "ipset add allow 192.0.2.1",
                "what is this", "reply z.example is 192.0.2.1",
            ]) + "Nov 23 12:00:00 dnsmasq-dhcp[7]: DHCPACK(br0) 192.0.2.5\n" + String(repeating: "x", count: 70_000)
            + "\n"
        let (events, report) = read(text, options: options)
        #expect(events.count == 1 && report.records == 10 && report.format == .dnsmasq)
        #expect(
            report.skipped == [
                "service": 2, "dnssec-query": 1, "dnssec-validation": 1, "set-update": 1, "unparsed-line": 1,
                "answer-without-query": 1, "dhcp": 1, "line-too-long": 1,
            ]
        )
        #expect(report.diagnostics.diagnostics.map(\.line) == [7, 10])
    }

    @Test func knowsPiholeByItsSources() {
        let plain = stamped(["query[A] a.example from 192.0.2.5", "config a.example is 0.0.0.0"])
        #expect(read(plain).report.format == .dnsmasq)
        let blocked = stamped(["query[A] a.example from 192.0.2.5", "gravity blocked a.example is 0.0.0.0"])
        #expect(read(blocked).report.format == .pihole)
        #expect(read(plain, options: LogOptions(format: .pihole)).report.format == .pihole)
    }

    @Test func remembersABoundedNumber() {
        let lines = (0..<500).map { "query[A] n\($0).example from 192.0.2.5\n" }.joined()
        var most = 0
        var order: [String] = []
        let options = LogOptions(pairing: PairingLimits(maximumOpen: 10))
        let (events, _) = read(
            lines + "cached n499.example is 192.0.2.1\ncached n3.example is 192.0.2.1\n",
            options: options
        )
        order = events.map { "\($0.name)" }
        most = events.filter { $0.reply == .seen }.count
        #expect(order == (0..<500).map { "n\($0).example" } && most == 1)
    }

    /// Whatever the lines are, reading ends and every line is accounted for.
    @Test func survivesDamage() {
        var generator = SeededGenerator(seed: 11)
        let lines = [
            "<30>Nov 23 12:00:00 dnsmasq[7]: UDP 1 192.0.2.5/4001 query[A] a.example from 192.0.2.5",
            "2026-01-02T03:04:05Z h dnsmasq[7]: 1 192.0.2.5/4001 reply a.example is <CNAME> (/x/forward.c:12)",
            "Nov 23 12:00:00 dnsmasq-dhcp[7]: x", "reply error is SERVFAIL (EDE: blocked)",
            "forwarded a.example to 9.9.9.9#53",
            "gravity blocked (CNAME) a.example is 0.0.0.0", "possible DNS-rebind attack detected: a.example", ")", "]",
            "[",
        ].map { Array($0.utf8) }
        let odd = Array("[]()<>:/# .*9aé\u{0}".utf8)
        for _ in 0..<300 {
            var text: [UInt8] = []
            for _ in 0..<20 {
                var line = lines.randomElement(using: &generator) ?? []
                for _ in 0..<Int.random(in: 0...3, using: &generator) where !line.isEmpty {
                    let index = Int.random(in: 0..<line.count, using: &generator)
                    if Bool.random(using: &generator) {
                        line.removeSubrange(index..<line.count)
                    } else {
                        line[index] = odd.randomElement(using: &generator) ?? 0
                    }
                }
                text += line + [0x0A]
            }
            let (events, report) = read(text, options: LogOptions(format: .dnsmasq, year: 2025))
            #expect(events.count == report.events && report.records <= 20)
        }
    }
}
