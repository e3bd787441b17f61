import ArgumentParser
import FilterLists
import Policy

/// How lists of a command line are read, as options.
struct ListReadingOptions: ParsableArguments {
    @Option(
        name: .customLong("engine"),
        help: "The engine that reads the lists; without it each list's format decides."
    )
    var engine: String?

    @OptionGroup var formats: ListFormatOptions

    @Option(name: .customLong("block-mode"), help: "The engine's block mode.")
    var blockMode: String?

    /// Whether nothing is said.
    var isEmpty: Bool { engine == nil && formats.format == nil && formats.role == nil && blockMode == nil }

    /// What they say.
    func reading() throws -> ListReading {
        ListReading(
            engine: try engine.map(Engine.init(option:)),
            format: try formats.format.map(ListFormat.init(option:)),
            role: try formats.role.map(ListRole.init(option:)),
            blockMode: blockMode
        )
    }
}
