extension DropReason {
    static let conflictingData = DropReason(
        id: "conflicting-data",
        text: "stands beside an alias of its name, or is a second, other one: BIND refuses the whole zone"
    )
    static let checkedName = DropReason(
        id: "check-names",
        text:
            "has a name that is no host's, and BIND does not load such a zone unless its configuration says `check-names "
            + "ignore` or `warn`; `check-names: ignore` of a stack file says so"
    )
    static let noAuthority = DropReason(
        id: "no-authority",
        text: "begins a zone without an SOA of its own in front of the other records: the engine refuses the whole zone"
    )
    static let noNameServer = DropReason(
        id: "no-name-server",
        text: "begins a zone without an NS of its own whose address is known: BIND refuses the whole zone"
    )
    static let ignoredEntry = DropReason(
        id: "ignored-entry",
        text: "is an entry that the engine reads and makes no policy of"
    )
    static let badAddressTrigger = DropReason(
        id: "bad-address-trigger",
        text: "is no range of addresses that the engine reads, so it drops the rule"
    )
}

extension UnsupportedReason {
    static func refusedZone(_ reason: DropReason) -> UnsupportedReason {
        UnsupportedReason(
            id: "refused-zone",
            text: "it \(reason.text); the engine does not take a zone with it, so nothing is known of any name"
        )
    }
    static let oddEntry = UnsupportedReason(
        id: "rpz-odd-entry",
        text: "the engine makes something else of its spelling than the standard"
    )
    static let oddDirective = UnsupportedReason(
        id: "rpz-odd-directive",
        text:
            "the engine makes something else of its spelling than the standard, so nothing is known of the records behind it"
    )
    static let oddData = UnsupportedReason(
        id: "rpz-odd-data",
        text: "whether the engine takes a zone with such data is not known"
    )
    static let namelessZone = UnsupportedReason(
        id: "rpz-nameless-zone",
        text: "whether it is in the zone depends on the zone's name, which the file does not say before its SOA"
    )
    static let mixedPolicies = UnsupportedReason(
        id: "rpz-mixed",
        text: "an alias beside data of its name is an answer of both in some order"
    )
    static let relativeTarget = UnsupportedReason(
        id: "rpz-relative-target",
        text: "the target is a name of the zone itself, which lacks a dot at its end or is answered from the zone"
    )
    static let delegation = UnsupportedReason(
        id: "rpz-delegation",
        text: "what BIND makes of names at and below an NS in a policy zone is not evaluated"
    )
}
