import CRE2
import CTRE

/// How much regular expressions may take: patterns come from files that anybody may have written.
enum RegexLimits {
    /// Octets of one RE2 program with its matcher's cache.
    static let re2Memory = 256 << 10
    /// Octets of a TRE pattern.
    static let treLength = 1024
    /// Literals of a TRE pattern with its repetitions written out; TRE keeps about 50 octets of each on the stack.
    static let trePositions = 2048
    /// Transitions between them; TRE keeps about 72 octets of each.
    static let treTransitions = 32_768
    /// Octets of all regular expressions of a layer.
    static let layerMemory = 512 << 20
    /// Octets of the reason that a library gives.
    static let reason = 256
}

/// Why a regular expression was refused.
public enum RegexError: Error, Equatable {
    /// It is none, as the library says.
    case syntax(String)
    /// It would take more memory than is allowed.
    case tooLarge(String)
    /// It cannot be matched in linear time, or is of a kind that is not evaluated.
    case notLinear(String)
}

/// A regular expression over the text of a name, compiled by RE2 or TRE; both match in time linear in the name.
///
/// RE2 is thread-safe for matching; TRE's `tre_regnexec` only reads what was compiled. So any number of threads may use
/// one expression at once.
@safe public final class NameRegex: @unchecked Sendable {
    /// The language of the pattern.
    public enum Dialect: Sendable, Equatable {
        /// RE2, the language of Go's `regexp`.
        case re2(ignoresCase: Bool)
        /// TRE's extended POSIX expressions, without regard to case.
        case tre
    }

    /// The language of the pattern.
    public let dialect: Dialect
    /// Whether it is about the names that do not match (Pi-hole `;invert`).
    public let isInverted: Bool
    /// Steps that matching takes at most per octet of the name: instructions of RE2's program, transitions of TRE's
    /// automaton.
    public let stepsPerOctet: Int
    /// The pattern as given.
    public let pattern: [UInt8]
    /// The pattern for RE2, which finds many in one pass; nil when RE2 does not read it alike. That of TRE's patterns is about
    /// names of printable ASCII in small letters.
    public let screen: [UInt8]?
    /// Lower-case text that must stand in `http://NAME` for a match; empty for none.
    public let required: [UInt8]
    private let re2: OpaquePointer?
    private let tre: OpaquePointer?

    /// Compiles a pattern.
    /// - Parameter required: lower-case text that must stand in `http://NAME` for a match (urlfilter's "shortcut");
    ///   empty for none.
    /// - Throws: ``RegexError`` with the library's own reason.
    /// - Complexity: O(pattern with its repetitions written out), within fixed bounds of memory
    public init(
        _ pattern: Span<UInt8>,
        _ dialect: Dialect,
        inverted: Bool = false,
        required: [UInt8] = []
    ) throws(RegexError) {
        self.dialect = dialect
        isInverted = inverted
        self.required = required
        var octets: [UInt8] = []
        octets.reserveCapacity(pattern.count)
        for index in 0..<pattern.count { octets.append(pattern[index]) }
        self.pattern = octets
        switch dialect {
        case .re2(let ignoresCase):
            let made = unsafe try Self.compileRE2(octets, ignoresCase)
            unsafe re2 = made
            unsafe tre = nil
            stepsPerOctet = unsafe Int(cre2_program_size(made))
            screen = octets
        case .tre:
            screen = RegexTranslation.re2(pattern)
            stepsPerOctet = try Self.sizeTRE(octets)
            unsafe re2 = nil
            unsafe tre = try Self.compileTRE(octets)
        }
    }

    deinit {
        unsafe cre2_free(re2)
        unsafe ctre_free(tre)
    }

    /// Octets that it takes at most.
    var memoryBound: Int {
        switch dialect {
        // A share of its set's memory comes on top.
        case .re2: RegexLimits.re2Memory + RegexIndex.setMemory / RegexIndex.setSize + pattern.count
        case .tre:
            stepsPerOctet * 72 + pattern.count * 64
                + (screen.map { RegexIndex.setMemory / RegexIndex.setSize + $0.count } ?? 0)
        }
    }

    /// Whether a name (lower case, dots between labels) is one that the expression is about.
    /// - Complexity: O(text × ``stepsPerOctet``)
    public func matches(_ text: Span<UInt8>) -> Bool {
        let found = unsafe text.withUnsafeBufferPointer { octets in
            if let re2 = unsafe re2 { return unsafe cre2_matches(re2, octets.baseAddress, octets.count) }
            if let tre = unsafe tre { return unsafe ctre_matches(tre, octets.baseAddress, octets.count) }
            return false
        }
        return (found && (required.isEmpty || holdsRequired(text))) != isInverted
    }

    private func holdsRequired(_ text: Span<UInt8>) -> Bool {
        let total = Self.scheme.count + text.count
        guard required.count <= total else { return false }
        for start in 0...(total - required.count) {
            var length = 0
            while length < required.count {
                let index = start + length
                let octet = index < Self.scheme.count ? Self.scheme[index] : text[index - Self.scheme.count]
                guard octet == required[length] else { break }
                length += 1
            }
            if length == required.count { return true }
        }
        return false
    }

    private static let scheme = Array("http://".utf8)

    // MARK: - Compiling

    private static func compileRE2(_ pattern: [UInt8], _ ignoresCase: Bool) throws(RegexError) -> OpaquePointer {
        var status = CRE2_OK
        var reason = [CChar](repeating: 0, count: RegexLimits.reason)
        let made = unsafe cre2_compile(
            pattern,
            pattern.count,
            ignoresCase,
            Int64(RegexLimits.re2Memory),
            &status,
            &reason,
            reason.count
        )
        if let made = unsafe made { return unsafe made }
        throw status == CRE2_SYNTAX ? .syntax(text(reason)) : .tooLarge(text(reason))
    }

    private static func sizeTRE(_ pattern: [UInt8]) throws(RegexError) -> Int {
        guard pattern.count <= RegexLimits.treLength else {
            throw .tooLarge("longer than \(RegexLimits.treLength) octets")
        }
        // An escaped backslash before a ")" that closes nothing makes TRE 0.8.0 read on for ever.
        guard
            !pattern.indices.dropFirst(2).contains(where: { pattern[($0 - 2)...$0].elementsEqual([0x5C, 0x5C, 0x29]) })
        else { throw .notLinear("a backslash before a closing parenthesis is not evaluated") }
        guard let size = RegexSize(extended: pattern) else { throw .notLinear("quoted text (\\Q) is not evaluated") }
        guard size.positions <= RegexLimits.trePositions, size.transitions <= RegexLimits.treTransitions else {
            throw .tooLarge("its repetitions make it too large")
        }
        return size.transitions + size.positions + 1
    }

    private static func compileTRE(_ pattern: [UInt8]) throws(RegexError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: RegexLimits.reason)
        guard let made = unsafe ctre_compile(pattern, pattern.count, &reason, reason.count) else {
            throw .syntax(text(reason))
        }
        let fault: String? =
            if unsafe ctre_has_back_references(made) {
                "back-references are not linear"
            } else if unsafe ctre_is_approximate(made) {
                "approximate matching is not evaluated"
            } else {
                nil
            }
        guard let fault else { return unsafe made }
        unsafe ctre_free(made)
        throw .notLinear(fault)
    }

    private static func text(_ reason: [CChar]) -> String {
        String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
