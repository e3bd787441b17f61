import DNS
import TextScan

extension WindowsEvent {
    /// An event of its message, as Event Viewer shows it in English; nil for other texts.
    init?(message text: Span<UInt8>) {
        self.init()
        if text.hasPrefix("Dns query:") {
            (provider, id) = ("Microsoft-Windows-Sysmon", 22)
            var lines = LineScanner(text)
            while let line = lines.next() { _ = take(text.extracting(line.range)) }
            return
        }
        provider = "Microsoft-Windows-DNS-Client"
        let forms: [(StaticString, Int)] = [
            ("DNS query is completed for the name ", 3008), ("DNS query is called for the name ", 3006),
            ("Cache lookup for name ", 3018), ("Query response for name ", 3020),
            ("Name resolution for the name ", 1014),
        ]
        for (form, number) in forms {
            guard let found = text.firstRange(of: form) else { continue }
            id = number
            let rest = text.extracting(found.upperBound..<text.count)
            readSentence(rest)
            return
        }
        return nil
    }

    /// Takes `Name: value` of a message; false for other lines.
    mutating func take(_ line: Span<UInt8>) -> Bool {
        let text = line.trimmed
        guard let colon = text.firstIndex(of: 0x3A) else { return false }
        let name = text.extracting(0..<colon).trimmed.string
        guard ["UtcTime", "ProcessId", "QueryName", "QueryStatus", "QueryResults", "Image", "User"].contains(name)
        else {
            return false
        }
        set(name, text.extracting((colon + 1)..<text.count).trimmed.octets)
        return true
    }

    /// `NAME, type 1, query options … with status 0 Results …` and its kin.
    private mutating func readSentence(_ text: Span<UInt8>) {
        if id == 1014 {
            let end = text.firstIndex(of: 0x20) ?? text.count
            set("QueryName", text.extracting(0..<end).octets)
            return
        }
        let end = text.firstIndex(of: 0x2C) ?? text.count
        set("QueryName", text.extracting(0..<end).trimmed.octets)
        if let type = number(text, behind: "type ") { set("QueryType", type) }
        for form in ["with status ", "returned "] as [StaticString] {
            if let status = number(text, behind: form) { set("QueryStatus", status) }
        }
        for form in ["Results ", "with results "] as [StaticString] {
            if let found = text.firstRange(of: form) {
                set("QueryResults", text.extracting(found.upperBound..<text.count).trimmed.octets)
            }
        }
    }

    private func number(_ text: Span<UInt8>, behind form: StaticString) -> [UInt8]? {
        guard let found = text.firstRange(of: form) else { return nil }
        var end = found.upperBound
        while end < text.count, text[end] &- 0x30 < 10 { end += 1 }
        return end > found.upperBound ? text.extracting(found.upperBound..<end).octets : nil
    }
}

/// The columns of a CSV export of events: Event Viewer's, PowerShell's, or one with a column for every field.
struct WindowsColumns {
    private var names: [String] = []
    private var order: LocaleDate.Order?

    /// Whether the head was seen.
    var isKnown: Bool { !names.isEmpty }

    /// Takes the head; false when it is none.
    mutating func takeHead(_ row: DelimitedRow) -> Bool {
        let words = row.columns.map { column in
            var text = column.string
            if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
            return text
        }
        let isViewer = words.contains("Event ID") && words.contains("Source")
        let isShell = (words.contains("Id") || words.contains("EventID")) && words.contains("Message")
        let isFlat = words.contains("QueryName") && words.contains("QueryStatus")
        guard isViewer || isShell || isFlat else { return false }
        names = words
        return true
    }

    /// The event of a row.
    mutating func event(_ row: DelimitedRow, offset: Int) -> WindowsEvent? {
        var message: [UInt8] = []
        var values: [String: [UInt8]] = [:]
        for (index, column) in row.columns.enumerated() {
            // Event Viewer gives the column of the message no name.
            if index >= names.count || names[index] == "Message" {
                message = column
            } else {
                values[names[index]] = column
            }
        }
        var event = message.read { WindowsEvent(message: $0) } ?? WindowsEvent()
        if let number = (values["Event ID"] ?? values["Id"] ?? values["EventID"] ?? values["EventId"])?.decimal {
            event.id = Int(clamping: number)
        }
        if let source = values["Source"] ?? values["ProviderName"] ?? values["Provider"] ?? values["SourceName"] {
            event.provider = source.string
        }
        for (name, value) in values { event.set(name, value) }
        guard event["QueryName"] != nil || event.id != 0 else { return nil }
        let stamp = values["Date and Time"] ?? values["TimeCreated"] ?? values["@timestamp"] ?? []
        event.time = event.time ?? time(stamp, offset)
        if let number = values["ProcessId"], event["Image"] == nil { event.process = "pid \(number.string)" }
        return event
    }

    /// A stamp in the dates of the machine, or in RFC 3339.
    mutating func time(_ stamp: [UInt8], _ offset: Int) -> Int64? {
        if let time = stamp.read({ LogTime.any($0, offset: offset) }) { return time }
        guard let date = stamp.read({ LocaleDate($0) }) else { return nil }
        order = date.order ?? order
        return date.time(order ?? date.usualOrder, offset: offset)
    }
}
