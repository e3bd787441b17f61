internal import CArchive
internal import Glibc

/// Streams one compressed input through libarchive, under the limits.
@safe
struct ArchiveReader: ~Copyable {
    private let archive: OpaquePointer
    /// Keeps the packed octets alive while libarchive reads them.
    private let packed: InputBytes
    private let path: String
    private let compression: Compression
    private let limits: InputLimits
    private var expanded = 0
    private var inputs: [Input] = []
    private var diagnostics: [Diagnostic] = []
    private var damage: InputError?

    /// Opens `packed`; libarchive's own faults show when the first member is read.
    static func open(
        _ packed: InputBytes,
        path: String,
        compression: Compression,
        limits: InputLimits
    ) throws(InputError) -> ArchiveReader {
        guard let archive = unsafe archive_read_new() else {
            throw InputError(path: path, reason: .system(code: ENOMEM, text: "libarchive: out of memory"))
        }
        let reader = unsafe ArchiveReader(
            archive: archive,
            packed: packed,
            path: path,
            compression: compression,
            limits: limits
        )
        switch compression {
        case .gzip: unsafe archive_read_support_filter_gzip(archive)
        case .xz: unsafe archive_read_support_filter_xz(archive)
        case .zstd: unsafe archive_read_support_filter_zstd(archive)
        case .zip: unsafe archive_read_support_format_zip(archive)
        }
        if compression != .zip {
            unsafe archive_read_support_format_raw(archive)
            unsafe archive_read_support_format_empty(archive)
        }
        let status = unsafe packed.span.withUnsafeBufferPointer {
            unsafe archive_read_open_memory(archive, $0.baseAddress, $0.count)
        }
        guard status >= ARCHIVE_WARN else { throw reader.corrupt() }
        return reader
    }

    private init(
        archive: OpaquePointer,
        packed: InputBytes,
        path: String,
        compression: Compression,
        limits: InputLimits
    ) {
        unsafe self.archive = unsafe archive
        self.packed = packed
        self.path = path
        self.compression = compression
        self.limits = limits
    }

    deinit {
        unsafe archive_read_free(archive)
    }

    /// Every member that can be read.
    mutating func readAll() throws(InputError) -> InputSet {
        var entry: OpaquePointer?
        var members = 0
        loop: while true {
            let status = unsafe archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { break }
            guard status >= ARCHIVE_WARN, let entry = unsafe entry else {
                guard limits.keepsDamaged, !inputs.isEmpty else { throw corrupt() }
                diagnostics.append(corrupt().diagnostic)
                break
            }
            members += 1
            guard members <= limits.maximumMembers else {
                refuse(
                    path,
                    reason: "too-many-members",
                    text: "only the first \(limits.maximumMembers) members were read"
                )
                break loop
            }
            guard let name = unsafe memberPath(entry, number: members) else { continue }
            try readMember(name)
        }
        guard !inputs.isEmpty else {
            if let damage { throw damage }
            if compression != .zip { throw InputError(path: path, reason: .empty) }
            throw InputError(path: path, reason: .noMembers)
        }
        return InputSet(inputs: inputs, diagnostics: diagnostics)
    }

    /// The name under which a member is read, or nil when it is a folder or refused.
    private mutating func memberPath(_ entry: OpaquePointer, number: Int) -> String? {
        guard compression == .zip else { return path }
        let raw = unsafe archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
        let name = unsafe raw.map { unsafe String(cString: $0) } ?? "member-\(number)"
        let full = "\(path):\(name)"
        let type = unsafe archive_entry_filetype(entry)
        if type == S_IFDIR || name.utf8.last == UInt8(ascii: "/") { return nil }
        let isSymbolicLink = unsafe archive_entry_symlink(entry) != nil
        guard type == S_IFREG, !isSymbolicLink else {
            refuse(
                full,
                reason: "member-not-a-file",
                text: "not a regular file; links and devices in archives are not read"
            )
            return nil
        }
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        guard parts.first != "", !parts.contains(".."), !hasDrive(name) else {
            refuse(full, reason: "member-path", text: "the member's path leaves the archive; it is not read")
            return nil
        }
        return full
    }

    private func hasDrive(_ name: String) -> Bool {
        let start = Array(name.utf8.prefix(2))
        return start.count == 2 && start[1] == UInt8(ascii: ":") && asciiLower(start[0]) &- 0x61 < 26
    }

    private mutating func readMember(_ name: String) throws(InputError) {
        var buffer = GrowingBuffer(capacity: min(max(packed.count &* 4, 65_536), 16 << 20))
        while true {
            var block: UnsafeRawPointer?
            var count = 0
            var offset: la_int64_t = 0
            // By blocks: archive_read_data() drops what it has copied when the next block is damaged.
            let status = unsafe archive_read_data_block(archive, &block, &count, &offset)
            if status == ARCHIVE_EOF { break }
            if status < ARCHIVE_WARN {
                let error = corrupt(name)
                if compression == .zip {
                    // The other members may be sound.
                    damage = damage ?? error
                    diagnostics.append(error.diagnostic)
                    if !limits.keepsDamaged { return }
                } else {
                    guard limits.keepsDamaged, buffer.count > 0 else { throw error }
                    diagnostics.append(error.diagnostic)
                }
                break
            }
            expanded += count
            guard expanded <= limits.maximumExpandedSize else {
                throw InputError(path: path, reason: .tooLarge(limit: limits.maximumExpandedSize))
            }
            guard expanded <= limits.ratioFloor || expanded / limits.maximumRatio <= packed.count else {
                throw InputError(path: path, reason: .ratioTooHigh(limit: limits.maximumRatio))
            }
            unsafe buffer.append(UnsafeRawBufferPointer(start: block, count: count))
        }
        guard buffer.count > 0 else {
            if compression == .zip { refuse(name, reason: "empty-input", text: "the member holds no octets") }
            return
        }
        inputs.append(Input(path: name, bytes: buffer.take(), compression: compression))
    }

    private mutating func refuse(_ member: String, reason: String, text: String) {
        diagnostics.append(Diagnostic(path: member, reason: reason, text: text))
    }

    private func corrupt(_ member: String? = nil) -> InputError {
        let text = unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? "unknown format"
        return InputError(path: member ?? path, reason: .corruptArchive(text))
    }
}
