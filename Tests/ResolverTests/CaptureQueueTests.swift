import Glibc
import Testing

@testable import Resolver

/// Who reads records slowly costs no memory, and what is lost is counted.
@Suite struct CaptureQueueTests {
    @Test func slowReadersCostNoMemory() throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        defer { for end in ends { _ = close(end) } }
        var queue = CaptureQueue(CaptureOutput(ends[1], .records))
        let query = CapturedQuery()
        let record = [UInt8](repeating: 0x61, count: 999) + [0x0A]
        var buffer = [UInt8](repeating: 0, count: 512)
        var (lost, taken, most) = (0, 0, 0)
        for _ in 0..<16_000 {
            lost += Int(queue.append(query, record)) + Int(queue.flush())
            taken += max(unsafe read(ends[0], &buffer, buffer.count), 0)
            most = max(most, queue.held)
        }
        // Half of it is taken all the while, so the queue is never empty.
        #expect(taken > 4 << 20 && most < 1 << 20 + 1 << 18)
        #expect(lost > 0)
        #expect(lost * 1_000 + taken <= 16_000 * 1_000)
    }
}
