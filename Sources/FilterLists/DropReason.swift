/// Why a line of a list did not become a rule: a short stable id for counting, and a sentence for people.
struct DropReason {
    /// Kebab-case, stable.
    let id: String
    /// What is wrong and what the engine makes of it.
    let text: String

    // MARK: - Dropped by the engine

    static let endOfZone = DropReason(
        id: "end-of-zone",
        text: "is no record that Knot Resolver reads, and it reads nothing of the zone behind it"
    )
    static let behindEndOfZone = DropReason(
        id: "behind-end-of-zone",
        text: "stands behind an entry at which Knot Resolver stops reading the zone"
    )
    static let givesWayToServer = DropReason(
        id: "gives-way-to-server",
        text: "is about every name and has no address: dnsmasq asks the server for everything instead"
    )
    static let duplicatePolicy = DropReason(
        id: "duplicate-policy",
        text: "is a second policy for a name: PowerDNS refuses the whole zone until it is gone"
    )

    static let notAName = DropReason(
        id: "not-a-name",
        text: "is no domain name that the engine accepts, so it drops the line"
    )
    static let wildcard = DropReason(
        id: "wildcard",
        text: "is a wildcard, which this engine does not take in lists"
    )
    static let oneLabel = DropReason(
        id: "one-label",
        text: "has no dot; the engine accepts no name of one label here"
    )
    static let upperCase = DropReason(
        id: "upper-case",
        text: "has capitals in a hosts rule; AdGuard Home compares them as they are, so it never matches"
    )
    static let upperCaseRow = DropReason(
        id: "upper-case",
        text: "has capitals; FTL looks lower-case names up, so it never matches"
    )
    static let trailingDot = DropReason(
        id: "trailing-dot",
        text: "ends with a dot in a hosts rule; AdGuard Home compares it as it is, so it never matches"
    )
    static let capitals = DropReason(
        id: "upper-case",
        text: "has capitals, which are not accepted here or never match a host"
    )
    static let hostsTrailingDot = DropReason(
        id: "trailing-dot",
        text: "ends with a dot, with which names in a hosts file are never found"
    )
    static let entryTrailingDot = DropReason(
        id: "trailing-dot",
        text: "ends with a dot, with which Blocky keeps it and looks no name up, so it never matches"
    )
    static let behindErrors = DropReason(
        id: "behind-errors",
        text:
            "stands behind more lines that Blocky cannot read than it bears with (`maxErrorsPerSource`): it reads no further"
    )
    static let localName = DropReason(
        id: "local-name",
        text: "names the machine itself; the engine skips such hosts lines"
    )
    static let noAddress = DropReason(
        id: "no-address",
        text: "does not begin with an address, so the engine ignores the line"
    )
    static let outsideServerBlock = DropReason(
        id: "outside-server-block",
        text: "is about zones of which the server block gets no query"
    )
    static let notAddresses = DropReason(
        id: "not-addresses",
        text: "is neither an address nor a network nor a range of addresses, so it says nothing"
    )
    static let addressSpelling = DropReason(
        id: "address-spelling",
        text: "is no text that an address in an answer has or begins with, so it never matches"
    )
    static let addressAlone = DropReason(
        id: "address",
        text: "is an address, not a name; it never matches a query"
    )
    static let unknownModifier = DropReason(
        id: "unknown-modifier",
        text: "has a modifier that urlfilter does not know, so the whole rule is dropped"
    )
    static let badModifier = DropReason(
        id: "bad-modifier",
        text: "has a modifier with a bad value, so the whole rule is dropped"
    )
    static let browserModifier = DropReason(
        id: "browser-modifier",
        text: "has a modifier for browsers only, so it is no DNS rule and is dropped"
    )
    static let contentType = DropReason(
        id: "content-type",
        text: "is limited to a content type that no DNS request has, so it never matches"
    )
    static let cosmetic = DropReason(
        id: "cosmetic",
        text: "is a cosmetic rule, which does nothing in DNS"
    )
    static let tooWide = DropReason(
        id: "too-wide",
        text: "would match every name; the engine refuses it"
    )
    static let path = DropReason(
        id: "path",
        text: "has a path or a port, which no DNS query has, so it never matches"
    )
    static let pattern = DropReason(
        id: "bad-pattern",
        text: "is no pattern that the engine accepts, so it drops the line"
    )
    static func regex(_ reason: String) -> DropReason {
        DropReason(id: "bad-regex", text: "is no regular expression that the engine accepts: \(reason)")
    }
    static let unknownOption = DropReason(
        id: "unknown-option",
        text: "has an option with a value that FTL does not know, so it drops the expression"
    )
    static let invalidOption = DropReason(
        id: "invalid-option",
        text: "has an option that FTL does not have, so it drops the expression"
    )
    static let twoTypeOptions = DropReason(
        id: "two-querytypes",
        text: "has more than one ;querytype=, so FTL drops the expression"
    )
    static let adblockForm = DropReason(
        id: "adblock-form",
        text: "is an AdBlock rule in a form that this engine does not read, so it drops the line"
    )
    static let badfilter = DropReason(
        id: "badfilter",
        text: "is a $badfilter rule: it only removes its twin"
    )
    static let removedByBadfilter = DropReason(
        id: "removed-by-badfilter",
        text: "is removed by a $badfilter rule"
    )
    static let extraWords = DropReason(
        id: "extra-words",
        text: "stands behind the words that the engine reads of a line, so it is dropped"
    )
    static let earlierWords = DropReason(
        id: "extra-words",
        text: "has a word behind it, and the engine takes the last one of a line alone, so it is dropped"
    )
    static let rewriteInAllowList = DropReason(
        id: "rewrite-in-allow-list",
        text: "is a $dnsrewrite rule in an allow list, where AdGuard Home does not look for them"
    )
    static let notAnEntry = DropReason(
        id: "not-an-entry",
        text: "is no entry of the form `name answer`"
    )
    static let badTarget = DropReason(
        id: "bad-target",
        text: "has a target that is neither an address nor a name; the engine would refuse to start with it"
    )
    static let overlong = DropReason(
        id: "line-too-long",
        text: "is longer than 65,536 octets and is not read; is this file damaged?"
    )
    static let control = DropReason(
        id: "control-octets",
        text: "holds NUL or control octets and was dropped; is this file damaged?"
    )
    static let option = DropReason(
        id: "option",
        text: "is a setting that decides nothing about a name"
    )
    static let badStatement = DropReason(
        id: "bad-statement",
        text: "cannot be read; the engine would refuse to start with it"
    )
    static let skippedStatement = DropReason(
        id: "bad-statement",
        text: "cannot be read; the engine says so and goes on without it"
    )
    static let unknownStatement = DropReason(
        id: "unknown-statement",
        text: "is no statement that the engine knows; it would refuse to start with it"
    )
    static let outOfZone = DropReason(
        id: "out-of-zone",
        text: "lies outside the zone, so the engine ignores the record"
    )
    /// The same for engines that take no zone with such a record (compared with Unbound 1.17.1 and PowerDNS Recursor 4.8.8).
    static let outOfZoneRefused = DropReason(
        id: "out-of-zone",
        text: "lies outside the zone, which the engine refuses"
    )
    static let zoneItself = DropReason(
        id: "zone-apex",
        text: "is a record of the zone itself, not a policy"
    )
    static let badRecord = DropReason(
        id: "bad-record",
        text: "is no resource record"
    )
    static let ignoredTrigger = DropReason(
        id: "ignored-by-engine",
        text: "has a trigger or action that this engine ignores"
    )
    static let overlap = DropReason(
        id: "overlap",
        text: "covers an earlier name of the list, or spells it with or without its dot; squid refuses to start with it"
    )
    static let addressOverlap = DropReason(
        id: "overlap",
        text: "shares addresses with a value before it, so squid goes on without it"
    )
    static let neverAHost = DropReason(
        id: "never-a-host",
        text: "is no name that a host of a request can have, so it never matches"
    )
    static let otherSpelling = DropReason(
        id: "rpz-address-spelling",
        text: "is an address range in another spelling than BIND takes: bits behind the prefix, or zeros not as zz"
    )
    static let notInRedirect = DropReason(
        id: "not-at-redirect-apex",
        text: "is data below the apex of a redirect zone, or beside an alias at it; Unbound refuses it"
    )
}
