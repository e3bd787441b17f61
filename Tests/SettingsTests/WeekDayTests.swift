import Settings
import Testing

@Suite struct WeekDayTests {
    @Test(arguments: [
        ("mon", 0), ("Mon", 0), ("MONDAY", 0), ("tue", 1), ("wed", 2), ("thursday", 3), ("fri", 4), ("sat", 5),
        ("Sunday", 6), ("Monkey", nil), ("mond", nil), ("mo", nil), ("", nil), ("sunny", nil), (" mon", nil),
    ])
    func isReadWholeOrNotAtAll(text: String, day: Int?) {
        #expect(WeekDay(text)?.rawValue == day)
    }
}
