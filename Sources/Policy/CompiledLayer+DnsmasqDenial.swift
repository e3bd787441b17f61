public import DNS

extension CompiledLayer {
    /// Whether NXDOMAIN about a name that comes back from upstream turns into NODATA: dnsmasq knows then, for any type, that
    /// the name exists (`check_for_local_domain` and `lookup_domain` in `process_reply`, compared with 2.90).
    ///
    /// `index` is the number of the layer in the stack that has narrowed the hashes.
    func turnsDenial(of name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes, index: Int) -> Bool {
        guard engine == .dnsmasq, hashes.layers >> UInt64(index) & 1 == 1 else { return false }
        let total = name.labelCount
        var isKnown = false
        table.forEachSuffix(name, hashes, records, layer: UInt8(index)) { labels, head in
            var next = head
            while next >= 0, !isKnown {
                let record = records[next]
                switch record.ruleClass {
                case .hosts: isKnown = labels == total
                // Whatever a longer name says.
                case .data, .nullData: isKnown = applies(record, labels, total)
                default: break
                }
                next = Int(record.next) - 1
            }
        }
        return isKnown || isOwn(name) || hasDataPattern(name, hashes)
    }

    /// Whether a partial wildcard with addresses is about a name.
    private func hasDataPattern(_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> Bool {
        guard hasDataPatterns else { return false }
        let named = namedSuffixes(name, hashes)
        return patternRecords.indices.contains { offset in
            let pattern = patternRecords[offset]
            return Self.isData(pattern.rule) && patterns[pattern.pattern].matches(hashes.text.span)
                && !isHidden(pattern: offset, name, named)
        }
    }

    static func isData(_ rule: RuleRecord) -> Bool { rule.ruleClass == .data || rule.ruleClass == .nullData }
}

extension CompiledStack {
    /// The layer that makes NODATA of NXDOMAIN which comes back for a name from behind; nil where none does.
    ///
    /// - Parameter own: the decision on the name, a pass.
    public func layerTurningDenial(
        of asked: borrowing NameBuffer,
        context: borrowing QueryContext,
        after own: Decision
    ) -> Int? {
        guard denialTurners & context.layers != 0 else { return nil }
        return layerTurningDenial(of: asked, narrowed(asked), context: context, after: own)
    }

    /// The same with the hashes of the name, narrowed by this stack.
    func layerTurningDenial(
        of asked: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        context: borrowing QueryContext,
        after own: Decision
    ) -> Int? {
        var waiting = denialTurners & context.layers & hashes.layers
        while waiting != 0 {
            let index = waiting.trailingZeroBitCount
            waiting &= waiting &- 1
            if sees(index, what: own), layers[index].turnsDenial(of: asked, hashes, index: index) { return index }
        }
        return nil
    }

    /// A decision of a layer behind one that would make something else of it: what a client gets then is not modelled.
    func settled(
        _ decision: Decision,
        of asked: borrowing NameBuffer,
        context: borrowing QueryContext
    ) -> Decision {
        guard decision.kind == .nxdomain, denialTurners & context.layers & Self.mask(below: decision.layer) != 0 else {
            return decision
        }
        return Self.settled(decision, behind: layersTurningDenials(of: asked, context: context))
    }

    /// The same with the layers that would.
    static func settled(_ decision: Decision, behind turning: UInt64) -> Decision {
        guard decision.kind == .nxdomain, turning & mask(below: decision.layer) != 0 else { return decision }
        var decision = decision
        decision.kind = .unsupported
        return decision
    }

    /// A bit for each layer that makes NODATA of NXDOMAIN about a name.
    func layersTurningDenials(of asked: borrowing NameBuffer, context: borrowing QueryContext) -> UInt64 {
        guard denialTurners & context.layers != 0, layers.count > 1 else { return 0 }
        let hashes = narrowed(asked)
        var turning: UInt64 = 0
        for index in layers.indices
        where (denialTurners & context.layers) >> UInt64(index) & 1 == 1
            && layers[index].turnsDenial(of: asked, hashes, index: index)
        {
            turning |= 1 << UInt64(index)
        }
        return turning
    }

    private static func mask(below layer: UInt8) -> UInt64 { (1 << UInt64(layer)) &- 1 }
}
