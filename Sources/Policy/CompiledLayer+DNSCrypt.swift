import DNS

extension CompiledLayer {
    /// What dnscrypt-proxy makes of an alias that its allowed names hold: they are asked for query names only, so the
    /// blocked names decide (`plugin_block_name.go`).
    func decideWithoutAllowedNames(_ alias: borrowing NameBuffer, type: RRType, index: UInt8) -> Decision {
        // Such aliases are rare, so this may allocate.
        let rule = matchingRules(alias.name, type: type).first { record($0).ruleClass == .block }
        return decision(rule: rule, type: type, index: index)
    }
}
