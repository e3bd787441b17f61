import DNS

extension CompiledLayer {
    /// What a rule depends on that the context does not say, in words; nil when it is known whether the rule counts.
    func openCondition(
        _ rule: Int,
        _ name: borrowing NameBuffer,
        _ context: borrowing QueryContext
    ) -> String? {
        if let client = openLocalClient(rule, context) { return client }
        let number = Int(record(rule).guardID)
        guard number != 0, guards[number].holds(name, context) == .unknown else { return nil }
        return guards[number].description
    }

    /// Whether a verdict may depend on who asks or when.
    public var dependsOnClient: Bool {
        addressIndex.has(.client) || policyZones?.hasTags == true || localClients?.zones.isEmpty == false
            || guards.contains { !$0.clients.isEmpty || $0.minutes != nil }
    }

    /// Which clients a zone of Unbound counts for, where nobody said who asks.
    private func openLocalClient(_ rule: Int, _ context: borrowing QueryContext) -> String? {
        guard context.client?.address == nil, let zone = localClients?.zone(rule) else { return nil }
        return zone.tags == nil ? "from clients without an override of their own" : "from clients with one of its tags"
    }
}
