import TextScan

/// Names from standard input, as their lines come. What is packed, or is not in UTF-8, is taken whole.
struct NameStream: ~Copyable {
    private static let path = InputFile.standardInput

    private var source: StandardInput
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []
    private var lines = 0
    private var isFirst = true
    private var isAtEnd = false

    /// Whether the names of a file can be had so; of a run that is noted, or repeated, everything is read whole.
    static func streams(_ file: String?) -> Bool { file == path && !InputSources.areInstalled }

    init() throws {
        do throws(InputError) { source = try StandardInput() } catch { throw Inputs.failure(error) }
    }

    /// Adds the names of the next lines; false at the end.
    mutating func read(into input: inout NameInput) throws -> Bool {
        let text: [UInt8]?
        do throws(InputError) { text = try next() } catch { throw Inputs.failure(error) }
        guard let text else { return false }
        if isFirst { try NameInput.refuseBinary(text.span, Self.path) }
        isFirst = false
        lines += input.read(text.span, of: Self.path, behind: lines)
        return true
    }

    /// The next whole lines; what is left at the end is a line, too.
    private mutating func next() throws(InputError) -> [UInt8]? {
        while !isAtEnd {
            guard let piece = try source.next() else {
                isAtEnd = true
                if isFirst, rest.isEmpty { throw InputError(path: Self.path, reason: .empty) }
                break
            }
            rest += piece
            if isFirst, rest.count > 3 || rest.last == 0x0A, !isPlain { return try whole() }
            guard rest.count <= InputLimits().maximumExpandedSize else {
                throw InputError(path: Self.path, reason: .tooLarge(limit: InputLimits().maximumExpandedSize))
            }
            // Only the new piece can end a line.
            guard let end = piece.lastIndex(of: 0x0A) else { continue }
            let kept = piece.count - end - 1
            let text = Array(rest.dropLast(kept))
            rest = Array(rest.suffix(kept))
            return text
        }
        defer { rest = [] }
        return rest.isEmpty ? nil : rest
    }

    private var isPlain: Bool {
        Compression(magic: rest.span) == nil && TextDecoding.encoding(of: rest.span) == .utf8
    }

    private mutating func whole() throws(InputError) -> [UInt8]? {
        while let piece = try source.next() {
            rest += piece
            guard rest.count <= InputLimits().maximumExpandedSize else {
                throw InputError(path: Self.path, reason: .tooLarge(limit: InputLimits().maximumExpandedSize))
            }
        }
        isAtEnd = true
        let set = try InputFile.unpack(InputBytes(rest), path: Self.path)
        rest = []
        return set.inputs.first.map { TextDecoding.decode($0).span.octets }
    }
}
