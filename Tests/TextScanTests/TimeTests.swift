import Testing
import TextScan

@Suite struct TimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64?(0)), ("2026-11-23T15:00:00.25+01:00", 1_795_442_400_250_000),
        ("2024-02-29 12:00:00.123456789z", 1_709_208_000_123_456), ("2023-02-29T00:00:00Z", nil),
        ("2024-01-01T24:00:00Z", nil), ("2024-01-01T00:00:00", nil),
        ("2024-01-01T00:00:00-0530", 1_704_087_000_000_000),
        ("1969-12-31T23:59:59.5Z", -500_000), ("2024-01-01T00:00:00.Z", nil), ("2024-01-01T00:00:00+1", nil), ("", nil),
    ])
    func readsRFC3339(text: String, time: Int64?) {
        #expect(TimeScan.rfc3339(Array(text.utf8).span) == time)
    }

    @Test(arguments: [
        ("1638223000.123456", Int64?(1_638_223_000_123_456)), ("0", 0), ("1.5", 1_500_000), ("1.", nil), (".5", nil),
        ("1.0000005", 1_000_000), ("99999999999999", nil), ("", nil),
    ])
    func readsEpochSeconds(text: String, time: Int64?) {
        #expect(TimeScan.epochSeconds(Array(text.utf8).span) == time)
    }

    @Test(arguments: [
        ("Dec  3 08:51:27 dnsmasq", "2015-12-03T08:51:27Z"), ("Mar 11 23:51:31", "2015-03-11T23:51:31Z"),
        ("Feb 29 00:00:00 x", nil), ("Foo 11 23:51:31", nil), ("Mar 11 23:51", nil), ("Mar 11 23-51-31", nil),
    ])
    func readsSyslogStamps(text: String, time: String?) {
        let stamp = TimeScan.syslog(Array(text.utf8).span, year: 2015)
        #expect(stamp.map { TimeText.rfc3339(microseconds: $0.time) } == time)
        #expect(stamp == nil || stamp?.length == 15)
    }

    @Test func writesWhatItReads() {
        for time in stride(from: Int64(-62_167_219_200_000_000), to: 253_402_300_799_000_000, by: 7_123_456_789_012_345)
        {
            let text = TimeText.rfc3339(microseconds: time)
            #expect(TimeScan.rfc3339(Array(text.utf8).span) == time)
        }
        #expect(TimeText.rfc3339(microseconds: .max) == "9999-12-31T23:59:59.999999Z")
        #expect(TimeText.rfc3339(microseconds: .min) == "0000-01-01T00:00:00Z")
        #expect(TimeText.rfc3339(microseconds: -1) == "1969-12-31T23:59:59.999999Z")
    }
}
