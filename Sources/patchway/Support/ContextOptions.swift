import ArgumentParser
import DNS
import Policy
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

    @Option(name: .customLong("client-tag"), help: "A tag of the client (AdGuard Home $ctag); repeatable.")
    var tags: [String] = []

    /// What the options say.
    func context() throws -> QueryContext {
        guard !clients.isEmpty || !tags.isEmpty else { return .unknown }
        var client = Client(address: nil, tags: tags)
        for text in clients {
            guard let address = IPAddress(text) else {
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
        return QueryContext(client: client)
    }
}
