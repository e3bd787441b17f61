internal import CLDNS

/// Why libldns refused something: its status code and its own words for it.
public struct LibraryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The value of `ldns_status`; 0 never occurs here.
    public let code: UInt32

    init(_ status: ldns_status) {
        code = UInt32(status.rawValue)
    }

    /// The reason in libldns's words.
    public var description: String {
        guard let text = unsafe ldns_get_errorstr_by_id(ldns_status(rawValue: code)) else {
            return "libldns status \(code)"
        }
        return unsafe String(cString: text)
    }
}
