import Policy
import TextScan

/// Dynamic blocks of dnsdist (`dnsdist-dynblocks.hh`, 1.7): clients and names that are asked for too often, or get too many
/// errors, are refused for a while, in front of all rules. What a query gets that nobody asks too often is certain.
extension DnsdistConfiguration {
    /// Whether all that a statement does to answers is to block what is asked for too often; it is noted then.
    @_lifetime(self: copy self)
    mutating func noteLimits(
        _ names: LuaNames,
        _ range: Range<Int>,
        _ line: Int,
        call: LuaCall? = nil,
        _ sink: inout RuleSink
    ) -> Bool {
        var told = DnsdistFunctions.telling.filter { names.counts[$0] != nil || variables.touched.contains($0) }
        // Tables of clients that are written down are blocked whatever they ask.
        var counted = names.counts.reduce(0) { $0 + ($1.key.hasPrefix("exceed") ? $1.value : 0) }
        var blocks = names.counts["addDynBlocks", default: 0]
        if let call, !call.isMethod, DnsdistFunctions.telling.contains(call.name(source)) {
            told.insert(call.name(source))
            if call.name(source) == "addDynBlocks" { blocks += 1 }
            if case .call(let inner)? = call.arguments.first, inner.name(source).hasPrefix("exceed") { counted += 1 }
        }
        guard !names.isLost, !told.isEmpty, told.isSubset(of: Self.limiting), blocks <= counted else { return false }
        sink.note(
            "dynamic-blocks",
            "clients and names that are asked for too often are blocked for a while; verdicts are about the others",
            source,
            range,
            line
        )
        sink.drop(.option, source, range, line)
        return true
    }

    private static let limiting: Set<String> = ["apply", "addDynBlocks", "setDynBlocksAction"]
}
