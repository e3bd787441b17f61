public import DNS
public import Policy

/// What an engine's configuration says besides its lists and its block mode.
public struct LayerOptions: Sendable, Equatable {
    /// The addresses that blocked names are answered with, at most one of each family.
    public var blockAddresses: [IPAddress]

    /// Whether expressions of Pi-hole stay ones that are only about a name; follows from the lists.
    var keepsExpressions = false

    /// Seconds to live of answers about blocked names; nil for the engine's default.
    public var blockTTL: UInt32?

    /// Times of the week by name, in minutes since Monday 00:00 (dnscrypt-proxy).
    public var schedules: [String: [Range<Int>]]

    /// Who gets which groups of lists (Blocky); nil where groups mean nothing.
    public var clients: ClientGroups?

    /// Which names Blocky answers itself.
    public var specialNames: BlockySpecialNames

    /// Whether BIND refuses policy zones with names that no host has: unless `check-names ignore` or `warn` is said, and
    /// where it is their primary server.
    public var checksNames: Bool

    /// Whether names that no entry of a firewall's allow-list lets pass are left open, because what becomes of them does not stand
    /// in the list; if not, they pass as any name does that no rule is about.
    public var leavesOthersOpen: Bool

    /// How many lines of a list Blocky may fail to read before it reads no further (`maxErrorsPerSource`); nil for any number.
    public var maximumErrors: Int?

    /// Options; what is not given is not configured.
    public init(
        blockAddresses: [IPAddress] = [],
        blockTTL: UInt32? = nil,
        schedules: [String: [Range<Int>]] = [:],
        clients: ClientGroups? = nil,
        specialNames: BlockySpecialNames = .all,
        checksNames: Bool = true,
        maximumErrors: Int? = BlockyLoading.maximumErrors,
        leavesOthersOpen: Bool = false
    ) {
        self.leavesOthersOpen = leavesOthersOpen
        self.maximumErrors = maximumErrors
        self.checksNames = checksNames
        self.specialNames = specialNames
        self.blockAddresses = blockAddresses
        self.blockTTL = blockTTL
        self.schedules = schedules
        self.clients = clients
    }
}
