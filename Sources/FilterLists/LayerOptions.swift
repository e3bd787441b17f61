public import DNS

/// What an engine's configuration says besides its lists and its block mode.
public struct LayerOptions: Sendable, Equatable {
    /// The addresses that blocked names are answered with, at most one of each family.
    public var blockAddresses: [IPAddress]

    /// Options; what is not given is not configured.
    public init(blockAddresses: [IPAddress] = []) {
        self.blockAddresses = blockAddresses
    }
}
