import DNS
import QueryLogs
import TextScan

/// Reads octets as a log named `log` and collects everything.
func read(_ octets: [UInt8], options: LogOptions = LogOptions()) -> (events: [QueryEvent], report: FileReport) {
    var events: [QueryEvent] = []
    let report = QueryLog.read(Input(path: "log", bytes: InputBytes(octets)), options: options) { events.append($0) }
    return (events, report)
}

/// The same for text.
func read(_ text: String, options: LogOptions = LogOptions()) -> (events: [QueryEvent], report: FileReport) {
    read(Array(text.utf8), options: options)
}

extension QueryEvent {
    /// One line that shows what tests compare: name, type, response code, answers, block.
    var line: String {
        var words = ["\(name)", type.rawValue == 0 ? "-" : "\(type)", rcode.map { "\($0)" } ?? reply.rawValue]
        words += answers.map(\.line)
        if let block { words.append("[\(block.source)\(block.isAlias ? " alias" : "")]") }
        return words.joined(separator: " ")
    }
}

extension AnswerRecord {
    var line: String {
        switch data {
        case .address(let address): "\(address)"
        case .name(let target): "\(type)>\(target)"
        case .text(let text): "\"\(TerminalText.escaped(text))\""
        case .octets(let octets): "\(type)(\(octets.count))"
        case .unknown: "\(type)"
        }
    }
}
