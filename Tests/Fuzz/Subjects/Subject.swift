import FilterLists
import Foundation
import QueryLogs
import TestSupport

/// A part of the program that takes octets from strangers.
public struct Subject: Sendable {
    /// What it is called: `message`, `list-hosts`.
    public var name: String
    /// The folders of examples, in `Tests/Fixtures`.
    var areas: [String]
    /// Whether the examples are written in hexadecimal digits.
    var isHex = false
    /// Tries one input; a trap is a finding.
    public var trial: @Sendable (Span<UInt8>) -> Void

    /// Every subject: messages and streams, where modules are built for tests; files.
    public static var all: [Subject] {
        var all = [
            Subject(name: "configuration", areas: ["stacks", "fuzz"], trial: TextTrials.configuration),
            Subject(name: "partial", areas: ["partials"], trial: TextTrials.partial),
            Subject(name: "detection", areas: ["fuzz", "http", "stacks"], trial: TextTrials.detection),
        ]
        #if TESTABLE
        all += [
            Subject(name: "message", areas: ["packets"], isHex: true, trial: WireTrials.message),
            Subject(name: "answer", areas: ["packets"], isHex: true, trial: WireTrials.answer),
            Subject(name: "tcp", areas: ["packets"], isHex: true, trial: StreamTrials.frames),
            Subject(name: "http1", areas: ["http"], trial: StreamTrials.http1),
            Subject(name: "http2", areas: ["http"], trial: StreamTrials.http2),
        ]
        #endif
        all += ListFormat.all.filter { $0 != .gravityDatabase }.map { format in
            Subject(name: "list-\(format.id)", areas: ["lists/\(format.id)", "fuzz"]) { TextTrials.list($0, format) }
        }
        all += LogFormats.all.map { reader in
            let id = reader.format.rawValue
            return Subject(name: "log-\(id)", areas: ["logs/\(id)", "fuzz"]) { TextTrials.log($0, reader.format) }
        }
        return all
    }

    /// Its examples by file name, those of more than 16 KiB left out.
    public var examples: [(name: String, octets: [UInt8])] {
        areas.flatMap { area -> [(name: String, octets: [UInt8])] in
            let place = Fixtures.folder(area)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
            return names.sorted().compactMap { name in
                guard let data = try? Data(contentsOf: place.appendingPathComponent(name)), data.count <= 16_384 else {
                    return nil
                }
                return (name, isHex ? octets(hex: String(decoding: data, as: UTF8.self)) : Array(data))
            }
        }
    }
}
