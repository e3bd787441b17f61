import DNS

extension CompiledLayer {
    /// What a rule depends on that the context does not say, in words; nil when it is known whether the rule counts.
    func openCondition(_ rule: Int, _ name: DomainName, _ context: borrowing QueryContext) -> String? {
        let guarded = guards[Int(record(rule).guardID)]
        return guarded.holds(NameBuffer(name), context) == .unknown ? guarded.description : nil
    }

    /// How many kinds of conditions on client or time its rules have.
    public var conditionCount: Int { guards.count { !$0.clients.isEmpty || $0.minutes != nil } }
}
