import ArgumentParser
import Glibc
import QueryLogs

/// Options that say how captures are to be read.
struct LogReadingOptions: ParsableArguments {
    @Option(name: .customLong("format"), help: "Read every capture as this format.")
    var format: String?

    @Option(name: .customLong("port"), help: "A port that carries DNS in packet captures; repeatable, 53 by default.")
    var ports: [UInt16] = []

    @Option(name: .customLong("year"), help: "The year of the first line, for logs without one.")
    var year: Int?

    @Option(name: .customLong("utc-offset"), help: "Minutes east of UTC of the clock that wrote local times.")
    var utcOffset = 0

    func options() throws -> LogOptions {
        guard year.map({ (1970...2200).contains($0) }) ?? true else {
            throw Failure.usage("--year \(year ?? 0): give a year from 1970 to 2200")
        }
        guard (-1_440...1_440).contains(utcOffset) else {
            throw Failure.usage("--utc-offset \(utcOffset): give minutes, at most a day (1440)")
        }
        var options = LogOptions(present: Int64(time(nil)) * 1_000_000, utcOffset: utcOffset * 60)
        options.year = year
        if !ports.isEmpty { options.ports = Set(ports) }
        if let format {
            let known = LogFormats.all.map(\.format.rawValue) + [LogFormat.pihole.rawValue]
            guard known.contains(format) else {
                throw Failure.unknown(format, of: "--format", "no such log format", known)
            }
            options.format = LogFormat(rawValue: format)
        }
        return options
    }
}
