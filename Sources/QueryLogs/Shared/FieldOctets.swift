import DNS
import TextScan

/// The same of octets that are a copy: a column, a member of an object.
extension [UInt8] {
    var domainName: DomainName? { read { $0.domainName } }
    var recordType: RRType? { read { $0.recordType } }
    var recordClass: RRClass? { read { $0.recordClass } }
    var responseCode: ResponseCode? { read { $0.responseCode } }
    var ipAddress: IPAddress? { read { $0.ipAddress } }
    var socketAddress: SocketAddress? { read { $0.socketAddress } }
    var transport: LogTransport? { read { $0.transport } }
    var seconds: Int64? { read { $0.seconds } }
    var milliseconds: Int64? { read { $0.milliseconds } }
    var decimal: UInt64? { read { $0.decimal } }
    var hexadecimal: UInt64? { read { $0.hexadecimal } }
    /// A whole number of 16 bits: a port, a message id.
    var port: UInt16? { decimal.flatMap { UInt16(exactly: $0) } }

    /// The octets as text; not safe to print.
    var string: String { String(decoding: self, as: UTF8.self) }

    func equals(_ text: StaticString) -> Bool { read { $0.equals(text) } }
    func hasPrefix(_ text: StaticString) -> Bool { read { $0.hasPrefix(text) } }

    /// Calls `use` with the octets.
    func read<Result>(_ use: (Span<UInt8>) -> Result) -> Result {
        let octets = self
        return use(octets.span)
    }
}

extension Span where Element == UInt8 {
    /// The first words between blanks.
    func words(upTo limit: Int) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var fields = FieldScanner(self)
        while words.count < limit, let field = fields.next() { words.append(extracting(field).octets) }
        return words
    }
}
