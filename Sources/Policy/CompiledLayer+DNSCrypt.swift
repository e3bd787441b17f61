import DNS

extension CompiledLayer {
    /// What dnscrypt-proxy makes of an alias that its allowed names hold: they are asked for query names only, so the
    /// blocked names decide (`plugin_block_name.go`).
    func decideWithoutAllowedNames(
        _ alias: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        // Such aliases are rare, so this may allocate.
        let rule = matchingRules(alias.name, type: type, context: context).first { record($0).ruleClass == .block }
        if let rule, guards[Int(record(rule).guardID)].holds(alias, context) == .unknown {
            return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
        }
        return decision(rule: rule, type: type, index: index)
    }
}
