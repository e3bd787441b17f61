import TextScan

extension WindowsEvent {
    private static let providers: [StaticString] = [
        "SourceName", "ProviderName", "winlog.provider_name", "winlog.provider_guid", "event.provider", "source_name",
        "provider_name", "Provider", "Event.System.Provider.#attributes.Name", "Event.System.Provider.@Name",
        "System.Provider.Name", "properties.ProviderName", "EventLog", "Channel",
    ]
    private static let numbers: [StaticString] = [
        "EventID", "winlog.event_id", "event_id", "event.code", "Id", "EventId", "Event.System.EventID",
        "Event.System.EventID.#text", "System.EventID", "properties.EventId",
    ]
    private static let documents: [StaticString] = ["properties.RawXml", "RawXml", "EventXml"]
    private static let messages: [StaticString] = ["Message", "message", "properties.Description", "Description"]
    private static let places: [StaticString] = [
        "winlog.event_data", "event_data", "EventData", "Event.EventData", "Payload",
    ]
    private static let times: [StaticString] = [
        "TimeCreated", "@timestamp", "SystemTime", "Event.System.TimeCreated.#attributes.SystemTime", "EventTimeUTC",
    ]

    /// An event of a shipper's or exporter's JSON: NXLog (flat), Winlogbeat, `evtx_dump`; nil for other objects.
    init?(_ record: borrowing JSONRecord, offset: Int = 0) {
        self.init()
        var number: Int64?
        for path in Self.numbers where number == nil { number = record.integer(path) }
        guard let number, let id = Int(exactly: number) else { return nil }
        self.id = id
        var found: [String] = []
        for path in Self.providers {
            if let name = record.string(path) { found.append(name) }
        }
        guard !found.isEmpty else { return nil }
        provider = found.first { Self.isKnown($0) } ?? found[0]
        for path in Self.times where time == nil { time = record.time(path) }
        // NXLog's own stamp is local.
        if time == nil, let stamp = record.octets("EventTime") { time = stamp.read { LogTime.any($0, offset: offset) } }
        let writer = record.string("winlog.process.pid") ?? record.string("ExecutionProcessID")
        process = writer.map { "pid \($0)" }
        var container = 0
        for path in Self.places {
            if let index = record.index(path), record.isObject(index) {
                container = index
                break
            }
        }
        for path in Self.documents {
            guard let document = record.octets(path) else { continue }
            self = document.read { WindowsEvent(xml: $0) }
            return
        }
        for member in record.elements(container) where !record.isObject(member) && !record.isArray(member) {
            set(record.key(member), record.octets(member))
        }
        for path in Self.messages where self["QueryName"] == nil {
            guard let text = record.octets(path), let event = text.read({ WindowsEvent(message: $0) }) else { continue }
            for (name, value) in event.fields { set(name, value) }
        }
    }
}
