import TextScan

/// A reader of logs that are JSON objects: says what one object is, and leaves walking and counting to what is shared.
protocol JSONLogReader: LogReader {
    /// The folding of messages that this log needs.
    func begin(_ options: LogOptions, _ report: FileReport) -> EventAssembly

    /// How surely an object is one of this format.
    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength

    /// Takes an object in.
    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly)
}

extension JSONLogReader {
    var isBinary: Bool { false }

    func begin(_ options: LogOptions, _ report: FileReport) -> EventAssembly { EventAssembly(options, report) }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength { detectObjects(sample) }

    func read(_ octets: Span<UInt8>, options: LogOptions, report: inout FileReport, emit: (QueryEvent) -> Void) {
        readObjects(octets, options: options, report: &report, emit: emit)
    }

    func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        objectSession(options, report, sample: sample)
    }

    /// The reading of an object a line; a document of many lines is read whole.
    func objectSession(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        JSONSample.isDocument(sample) ? nil : JSONLogSession(self, options, report)
    }

    /// As sure as the surest of the first objects; a sample may end within the last.
    func detectObjects(_ sample: Span<UInt8>) -> DetectionStrength {
        guard JSONSample.mayHoldObjects(sample) else { return .no }
        var best = DetectionStrength.no
        var objects = 0
        Self.walk(sample, reader: self) { record, _ in
            objects += 1
            best = max(best, recognises(record))
            return objects < 200 && best < .certain
        } fault: { _, _, _ in
            true
        }
        return best
    }

    /// Reads every object.
    func readObjects(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var session = JSONLogSession(self, options, report)
        session.readAll(octets, into: &report, emit: emit)
    }

    /// Hands over every object that can be a record: those in arrays of objects that are none, and those that stand as text
    /// in the objects of containers and journals. Either closure ends the walk by returning false.
    static func walk(
        _ octets: Span<UInt8>,
        reader: borrowing Self,
        _ body: (borrowing JSONRecord, SourcePosition) -> Bool,
        fault: (Span<UInt8>, SourcePosition, Bool) -> Bool
    ) {
        var walk = JSONRecordWalk(octets)
        /// Where the object that was stepped into ends: the rest of its line is no fault.
        var inside = 0
        while let piece = walk.next() {
            switch piece {
            case .object(let range, let position):
                let text = octets.extracting(range)
                let record = JSONRecord(text, walk.tape, walk.paths)
                if reader.recognises(record) == .no {
                    if JSONSample.holdsRecords(record) {
                        inside = max(inside, range.upperBound)
                        walk.enter(range, at: position)
                        continue
                    }
                    if let inner = LinePrefix.wrapped(text), inner.text.contains(0x7B) {
                        var tape = JSONTape()
                        let message = inner.text.span
                        let open = message.firstIndex(of: 0x7B) ?? 0
                        let object = message.extracting(open..<message.count)
                        if tape.read(object) {
                            guard body(JSONRecord(object, tape), position) else { return }
                            continue
                        }
                    }
                }
                guard body(record, position) else { return }
            case .fault(let range, let position):
                if range.upperBound <= inside || JSONSample.isFrame(octets.extracting(range)) { continue }
                guard fault(octets.extracting(range), position, false) else { return }
            case .overlong(let range, let position):
                if range.upperBound <= inside { continue }
                guard fault(octets.extracting(range.lowerBound..<(range.lowerBound + 80)), position, true) else {
                    return
                }
            }
        }
    }
}

/// Looks at JSON before it is read.
enum JSONSample {
    /// Whether one of the first lines has an object in it.
    static func mayHoldObjects(_ sample: Span<UInt8>) -> Bool {
        sample.extracting(0..<min(sample.count, 4096)).firstIndex(of: 0x7B) != nil
    }

    /// Whether the first line only opens what the next ones are in.
    static func isDocument(_ sample: Span<UInt8>) -> Bool {
        var lines = LineScanner(sample)
        while let line = lines.next() {
            let text = sample.extracting(line.range).trimmed
            if text.count > 0 { return text[0] == 0x5B || isFrame(text) }
        }
        return false
    }

    /// Whether an object is only a frame around records: an array of objects in it, or in an object in it.
    static func holdsRecords(_ record: borrowing JSONRecord, in container: Int = 0, depth: Int = 0) -> Bool {
        for element in record.elements(container) {
            if record.isArray(element), let first = record.elements(element).first, record.isObject(first) {
                return true
            }
            if depth < 2, record.isObject(element), holdsRecords(record, in: element, depth: depth + 1) { return true }
        }
        return false
    }

    /// Whether a line is what is left of an object around records: braces and brackets, or a member without an object.
    static func isFrame(_ line: Span<UInt8>) -> Bool {
        let text = line.trimmed
        if text.hasSuffix("[") || text.hasSuffix("{") { return true }
        for index in 0..<text.count {
            switch text[index] {
            case 0x7D, 0x5D, 0x2C, 0x20: continue
            default: return false
            }
        }
        return true
    }
}
