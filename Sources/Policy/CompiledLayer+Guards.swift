import DNS

extension CompiledLayer {
    /// What a rule depends on that the context does not say, in words; nil when it is known whether the rule counts.
    func openCondition(
        _ rule: Int,
        _ name: borrowing NameBuffer,
        _ context: borrowing QueryContext
    ) -> String? {
        let number = Int(record(rule).guardID)
        guard number != 0, guards[number].holds(name, context) == .unknown else { return nil }
        return guards[number].description
    }

    /// Whether a verdict may depend on who asks or when.
    public var dependsOnClient: Bool {
        addressIndex.has(.client) || guards.contains { !$0.clients.isEmpty || $0.minutes != nil }
    }
}
