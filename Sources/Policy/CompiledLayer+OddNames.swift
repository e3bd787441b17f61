import DNS

/// Names with other octets than those of hosts, in engines that compare text in which such octets are escapes.
extension CompiledLayer {
    /// Whether the engine may do something else with a name than with others, because of its octets: AdGuard Home's `||` takes letters,
    /// digits, `-`, `_` and dots alone in front of a name (urlfilter `rules/regex.go`), and dnscrypt-proxy compares the text of a
    /// name, in which a dot within a label is one like others, and refuses octets beyond ASCII (`NormalizeQName`).
    @inline(__always)
    func mayMisread(_ name: borrowing NameBuffer, _ text: borrowing NameText) -> Bool {
        switch engine {
        // Of one label are addresses as well, which it looks for like names.
        case .adguardHome:
            name.labelCount > 1 && (!Self.isOfHosts(text.span) || !text.isExact && Self.hasDotInLabel(name))
        case .dnscryptProxy:
            !Self.isOfHosts(text.span) && Self.hasOctetBeyondASCII(text.span)
                || !text.isExact && Self.hasDotInLabel(name)
        default: false
        }
    }

    /// A decision by a rule, open where the engine may read the name otherwise.
    @inline(__always)
    func openIfMisread(_ decision: Decision, _ name: borrowing NameBuffer, _ text: borrowing NameText) -> Decision {
        guard decision.hasRule, mayMisread(name, text) else { return decision }
        var open = decision
        (open.kind, open.exempt) = (.unsupported, 0)
        return open
    }

    private static func isOfHosts(_ text: Span<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count {
                let octets = min(8, text.count &- start)
                let word = unsafe OctetWord(text, start, octets)
                guard ~(word.ofHosts | OctetWord.behind(octets)) & OctetWord.behind(0) == 0 else { return false }
                start &+= 8
            }
            return true
        }
    }

    private static func hasOctetBeyondASCII(_ text: Span<UInt8>) -> Bool {
        text.indices.contains { text[$0] >= 0x80 }
    }

    /// More dots stand in the text than between labels.
    private static func hasDotInLabel(_ name: borrowing NameBuffer) -> Bool {
        for labels in stride(from: name.labelCount, to: 0, by: -1) {
            let start = name.suffixStart(labels)
            for place in (start + 1)..<name.suffixStart(labels - 1) where name[place] == 0x2E { return true }
        }
        return false
    }
}
