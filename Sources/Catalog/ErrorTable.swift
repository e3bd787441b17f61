/// The error codes of an update client by number.
public struct ErrorTable: Sendable {
    /// All errors, in file order.
    public let errors: [ClientError]
    /// The sources that errors refer to, by id.
    public let sources: [String: Source]
    private let index: [ErrorCode: Int]

    /// A table; of equal codes the first counts.
    public init(errors: [ClientError], sources: [String: Source] = [:]) {
        self.errors = errors
        self.sources = sources
        index = Dictionary(errors.enumerated().map { ($1.code, $0) }) { first, _ in first }
    }

    /// What the table or the structure of a code says about it.
    public enum Explanation: Sendable, Equatable {
        /// The table has the code.
        case known(ClientError)
        /// The table does not; these sentences are all that the number itself makes certain, perhaps none.
        case unknown(ErrorCode, facts: [String])
    }

    /// The error with exactly this code.
    public subscript(code: ErrorCode) -> ClientError? { index[code].map { errors[$0] } }

    /// Explains a code. A bare Win32 number is looked up as the HRESULT that wraps it.
    public func explain(_ code: ErrorCode) -> Explanation {
        if let error = self[code] { return .known(error) }
        var facts: [String] = []
        if let number = UInt16(exactly: code.rawValue), number > 0 {
            let wrapped = ErrorCode(win32: number)
            if let error = self[wrapped] { return .known(error) }
            facts.append("as a Win32 number it would be shown as \(wrapped)")
            facts += Self.win32Facts(number)
        } else if let number = code.win32 {
            facts.append("it wraps the Win32 number \(number)")
            facts += Self.win32Facts(number)
        } else if let status = code.httpStatus {
            facts.append("it wraps the HTTP status \(status)")
        } else if code.rawValue & 0x5000_0000 == 0 {
            // Bits 30 and 28 mark NTSTATUS values; those have another layout.
            facts.append(code.isFailure ? "it is a failure code" : "it is a success code")
            if let name = code.facilityName { facts.append("its facility is \(name) (\(code.facility))") }
        }
        return .unknown(code, facts: facts)
    }

    private static func win32Facts(_ number: UInt16) -> [String] {
        switch number {
        case 9000...9999: ["numbers 9000 to 9999 come from DNS"]
        case 10000...11999: ["numbers 10000 to 11999 come from sockets and name resolution"]
        case 12000...12199: ["numbers 12000 to 12199 come from WinHTTP and WinINet"]
        default: []
        }
    }
}
