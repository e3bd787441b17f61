/// How the octets of an input were packed.
public enum Compression: String, Sendable {
    /// gzip (RFC 1952).
    case gzip
    /// xz.
    case xz
    /// Zstandard (RFC 8878).
    case zstd
    /// A zip archive.
    case zip

    /// Tells by the first octets; the name of a file says nothing.
    public init?(magic octets: Span<UInt8>) {
        guard octets.count >= 4 else { return nil }
        switch (octets[0], octets[1], octets[2], octets[3]) {
        case (0x1F, 0x8B, 0x08, _): self = .gzip
        case (0xFD, 0x37, 0x7A, 0x58): self = .xz
        // The frame, or a skippable frame in front of it (RFC 8878 §3.1).
        case (0x28, 0xB5, 0x2F, 0xFD), (0x50...0x5F, 0x2A, 0x4D, 0x18): self = .zstd
        case (0x50, 0x4B, 0x03, 0x04), (0x50, 0x4B, 0x05, 0x06): self = .zip
        default: return nil
        }
    }
}

/// One input, read and unpacked.
public struct Input: Sendable {
    /// The name for diagnostics: the path as given, or `archive.zip:member`; `-` is standard input.
    public let path: String
    /// The unpacked octets, at least one.
    public let bytes: InputBytes
    /// How it was packed, if it was.
    public let compression: Compression?

    /// An input from its parts.
    public init(path: String, bytes: InputBytes, compression: Compression? = nil) {
        self.path = path
        self.bytes = bytes
        self.compression = compression
    }
}

/// What reading one path gave: one input, or one per member of an archive.
public struct InputSet: Sendable {
    /// The inputs, in the order of the archive; never empty.
    public let inputs: [Input]
    /// Members that were refused, and damage that was tolerated.
    public let diagnostics: [Diagnostic]
}

/// Reads files whole, whatever they are packed in.
public enum InputFile {
    /// The path that stands for standard input.
    public static let standardInput = "-"

    /// Reads the file at `path`, unpacking gzip, xz, zstd and zip by their first octets; `-` is standard input.
    ///
    /// Every member of a zip archive is an input of its own; members with absolute paths, `..`, links and devices are
    /// refused with a diagnostic.
    /// - Throws: ``InputError`` when there is nothing to work on.
    /// - Complexity: O(octets); memory is bounded by the file's size plus ``InputLimits/maximumExpandedSize``
    public static func read(path: String, limits: InputLimits = InputLimits()) throws(InputError) -> InputSet {
        try unpack(try RawFile.read(path: path, limits: limits), path: path, limits: limits)
    }

    /// Unpacks octets that are already in memory, as ``read(path:limits:)`` does.
    public static func unpack(
        _ bytes: InputBytes,
        path: String,
        limits: InputLimits = InputLimits()
    ) throws(InputError) -> InputSet {
        guard bytes.count > 0 else { throw InputError(path: path, reason: .empty) }
        guard let compression = Compression(magic: bytes.span) else {
            return InputSet(inputs: [Input(path: path, bytes: bytes)], diagnostics: [])
        }
        var reader = try ArchiveReader.open(bytes, path: path, compression: compression, limits: limits)
        return try reader.readAll()
    }
}
