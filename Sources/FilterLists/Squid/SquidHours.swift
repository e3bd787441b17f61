import TextScan

/// The values of squid's `acl NAME time` (`src/acl/TimeData.cc`; each form was given to squid 5.7): letters of days, and hours
/// on the days in front of them; days without hours behind them are whole. An hour ends with its last minute.
struct SquidHours {
    /// Minutes since Monday 00:00.
    private(set) var minutes: [Range<Int>] = []
    /// The days of this line that no hours have taken yet, Monday first.
    private var days: Set<Int> = []

    /// Takes a value; false where squid refuses to start with it. Letters that are no days it leaves out.
    mutating func add(_ value: [UInt8]) -> Bool {
        guard let first = value.first, first &- 0x30 < 10 else {
            for letter in value {
                guard let day = Self.letters.firstIndex(of: letter) else {
                    if letter == 0x44 { days.formUnion(0...4) }
                    continue
                }
                days.insert(day)
            }
            return true
        }
        guard let (start, end) = Self.hours(value) else { return false }
        for day in days.isEmpty ? Set(0...6) : days { add(day, start, end) }
        days = []
        return true
    }

    /// Ends a line.
    mutating func endLine() {
        for day in days { add(day, 0, 1439) }
        days = []
    }

    private mutating func add(_ day: Int, _ start: Int, _ end: Int) {
        minutes.append((day * 1440 + start)..<(day * 1440 + min(end + 1, 1440)))
    }

    private static let letters = Array("MTWHFAS".utf8)

    /// `h:m-h:m`, with anything behind it.
    private static func hours(_ value: [UInt8]) -> (start: Int, end: Int)? {
        var numbers: [Int] = []
        var rest = value[...]
        for mark in [0x3A, 0x2D, 0x3A, 0] as [UInt8] {
            let digits = rest.prefix { $0 &- 0x30 < 10 }
            guard !digits.isEmpty, digits.count < 6, let number = Int(String(decoding: digits, as: UTF8.self)) else {
                return nil
            }
            numbers.append(number)
            rest = rest.dropFirst(digits.count)
            guard mark == 0 || rest.first == mark else { return nil }
            if mark != 0 { rest = rest.dropFirst() }
        }
        guard numbers[0] < 24, numbers[1] < 60, numbers[3] < 60,
            numbers[2] < 24 || numbers[2] == 24 && numbers[3] == 0
        else { return nil }
        let (start, end) = (numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3])
        return start <= end ? (start, end) : nil
    }
}
