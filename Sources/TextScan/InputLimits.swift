/// What reading one input may cost.
public struct InputLimits: Sendable, Equatable {
    /// Octets that a compressed input, an archive with all its members, a pipe or a device may yield.
    public var maximumExpandedSize: Int
    /// Octets out per octet in that a compressed input may reach once it has yielded ``ratioFloor`` octets.
    public var maximumRatio: Int
    /// Octets below which the ratio is not looked at.
    public var ratioFloor: Int
    /// Members that are read from one archive.
    public var maximumMembers: Int
    /// Milliseconds to wait for a named pipe or a device to say something; standard input is waited for without limit.
    public var idleTimeout: Int
    /// Keep what a damaged compressed input yielded before the damage, with a diagnostic, instead of throwing: right
    /// for logs, where every record stands alone, and wrong for lists, whose last rules would be missing. The last
    /// 64 KiB before the damage are lost, because libarchive hands on whole blocks only.
    public var keepsDamaged: Bool

    /// Limits; the defaults suit every real list and most captures.
    public init(
        maximumExpandedSize: Int = 256 << 20,
        maximumRatio: Int = 250,
        ratioFloor: Int = 4 << 20,
        maximumMembers: Int = 1000,
        idleTimeout: Int = 30_000,
        keepsDamaged: Bool = false
    ) {
        self.maximumExpandedSize = maximumExpandedSize
        self.maximumRatio = maximumRatio
        self.ratioFloor = ratioFloor
        self.maximumMembers = maximumMembers
        self.idleTimeout = idleTimeout
        self.keepsDamaged = keepsDamaged
    }
}
