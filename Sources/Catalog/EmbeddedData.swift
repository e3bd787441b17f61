internal import CZones

/// The files of `Zones/` that are part of the program, so that it works as a single file.
public enum EmbeddedData {
    /// The endpoints of Windows Update and its neighbours.
    public static let windowsUpdate = "catalog/windows-update.yaml"
    /// The endpoints of other update services.
    public static let others = "catalog/others.yaml"
    /// Names that were really seen.
    public static let knownHosts = "catalog/known-hosts.tsv"
    /// CNAME steps that were really seen.
    public static let chains = "catalog/chains.tsv"
    /// The client error codes.
    public static let errors = "catalog/errors.yaml"
    /// The simulated update service.
    public static let updateService = "update-service.zone"

    /// The paths of all embedded files, relative to `Zones/`, in the order in which they are listed in the program.
    public static var paths: [String] {
        var count = 0
        let files = unsafe patchway_zones_files(&count)
        return (0..<count).map { unsafe String(cString: files[$0].path) }
    }

    /// A copy of an embedded file, or nil when there is none at `path`.
    /// - Complexity: O(octets of the file)
    public static func file(_ path: String) -> [UInt8]? {
        var count = 0
        let files = unsafe patchway_zones_files(&count)
        for index in 0..<count where unsafe String(cString: files[index].path) == path {
            return unsafe Array(UnsafeBufferPointer(start: files[index].bytes, count: files[index].length))
        }
        return nil
    }
}
