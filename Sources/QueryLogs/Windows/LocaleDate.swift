import DNS
import TextScan

/// Dates as Windows writes them in the language of the machine: `5/21/2015 1:51:18 PM`, `22/12/2021 17:32:59`,
/// `20.01.2026 23:00:18`, `2024/10/21 19:00:35`, `20150521 13:51:18`.
struct LocaleDate {
    /// Which number of a date comes first.
    enum Order {
        case monthFirst
        case dayFirst
        case yearFirst
    }

    private var first = 0
    private var second = 0
    private var third = 0
    private var clock = 0
    private var isTwelveHours = false
    private var separator: UInt8 = 0

    /// Takes a stamp apart; nil for what is none.
    init?(_ text: Span<UInt8>) {
        var numbers: [Int] = []
        var digits = 0
        var rest = text.count
        for index in 0..<text.count {
            let octet = text[index]
            if octet &- 0x30 < 10 {
                if digits == 0 { numbers.append(0) }
                digits += 1
                guard digits <= 8, let last = numbers.last else { return nil }
                numbers[numbers.count - 1] = last * 10 + Int(octet - 0x30)
                // `20150521` of Windows Server 2003.
                if digits == 8, numbers.count == 1 {
                    let date = last * 10 + Int(octet - 0x30)
                    numbers = [date / 10_000, date / 100 % 100, date % 100]
                    separator = 0x2D
                }
                continue
            }
            if digits > 0, numbers.count == 1, separator == 0 { separator = octet }
            digits = 0
            if numbers.count == 6 {
                rest = index
                break
            }
        }
        guard numbers.count == 6, numbers[4] < 60, numbers[5] < 61, numbers[3] < 24 else { return nil }
        (first, second, third) = (numbers[0], numbers[1], numbers[2])
        let half = Self.half(text.extracting(rest..<text.count).trimmed)
        isTwelveHours = half != nil
        var hour = numbers[3]
        if let half { hour = hour % 12 + half }
        clock = hour * 3600 + numbers[4] * 60 + numbers[5]
    }

    /// Hours to add in the half of the day that a stamp names, in the languages that do.
    private static func half(_ text: Span<UInt8>) -> Int? {
        guard text.count > 0, text.count <= 16 else { return nil }
        switch text.string.lowercased().filter({ $0 != "." && $0 != " " && $0 != "\u{A0}" && $0 != "\u{202F}" }) {
        case "am", "上午", "午前", "오전", "πμ", "ص", "sa": return 0
        case "pm", "下午", "午後", "오후", "μμ", "م", "ch": return 12
        default: return nil
        }
    }

    /// What this stamp alone shows of the order.
    var order: Order? {
        if first > 31 { return .yearFirst }
        if first > 12 { return .dayFirst }
        if second > 12 { return .monthFirst }
        return nil
    }

    /// The order that is usual where dates look like this one.
    var usualOrder: Order {
        switch separator {
        case 0x2F where isTwelveHours: .monthFirst
        default: .dayFirst
        }
    }

    /// Microseconds since 1970-01-01 UTC; nil when there is no such date.
    func time(_ order: Order, offset: Int) -> Int64? {
        let date: (year: Int, month: Int, day: Int)
        switch self.order == .yearFirst ? .yearFirst : order {
        case .yearFirst: date = (first, second, third)
        case .dayFirst: date = (third, second, first)
        case .monthFirst: date = (third, first, second)
        }
        let year = date.year < 100 ? date.year + 2000 : date.year
        guard let days = TimeScan.days(year: year, month: date.month, day: date.day) else { return nil }
        return (Int64(days) * 86_400 + Int64(clock - offset)) * 1_000_000
    }
}
