import ArgumentParser
import TextScan

/// What has to be put right about a command line before it is parsed.
enum Arguments {
    /// A command that there is none of, with the nearest one: as the first word, or behind `help`, where the parser would show
    /// the page of its parent.
    static func checkCommand(_ arguments: [String]) throws {
        let words = arguments.prefix { !$0.hasPrefix("-") }
        var command: any ParsableCommand.Type = Patchway.self
        let isHelp = words.first == "help"
        for word in isHelp ? words.dropFirst() : words {
            // The parser counts those of groups as well.
            let known = command.configuration.subcommands
            // What stands behind a command without commands is its own matter.
            guard !known.isEmpty else { break }
            guard let next = known.first(where: { $0.configuration.commandName == word }) else {
                let names =
                    known.compactMap { $0.configuration.commandName } + (command == Patchway.self ? ["help"] : [])
                throw Failure.unknown(word, of: "command", "there is none of that name", names)
            }
            command = next
        }
    }

    /// Moves a signed number that `explain` is given behind `--`, so that `explain -2145107924` needs no quoting tricks:
    /// event logs print error codes that way.
    static func withSignedCodes(_ arguments: [String]) -> [String] {
        guard arguments.first == "explain", !arguments.contains("--"),
            let place = arguments.firstIndex(where: isSignedNumber)
        else { return arguments }
        var moved = arguments
        let code = moved.remove(at: place)
        return moved + ["--", code]
    }

    private static func isSignedNumber(_ text: String) -> Bool {
        text.utf8.count > 1 && text.hasPrefix("-") && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
