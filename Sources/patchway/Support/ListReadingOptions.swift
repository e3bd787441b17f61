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

    @Option(
        name: .customLong("format"),
        help:
            "Read every list as this format: \(ListFormat.all.map(\.id).joined(separator: ", ")). Told by content without it."
    )
    var format: String?

    @Option(
        name: .customLong("role"),
        help: """
            Whether the lists name what is blocked or what is let pass: block or allow. Without it that follows from \
            the engine and the list's name.
            """
    )
    var role: String?

    @Option(name: .customLong("block-mode"), help: "The engine's block mode.")
    var blockMode: String?

    /// Whether nothing is said.
    var isEmpty: Bool { engine == nil && format == nil && role == nil && blockMode == nil }

    /// What they say.
    func reading() throws -> ListReading {
        ListReading(
            engine: try engine.map(Engine.init(option:)),
            format: try format.map(ListFormat.init(option:)),
            role: try role.map(ListRole.init(option:)),
            blockMode: blockMode
        )
    }
}
