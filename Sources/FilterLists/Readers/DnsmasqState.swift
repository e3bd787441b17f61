import Policy
import TextScan

/// What of a configuration of dnsmasq counts only once all of it is read, its other files included.
struct DnsmasqState {
    var addresses = DnsmasqAddresses()
    var hosts = DnsmasqHostOptions()
    var authority = Authority()
    var catchAll = DnsmasqCatchAll()
    var start = DnsmasqStart()

    /// Zones that are answered with authority, with which dnsmasq does not start unless `auth-server` is said somewhere.
    struct Authority {
        private var zone: (range: Range<Int>, line: Int)?
        fileprivate var hasServer = false

        /// The first zone, where there is no server.
        fileprivate var refused: (range: Range<Int>, line: Int)? { hasServer ? nil : zone }

        mutating func note(_ text: Span<UInt8>, _ statement: Range<Int>, _ line: Int) {
            let words = text.extracting(statement)
            guard words.count > 9, words[0] == 0x61, words[1] == 0x75, words[4] == 0x2D else { return }
            if words.extracting(first: 9).equals("auth-zone"), zone == nil { zone = (statement, line) }
            if words.count > 11, words.extracting(first: 11).equals("auth-server") { hasServer = true }
        }
    }

    /// The state behind the options of the lists before.
    init(after options: [DnsmasqOption]?) {
        for option in options ?? [] { note(option) }
    }

    /// Notes an option of another list of the layer, whose own reading says what is wrong with it.
    private mutating func note(_ option: DnsmasqOption) {
        _ = start.note(option)
        addresses.note(option)
        hosts.note(option)
        switch option.name {
        case "auth-server": authority.hasServer = true
        case "no-resolv": catchAll.noteNoOthers(option)
        case "enable-dbus", "enable-ubus": catchAll.noteUncertain()
        case "server", "local": catchAll.noteServer()
        default: break
        }
    }

    /// Adds what counts wherever it stands, and says what keeps dnsmasq from starting.
    mutating func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        if let others = sink.otherOptions {
            for option in others.after { note(option) }
        } else {
            sink.leaveAllOpen(.tooManyOptions, text, 0..<0, 1)
        }
        addresses.finish(&sink)
        hosts.finish(text, &sink)
        catchAll.finish(text, &sink)
        start.finish(text, &sink)
        if let zone = authority.refused { sink.drop(.badStatement, text, zone.range, zone.line) }
        sink.leaveOpenIfRefused(text)
    }
}

/// Options that bear on what stands in other files of the same dnsmasq.
struct DnsmasqSharedOptions {
    private static let names = DnsmasqArguments.once.union([
        "cname", "interface", "listen-address", "resolv-file", "trust-anchor", "domain", "domain-suffix", "dhcp-range",
        "dhcp-host", "bind-interfaces", "bind-dynamic", "conntrack", "no-poll", "no-resolv", "dnssec", "enable-tftp",
        "tftp-root", "tftp-no-fail", "dhcp-fqdn", "rebind-domain-ok", "rebind-localhost-ok",
    ])

    /// Options times lists that are looked at: each list looks at those of all others.
    private static let maximumWork = 4_000_000

    private let lists: [[DnsmasqOption]]
    private let isTooMuch: Bool

    /// Those of some lists; none where a layer has one list, whose own reading knows them.
    init(_ lists: [LayerRecipe.List]) {
        let isShared = lists.count { Self.isOne($0) } > 1
        self.lists = lists.map { isShared && Self.isOne($0) ? Self.options($0.text.octets.span) : [] }
        isTooMuch = self.lists.reduce(0) { $0 + $1.count } * lists.count > Self.maximumWork
    }

    /// What the lists before and behind one say; nil where that is too much to look at.
    func around(_ place: Int) -> (before: [DnsmasqOption], after: [DnsmasqOption])? {
        isTooMuch ? nil : (Array(lists[..<place].joined()), Array(lists[(place + 1)...].joined()))
    }

    private static func isOne(_ list: LayerRecipe.List) -> Bool {
        list.detection.format == .dnsmasq && list.detection.engine == .dnsmasq
    }

    private static func options(_ text: Span<UInt8>) -> [DnsmasqOption] {
        var options: [DnsmasqOption] = []
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard !line.isOverlong else { continue }
            var rest = line.range
            repeat {
                let part = rest.prefix(DnsmasqReader.longestLine)
                rest = part.upperBound..<rest.upperBound
                if let option = option(text, part) { options.append(option) }
            } while !rest.isEmpty
        }
        return options
    }

    /// The option that a line, or a part of one that is too long, states.
    private static func option(_ text: Span<UInt8>, _ line: Range<Int>) -> DnsmasqOption? {
        let octets = text.extracting(line)
        // What most lists have millions of.
        guard !octets.hasPrefix("address=/"), !octets.hasPrefix("server=/"), !octets.hasPrefix("local=/"),
            let statement = DnsmasqReader.statement(text, line)
        else { return nil }
        let equals = text.extracting(statement).firstIndex(of: 0x3D).map { statement.lowerBound + $0 }
        let key = statement.lowerBound..<(equals ?? statement.upperBound)
        let name = text.extracting(text.trimmedRange(in: key)).string
        let value = equals.map { text.trimmedRange(in: ($0 + 1)..<statement.upperBound) }
        let isServer = name == "server" || name == "local"
        let isForAll = value.map { !$0.isEmpty && text[$0.lowerBound] != 0x2F } ?? false
        guard names.contains(name) || isServer && isForAll else { return nil }
        let words = value.map { DnsmasqQuotes.words(text.extracting($0)) }
        return DnsmasqOption(name: name, words: words, rule: statement, line: DnsmasqOption.elsewhere)
    }
}
