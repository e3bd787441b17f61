import Policy
import TextScan

/// Why a line is a rule that Patchway cannot evaluate yet. It is counted, and never guessed.
struct UnsupportedReason {
    /// Kebab-case, stable.
    let id: String
    /// What it would need.
    let text: String

    static func regexTooLarge(_ reason: String) -> UnsupportedReason {
        UnsupportedReason(id: "regex-too-large", text: "the regular expression takes too much memory: \(reason)")
    }
    static func regexNotLinear(_ reason: String) -> UnsupportedReason {
        UnsupportedReason(id: "regex-not-linear", text: reason)
    }
    static let overlong = UnsupportedReason(
        id: "line-too-long",
        text: "is longer than 65,536 octets and is not read; is this file damaged?"
    )
    static let carriageReturn = UnsupportedReason(
        id: "carriage-return",
        text: "has a CR that ends no line for the engine, which ends lines at LF; convert the line ends of the file"
    )
    static let nul = UnsupportedReason(
        id: "nul-octets",
        text: "holds a NUL, where engines written in C take a word to end; is this file damaged?"
    )
    static let binary = UnsupportedReason(
        id: "binary",
        text:
            "a rule has an octet as of a binary file: AdGuard Home refuses the whole list and keeps what it had of it before"
    )
    static let ownAddress = UnsupportedReason(
        id: "own-address",
        text: "reply=IP answers with the Pi-hole's own addresses; `block-addresses` of a stack file gives them"
    )
    static let clientTables = UnsupportedReason(
        id: "client-tables",
        text: "there are more clients times sets of groups than are kept; where a client is given, it is not evaluated"
    )
    static let anyTLD = UnsupportedReason(
        id: "denyallow-any-tld",
        text: "$denyallow with a name under any public suffix depends on the suffixes that the engine was built with"
    )
    static let badfilterOverlap = UnsupportedReason(
        id: "badfilter-overlap",
        text: "its $badfilter twin removes it for some questions only, because of conditions or other $badfilter rules"
    )
    static let schedule = UnsupportedReason(
        id: "schedule",
        text: "its schedule is not known; dnscrypt-proxy.toml or `schedules` of a stack file gives it"
    )
    static let cloakingLoop = UnsupportedReason(
        id: "cloaking-loop",
        text:
            "its target leads back to a rule that was followed before: dnscrypt-proxy 2.1.16 and newer do not start with the file"
    )
    static let cloakingTarget = UnsupportedReason(
        id: "bad-target",
        text: "its target is neither an address nor a name: what comes of looking it up is not evaluated"
    )
    static let server = UnsupportedReason(id: "no-server", text: "none of its servers is an address")
    static let idna = UnsupportedReason(
        id: "idna",
        text: "names outside ASCII that the engine converts to Punycode are not converted yet"
    )
    static let locale = UnsupportedReason(
        id: "locale",
        text:
            "a name outside ASCII: dnsmasq converts it where its locale is one of UTF-8, and leaves it out in any other (run)"
    )
    static let address = UnsupportedReason(
        id: "address-rule",
        text: "rules about addresses in answers are not evaluated yet"
    )
    static let include = UnsupportedReason(
        id: "include",
        text: """
            other files are not followed; give them as lists of the same layer: --list FILE,FILE (audit: in a layer of a stack \
            file, --stack)
            """
    )
    static let zoneInclude = UnsupportedReason(
        id: include.id,
        text:
            "other files are not followed, and a list is a zone of its own; write the records of the file in place of the line"
    )
    static let knotZone = UnsupportedReason(
        id: include.id,
        text: "its zone file is not followed; give it as a layer of its own: --list FILE --engine knot-rpz"
    )
    /// A file that lies where the configuration says, and is none of the lists.
    static func notGiven(_ path: String) -> UnsupportedReason {
        UnsupportedReason(
            id: include.id,
            text:
                "\(TerminalText.escaped(path)) is there and is none of the lists, whatever their names; give it as a list, too"
        )
    }
    /// Lists stand for files that are included elsewhere than behind everything that is about names.
    /// - Parameter line: that of the first statement about names behind the `include`, where there is one.
    static func includeOrder(before line: Int? = nil) -> UnsupportedReason {
        let place = line.map { ", such as that on line \($0)," } ?? ""
        return UnsupportedReason(
            id: include.id,
            text:
                "what it includes counts at this place, and lists are read one after the other; put statements about names"
                + "\(place) before it, and give the lists in the order in which they are included"
        )
    }
    static let appendedDomain = UnsupportedReason(
        id: "append-domain",
        text: "a domain is put behind hosts without a dot: what rules make of them is not evaluated"
    )
    static let account = UnsupportedReason(
        id: "account",
        text: "the engine starts only on a machine that has the account"
    )
    /// A file without which squid does not start.
    static func missingFile(_ path: String) -> UnsupportedReason {
        UnsupportedReason(
            id: "missing-file",
            text: "squid does not start where \(TerminalText.escaped(path)) is not there, and it is not on this machine"
        )
    }
    static let squidStart = UnsupportedReason(
        id: "may-not-start",
        text: "whether squid starts with it depends on files that are not read here"
    )
    static let macro = UnsupportedReason(
        id: "macro",
        text: "it holds a `${…}`, whose value depends on the process; nothing is certain behind it"
    )
    static let quotedValues = UnsupportedReason(
        id: "quoted-values",
        text: "values may stand in quotes behind it, so nothing is certain behind it"
    )
    static let buildWithTLS = UnsupportedReason(
        id: "tls-build",
        text: "only builds with OpenSSL know it; others, such as Debian's, do not start with it"
    )
    static let hostAddress = UnsupportedReason(
        id: "host-address",
        text: "squid looks the name up when it starts, and does not start where it has no address"
    )
    static let helperCode = UnsupportedReason(
        id: "helper-code",
        text: "a format code of a helper is not known, and squid does not start with those that it does not know"
    )
    static let reverseName = UnsupportedReason(
        id: "reverse-name",
        text: "squid looks the name of the address up and compares that, too; the list does not show it"
    )
    static let emptyPool = UnsupportedReason(
        id: "empty-pool",
        text: "no server is known to be in its pool, so dnsdist answers nothing, or SERVFAIL, or from its cache"
    )
    static let interface = UnsupportedReason(
        id: "interface",
        text: "dnsmasq starts with it only where the machine has the interface"
    )
    static let serverName = UnsupportedReason(
        id: "server-name",
        text: "dnsmasq looks the server's name up, and starts only where it is found"
    )
    static let start = UnsupportedReason(
        id: "may-not-start",
        text: "whether dnsmasq starts with it depends on the machine, on other files, or on what is not read here"
    )
    static let service = UnsupportedReason(
        id: "no-service",
        text: "with it dnsmasq answers nothing, or refuses queries, on some ways in or on all"
    )
    static let generated = UnsupportedReason(
        id: "generated",
        text: "the records that $GENERATE makes are not evaluated"
    )
    static let unknownServers = UnsupportedReason(
        id: "unknown-servers",
        text: "it counts only where there is no server for everything; say server=ADDRESS or no-resolv in the same file"
    )
    static let answerOption = UnsupportedReason(
        id: "answer-option",
        text: "settings that change answers as such are not evaluated yet"
    )
    static let alias = UnsupportedReason(id: "local-alias", text: "local aliases are not evaluated yet")
    static let localRecord = UnsupportedReason(
        id: "local-record",
        text: "local records other than addresses are not evaluated yet"
    )
    static let view = UnsupportedReason(
        id: "view",
        text: "clients are told apart for a zone that the list does not have, or for too many tags"
    )
    static let zoneType = UnsupportedReason(
        id: "zone-type",
        text: "this local-zone type is not evaluated yet"
    )
    static let forward = UnsupportedReason(
        id: "forward",
        text: "forward, stub and authority clauses are not evaluated yet"
    )
    static let serverPort = UnsupportedReason(
        id: "server-port",
        text: "nothing can be sent to port 0: what becomes of the names depends on what other servers there are"
    )
    static let emptyPrefix = UnsupportedReason(
        id: "empty-prefix",
        text: "a range of all addresses does not hold all of them in dnsmasq"
    )
    static let looseRange = UnsupportedReason(
        id: "rpz-loose-range",
        text: "a range with bits behind its prefix matches some of its addresses in Unbound, by its neighbours"
    )
    static let nameServerTrigger = UnsupportedReason(
        id: "rpz-name-server",
        text: "rules about name servers need the engine's own iteration, which no list shows"
    )
    static let hidingAlias = UnsupportedReason(
        id: "rpz-dname",
        text: "is data of its owner, which is evaluated; that BIND takes no policy of this zone below it is not"
    )
    static let engineTrouble = UnsupportedReason(
        id: "rpz-self-alias",
        text: "what the engine does with a CNAME to its own owner is not evaluated yet"
    )
    static let connection = UnsupportedReason(
        id: "connection",
        text: "rules for single programs, ports or protocols are not evaluated"
    )
    static let emptyRecord = UnsupportedReason(
        id: "empty-record",
        text: "a record without data: Unbound answers queries for it with malformed messages"
    )
    static let packetText = UnsupportedReason(
        id: "packet-text",
        text: "rules about text inside packets are not evaluated: which packets hold it does not follow from a name"
    )
    /// Rules about hosts by their names.
    static func resolvedOnce(_ hosts: [String]) -> UnsupportedReason {
        UnsupportedReason(
            id: "host-name",
            text:
                "\(hosts.joined(separator: ", ")) is resolved once, when the rule is loaded; the rule is about the addresses that "
                + "the name had then"
        )
    }
    static let specificity = UnsupportedReason(
        id: "specificity",
        text: "rules that allow, of which the more specific one wins, are not evaluated"
    )
    static let policyZones = UnsupportedReason(
        id: "response-policy",
        text: """
            response policy zones change answers; give their zone files in this order, and not the configuration, as the \
            lists of one layer: --list FILE,FILE --engine bind-rpz (in a stack file `engine: bind-rpz`); what `policy` says \
            in place of a zone's actions is not taken over
            """
    )
    /// A policy zone of a configuration of which more is not known.
    static func policyZone(_ why: String) -> UnsupportedReason {
        UnsupportedReason(id: "response-policy", text: "response policy zones change answers, and of this one \(why)")
    }
    static let zoneFile = UnsupportedReason(
        id: "zone-file",
        text: "the zone file cannot be read, or has more in it than a zone and a star"
    )
    static let noZoneFile = UnsupportedReason(
        id: "no-zone-file",
        text: """
            the zone file is not found or is too large; paths begin at an absolute 'directory', or beside the list, and a list of \
            the layer passes by its name for a file that is not there
            """
    )
    static let missingZoneFile = UnsupportedReason(
        id: "missing-file",
        text: "Unbound does not start where the zone file is not there, and it is not on this machine"
    )
    static let program = UnsupportedReason(
        id: "program",
        text: "it is more than calls with literal arguments, and nothing is run"
    )
    /// The same, where it may keep the engine from starting.
    static let programAtStart = UnsupportedReason(
        id: program.id,
        text: "whether the engine starts with it is not known"
    )
    static let behindFault = UnsupportedReason(
        id: "behind-fault",
        text: "the rest of the file is not read behind a fault"
    )
    static let queryState = UnsupportedReason(
        id: "query-state",
        text: "rules about more than the question (client, transport, load, chance) are not evaluated yet"
    )
    static let actionKind = UnsupportedReason(id: "action", text: "this action is not evaluated yet")
    static let responseRule = UnsupportedReason(
        id: "response-rule",
        text: "rules about answers and about clients that ask too much are not evaluated yet"
    )
    static let regexDialect = UnsupportedReason(
        id: "regex-dialect",
        text: "the regular expression may mean something else to the engine's library than to the one used here"
    )
    static let letterCase = UnsupportedReason(
        id: "letter-case",
        text: "it compares letters as the client spells them; begin it with (?i)"
    )
    static let oddName = UnsupportedReason(
        id: "odd-name",
        text: "it holds a text that the engine makes no name of, which leaves a hole in its table"
    )
    static let leadingDot = UnsupportedReason(
        id: "leading-dot",
        text: "what the product makes of an entry that begins with a dot is not documented"
    )
    static let listOfURLs = UnsupportedReason(
        id: "list-of-urls",
        text:
            "a star or caret here is a pattern in a list of URLs and invalid in one of domains; the list does not say which it is"
    )
    static let aclOption = UnsupportedReason(
        id: "acl-option",
        text: "it has capitals, and whether its acl line says -i is not known; put a line with -i in front of it"
    )
    static let url = UnsupportedReason(id: "url", text: "rules about URLs are no rules about names")
    static let serverBlock = UnsupportedReason(
        id: "server-block",
        text: "server blocks for networks, for other transports and for other ports than the first are not evaluated"
    )
    static let otherPlugin = UnsupportedReason(
        id: "plugin",
        text: "what this plugin does to answers is not evaluated; CoreDNS's hosts files are lists of their own here"
    )
    static let environment = UnsupportedReason(
        id: "environment",
        text: "it is filled in when the server starts"
    )
    /// A file with values that is not read.
    static func aclFile(_ path: String) -> UnsupportedReason {
        UnsupportedReason(id: "acl-file", text: "\(path) is \(notRead)")
    }
    /// The same, for an access rule that asks a list.
    static func aclFile(_ path: String, ofList list: [UInt8], on line: Int) -> UnsupportedReason {
        let name = TerminalText.escaped(list.span, limit: 64)
        return UnsupportedReason(
            id: "acl-file",
            text: "the values of '\(name)' (line \(line)) stand in \(path), which is \(notRead)"
        )
    }
    private static let notRead = """
        not there, nor beside the list, nor a list of the layer by its name, or too large; where squid does not find it either, it \
        starts without these values ("Can not open file")
        """
    static let otherValues = UnsupportedReason(
        id: "acl-file",
        text: "values in files are evaluated of lists about hosts alone"
    )
    static let requestState = UnsupportedReason(
        id: "request-state",
        text: "it depends on more of a request than host and client, or tells plain requests and tunnels apart"
    )
    static let refusedFile = UnsupportedReason(
        id: "bad-statement",
        text: "the engine refuses to start with it, so nothing is known of any name"
    )
    /// A value beside which squid takes none that it covers, or that spells it.
    static func overlap(_ entry: ListEntry) -> UnsupportedReason {
        UnsupportedReason(
            id: refusedFile.id,
            text: "squid does not start with \(entry.description), which covers or spells a value before it"
        )
    }
    static let otherAccess = UnsupportedReason(
        id: "other-access",
        text: "requests may be changed or refused here after http_access"
    )
    static let addressText = UnsupportedReason(
        id: "address-text",
        text: "which addresses begin so depends on how their zeros are written, or on longer rules that begin alike"
    )
    static let tooManyOptions = UnsupportedReason(
        id: "too-many-options",
        text: "the lists of the layer have too many options that bear on each other"
    )
    static let tooManyParts = UnsupportedReason(
        id: "too-many-parts",
        text: "the rule has too many parts"
    )
}
