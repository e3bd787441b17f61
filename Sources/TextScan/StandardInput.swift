internal import Glibc

/// Standard input, piece by piece as it comes; ``InputFile/read(path:limits:)`` takes it whole.
public struct StandardInput: ~Copyable {
    private static let room = 1 << 20

    private var isAtEnd = false

    /// Takes standard input, which can be taken once.
    /// - Throws: ``InputError`` where it was read before
    public init() throws(InputError) { try RawFile.takeStandardInput() }

    /// What is there, up to 1 MiB, after a wait for some; nil at its end.
    /// - Throws: ``InputError`` where it cannot be read, or reading is to end
    public mutating func next() throws(InputError) -> [UInt8]? {
        while !isAtEnd {
            try RawFile.wait(STDIN_FILENO, path: InputFile.standardInput, timeout: nil)
            var count = 0
            let octets = unsafe [UInt8](unsafeUninitializedCapacity: Self.room) { buffer, filled in
                count = unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                filled = max(count, 0)
            }
            if count > 0 { return octets }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count == 0 else { throw RawFile.failure(InputFile.standardInput) }
            isAtEnd = true
        }
        return nil
    }
}
