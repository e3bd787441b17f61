/// Who needs an endpoint. Catalog files declare their own beside these.
public struct Profile: RawRepresentable, Sendable, Hashable {
    /// The word used in files and output.
    public let rawValue: String

    /// A profile by its word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A client that updates from the vendor.
    public static let clientDirect = Profile(rawValue: "client-direct")
    /// A consumer client.
    public static let home = Profile(rawValue: "home")
    /// A WSUS server towards its upstream.
    public static let wsusServer = Profile(rawValue: "wsus-server")
    /// A client of a WSUS server.
    public static let wsusClient = Profile(rawValue: "wsus-client")
    /// A Configuration Manager site.
    public static let configmgr = Profile(rawValue: "configmgr")
    /// A client under Autopatch.
    public static let autopatch = Profile(rawValue: "autopatch")
    /// A client under Intune.
    public static let intune = Profile(rawValue: "intune")
    /// A Connected Cache node.
    public static let mccServer = Profile(rawValue: "mcc-server")
}

/// The service that an endpoint belongs to, such as `windows-update`. Catalog files declare them.
public struct Service: RawRepresentable, Sendable, Hashable {
    /// The word used in files and output.
    public let rawValue: String

    /// A service by its word.
    public init(rawValue: String) { self.rawValue = rawValue }
}
