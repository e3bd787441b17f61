public import TextScan

/// Reads query logs and captures of any known format.
public enum QueryLog {
    /// Reads the file at `path`, every member if it is an archive; `-` is standard input.
    /// - Returns: one report per input that was read; inputs of no known format have the format `unknown`, no events
    ///   and a diagnostic.
    /// - Throws: ``InputError`` when nothing could be read at all.
    public static func read(
        path: String,
        limits: InputLimits = InputLimits(keepsDamaged: true),
        options: LogOptions = LogOptions(),
        emit: (QueryEvent) -> Void
    ) throws(InputError) -> [FileReport] {
        let set = try InputFile.read(path: path, limits: limits)
        var reports: [FileReport] = []
        for input in set.inputs {
            var report = read(input, options: options, emit: emit)
            for diagnostic in set.diagnostics where diagnostic.path == input.path { report.diagnostics.add(diagnostic) }
            reports.append(report)
        }
        let names = Set(reports.map(\.path))
        for diagnostic in set.diagnostics where !names.contains(diagnostic.path) {
            reports[0].diagnostics.add(diagnostic)
        }
        return reports
    }

    /// Reads one input that is already in memory.
    public static func read(
        _ input: Input,
        options: LogOptions = LogOptions(),
        emit: (QueryEvent) -> Void
    ) -> FileReport {
        var undated = UndatedEvents()
        var report = readEvents(input, options: options) { event in
            undated.note(event)
            emit(event)
        }
        undated.report(in: &report)
        return report
    }

    private static func readEvents(
        _ input: Input,
        options: LogOptions,
        emit: (QueryEvent) -> Void
    ) -> FileReport {
        let given = options.format.flatMap(LogFormats.reader)
        if let reader = given ?? LogFormats.detect(input.bytes.span), reader.isBinary {
            var report = FileReport(path: input.path, format: reader.format, bytes: input.bytes.count)
            reader.read(input.bytes.span, options: options, report: &report, emit: emit)
            return report
        }
        let text = TextDecoding.decode(input)
        guard let reader = given ?? LogFormats.detect(text.span) else { return unknown(input) }
        var report = FileReport(path: input.path, format: options.format ?? reader.format, bytes: input.bytes.count)
        for notice in text.notices { report.diagnostics.add(notice) }
        reader.read(text.span, options: options, report: &report, emit: emit)
        return report
    }

    private static func unknown(_ input: Input) -> FileReport {
        var report = FileReport(path: input.path, format: .unknown, bytes: input.bytes.count)
        let sniff = ContentSniff(input.bytes.span)
        let kind = sniff.known.map { "looks like \($0.rawValue)" } ?? (sniff.looksBinary ? "is not text" : "is text")
        let formats = LogFormats.all.map(\.format.rawValue).joined(separator: ", ")
        report.diagnostics.add(
            Diagnostic(
                path: input.path,
                reason: "unknown-log-format",
                text: hint(input.bytes.span) ?? "\(kind) of no known log format; known are \(formats)"
            )
        )
        return report
    }

    /// What to do about logs that are known, and cannot be read as they are.
    private static func hint(_ octets: Span<UInt8>) -> String? {
        if octets.hasPrefix("DUCK", at: 8) {
            return "is a DuckDB database; write its table query as CSV (duckdb -csv FILE 'from query') and read that"
        }
        if octets.hasPrefix("{\"kind\":\"partial\"") {
            return "is a partial of another replay, and no log; `patchway merge` makes reports of partials"
        }
        let head = octets.extracting(0..<min(octets.count, 65_536))
        if head.firstRange(of: "sub=\"packetfilter\"") != nil, head.firstRange(of: "name=\"DNS request\"") != nil {
            return "is a packet filter log of Sophos, which names no domains; a packet capture does"
        }
        return nil
    }
}
