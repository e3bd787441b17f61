import DNS
import Policy
import TextScan

/// Writes the statements of dnsmasq for dnsmasq itself: as they stand, for where one stands decides nothing, and with them the
/// settings that make other names of theirs. Lines of hosts files become records.
struct OwnStatements {
    /// Settings that the reader heeds and that are no rules.
    private static let settings = [
        "local-ttl", "expand-hosts", "domain", "selfmx", "localmx", "mx-target", "cache-size",
    ]

    private let layer: CompiledLayer

    /// Nil where the statements of the layer do not stand for themselves in the format.
    init?(_ layer: CompiledLayer, _ format: ExportFormat) {
        guard layer.engine == .dnsmasq, format.engine == .dnsmasq else { return nil }
        self.layer = layer
    }

    func write(to sink: inout ExportSink) {
        for source in layer.lists where source.format == ListFormat.dnsmasq.id {
            writeSettings(source.octets.span, &sink)
        }
        for rule in layer.compiledRules where sink.goesOn { write(rule, &sink) }
        for rule in layer.addressRules where sink.goesOn { write(rule, &sink) }
    }

    private func writeSettings(_ text: Span<UInt8>, _ sink: inout ExportSink) {
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard !line.isOverlong, let range = DnsmasqReader.statement(text, line.range) else { continue }
            let statement = text.extracting(range)
            let key = statement.extracting(0..<(statement.firstIndex(of: 0x3D) ?? statement.count)).trimmed
            if Self.settings.contains(key.string) { sink.line(statement.octets) }
        }
    }

    private func write(_ rule: Int, _ sink: inout ExportSink) {
        guard !layer.isOfEngine(rule), layer.action(rule) != .unsupported else { return }
        if layer.compiledRules.contains(rule), case .name(.node, _) = layer.content(rule).subject { return }
        guard layer.lists[layer.place(rule).list].format == ListFormat.hosts.id else { return sink.verbatim(rule) }
        let content = layer.content(rule)
        guard case .name(.exact, let name) = content.subject, case .records(let records) = content.action else {
            return
        }
        for record in records {
            guard let text = ExportText.plain(name),
                let line = DnsmasqRecordWriter.option(String(decoding: text, as: UTF8.self), name.labelCount, record)
            else { return sink.omit(rule, .name) }
            sink.line(Array(line.utf8))
        }
    }
}
