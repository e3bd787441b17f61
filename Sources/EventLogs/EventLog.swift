internal import CEVTX
internal import Glibc

/// An event log of Windows in its binary form, in memory: every event as the XML that the system itself would show.
@safe public struct EventLog: ~Copyable {
    /// Octets that the XML of one event may have.
    public static let maximumEvent = 1 << 18

    private var log: cevtx_log

    /// Whether octets begin as such a log.
    public static func isEventLog(_ octets: borrowing Span<UInt8>) -> Bool {
        let magic: StaticString = "ElfFile\0"
        guard octets.count >= magic.utf8CodeUnitCount else { return false }
        for index in 0..<magic.utf8CodeUnitCount {
            guard unsafe octets[index] == magic.utf8Start[index] else { return false }
        }
        return true
    }

    private init?(_ buffer: UnsafeBufferPointer<UInt8>) {
        unsafe log = cevtx_log()
        guard unsafe cevtx_open(&log, buffer.baseAddress, buffer.count) else { return nil }
    }

    deinit {
        unsafe withUnsafePointer(to: log) { unsafe cevtx_close(UnsafeMutablePointer(mutating: $0)) }
    }

    /// Calls `body` for every event with its XML (none where it cannot be read) and its offset, until that gives false.
    /// - Returns: whether the log is whole; nil when it is no log at all.
    public static func forEach(
        _ octets: borrowing Span<UInt8>,
        _ body: (_ xml: [UInt8]?, _ offset: Int) -> Bool
    ) -> Bool? {
        let missing = missing(octets.count)
        guard missing > 0 else {
            return unsafe octets.withUnsafeBufferPointer { unsafe EventLog($0)?.forEach(body) }
        }
        // libevtx reads nothing of a chunk that is not there to its end, as in a file that was cut.
        var whole: [UInt8] = []
        whole.reserveCapacity(octets.count + missing)
        unsafe octets.withUnsafeBufferPointer { unsafe whole.append(contentsOf: $0) }
        whole.append(contentsOf: repeatElement(0, count: missing))
        return unsafe whole.withUnsafeBufferPointer { unsafe EventLog($0)?.forEach(body) }
    }

    /// Octets that the last chunk lacks.
    private static func missing(_ count: Int) -> Int {
        let (header, chunk) = (4096, 65_536)
        guard count > header else { return 0 }
        return (chunk - (count - header) % chunk) % chunk
    }

    private func forEach(_ body: (_ xml: [UInt8]?, _ offset: Int) -> Bool) -> Bool {
        unsafe withUnsafePointer(to: log) { log in
            let count = unsafe cevtx_count(log)
            for index in 0..<max(count, 0) {
                var length = 0
                var offset: Int64 = 0
                var xml: [UInt8]?
                if let text = unsafe cevtx_xml(log, index, Self.maximumEvent, &length, &offset) {
                    xml = unsafe Array(UnsafeBufferPointer(start: text, count: length))
                    unsafe free(text)
                }
                guard body(xml, Int(offset)) else { break }
            }
            return unsafe !cevtx_is_damaged(log)
        }
    }
}
