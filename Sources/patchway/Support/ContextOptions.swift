import ArgumentParser
import DNS
import FilterLists
import Policy
import Settings
import TextScan

/// Options of every command that decides for one client.
struct ContextOptions: ParsableArguments {
    @Option(
        name: .customLong("client"),
        help: """
            Decide for this client: its address, or the name, hardware address or interface (:eth0) that rules use; \
            repeatable.
            """
    )
    var clients: [String] = []

    @Option(
        name: .customLong("client-tag"),
        help: "A tag of the client (AdGuard Home $ctag), such as device_pc; repeatable."
    )
    var tags: [String] = []

    @Option(
        name: .customLong("group"),
        help: "Decide for this group of clients (`groups` of the stack file) in its hours; `default` is those in none."
    )
    var group: String?

    @Option(name: .customLong("at"), help: "Decide for this time of the engine's clock, such as 'Mon 21:30'.")
    var time: String?

    /// What the options say.
    func context() throws -> QueryContext {
        var minute: Int?
        if let time {
            minute = Self.minuteOfWeek(time)
            guard minute != nil else {
                throw Failure.usage("--at \(TerminalText.escaped(time)): write a day and a time, such as 'Mon 21:30'")
            }
        }
        for tag in tags where !ClientTags.all.contains(tag) {
            throw Failure.unknown(tag, of: "--client-tag", "AdGuard Home has no such tag", ClientTags.all)
        }
        guard !clients.isEmpty || !tags.isEmpty else { return QueryContext(minuteOfWeek: minute) }
        var client = Client(address: nil, tags: tags)
        for text in clients {
            guard let address = IPAddress(text) else {
                guard text.contains(where: { !"0123456789.".contains($0) }) else {
                    throw Failure.usage(
                        "--client \(TerminalText.escaped(text)): no address; write four numbers up to 255, or a name"
                    )
                }
                let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                guard parts.count < 2 || parts[parts.count - 1].contains(where: { !$0.isASCII || !$0.isNumber }) else {
                    throw Failure.usage(
                        "--client \(TerminalText.escaped(text)): a network is no client; write the address or the name of one"
                    )
                }
                client.names.append(text)
                // Pi-hole compares hardware addresses and interfaces without regard to case.
                if text.contains(":"), text != text.lowercased() { client.names.append(text.lowercased()) }
                continue
            }
            guard client.address == nil else {
                throw Failure.usage("--client \(TerminalText.escaped(text)): a second address; a client has one here")
            }
            client.address = address
        }
        return QueryContext(client: client, minuteOfWeek: minute)
    }

    /// `Mon 21:30` in minutes since Monday 00:00.
    private static func minuteOfWeek(_ text: String) -> Int? {
        let words = text.split(separator: " ")
        guard words.count == 2, let day = WeekDay(words[0]), let minute = DayTime.minute(words[1]) else { return nil }
        return day.rawValue * 1440 + minute
    }
}
