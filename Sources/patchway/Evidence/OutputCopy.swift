import Synchronization

/// What a run says, kept beside or in place of saying it.
enum OutputCopy {
    /// The most octets that are kept.
    static let maximumSize = 256 << 20

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var isMuted: Bool
        var isCut = false
    }

    private static let state = Mutex<State?>(nil)

    /// From here on it is kept, and where `isMuted` not said.
    static func begin(isMuted: Bool) { state.withLock { $0 = State(isMuted: isMuted) } }

    /// What was said since; nil where that is too much.
    static func end() -> (output: [UInt8], errors: [UInt8])? {
        state.withLock { state in
            defer { state = nil }
            guard let said = state, !said.isCut else { return nil }
            return (said.output, said.errors)
        }
    }

    /// Keeps what goes to standard output; whether it is said, too.
    static func output(_ octets: Span<UInt8>) -> Bool {
        state.withLock { state in
            guard state != nil else { return true }
            unsafe octets.withUnsafeBufferPointer { unsafe state?.output.append(contentsOf: $0) }
            return !cut(&state)
        }
    }

    /// The same of standard error.
    static func errors(_ octets: [UInt8]) -> Bool {
        state.withLock { state in
            guard state != nil else { return true }
            state?.errors += octets
            return !cut(&state)
        }
    }

    /// Forgets what is too much; whether nothing is said.
    private static func cut(_ state: inout State?) -> Bool {
        if let said = state, said.output.count + said.errors.count > maximumSize {
            state = State(isMuted: said.isMuted, isCut: true)
        }
        return state?.isMuted ?? false
    }
}
