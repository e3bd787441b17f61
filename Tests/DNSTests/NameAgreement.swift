import DNS
import LDNS

/// What we read as the name at an offset next to what libldns reads.
struct NameAgreement {
    struct Reading: Equatable {
        let name: DomainName
        let end: Int
    }

    let own: Result<Reading, WireError>
    let library: Reading?

    init(_ message: [UInt8], at offset: Int) {
        own = Self.read(message, at: offset)
        library = (try? ParseOracle.name(in: message.span, at: offset).get()).map { Reading(name: $0.0, end: $0.end) }
    }

    var agrees: Bool { (try? own.get()) == library }

    private static func read(_ message: [UInt8], at offset: Int) -> Result<Reading, WireError> {
        var buffer = NameBuffer()
        do throws(WireError) {
            let end = try buffer.fill(message.span, at: offset)
            return .success(Reading(name: buffer.name, end: end))
        } catch {
            return .failure(error)
        }
    }
}
