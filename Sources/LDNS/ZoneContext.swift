internal import DNS

/// What one entry of a master file hands on to the next.
struct ZoneContext: ~Copyable {
    private var origin: Origin
    private var owner: Owner
    private var ttl: DefaultTTL
    private let defaultClass: RRClass
    private var previous: (owner: DomainName, type: RRType, ttl: UInt32)?
    /// The origin as libldns takes it, kept between entries.
    private var handle: FieldHandle?
    private var knownType = EntryFields.KnownType()

    private enum Origin {
        case unstated
        case name(DomainName)
        /// The last `$ORIGIN` could not be read, so that a relative name may mean anything.
        case broken
    }

    private enum Owner {
        case unstated
        case name(DomainName)
        /// The last owner could not be read.
        case broken
    }

    private enum DefaultTTL {
        case lastStated(UInt32)
        case directive(UInt32)

        var value: UInt32 {
            switch self {
            case .lastStated(let seconds), .directive(let seconds): seconds
            }
        }
    }

    init(origin: DomainName?, defaultTTL: UInt32, defaultClass: RRClass) {
        self.origin = origin.map(Origin.name) ?? .unstated
        owner = origin.map(Owner.name) ?? .unstated
        ttl = .lastStated(defaultTTL)
        self.defaultClass = defaultClass
    }

    /// Reads one entry: a record, or nil for a directive that has been obeyed.
    mutating func read(_ entry: EntryScanner.Entry, text: [UInt8]) throws(ZoneFault) -> ResourceRecord? {
        if !entry.startsBlank, text.first == 0x24 {
            try obey(text, fault: entry.fault)
            return nil
        }
        do throws(RecordError) {
            return try record(entry, text: text)
        } catch {
            throw .record(error)
        }
    }

    // MARK: - Directives

    private mutating func obey(_ text: [UInt8], fault: EntryFault?) throws(ZoneFault) {
        var words = Words(text[...])
        let name = EntryFields.shown(words.next() ?? []).uppercased()
        let argument = words.next()
        let alone = words.rest.isEmpty && fault == nil
        switch name {
        case "$ORIGIN":
            handle = nil
            guard alone, let argument, let name = try? complete(argument) else {
                origin = .broken
                throw .badOrigin
            }
            origin = .name(name)
        case "$TTL":
            guard alone, let argument, let seconds = ZoneTime.seconds(argument) else { throw .badTTL }
            ttl = .directive(seconds)
        case "$INCLUDE", "$GENERATE":
            throw .notFollowed(directive: name)
        default:
            throw .unknownDirective(name)
        }
    }

    // MARK: - Records

    private mutating func record(_ entry: EntryScanner.Entry, text: [UInt8]) throws(RecordError) -> ResourceRecord {
        // Until this entry's own owner is read, a blank owner after it would belong to nobody.
        if !entry.startsBlank { owner = .broken }
        if let fault = entry.fault { throw .entry(fault) }
        if !entry.startsBlank {
            var words = Words(text[...])
            owner = .name(try complete(words.next() ?? []))
        }
        let fields = try EntryFields(text, startsBlank: entry.startsBlank, known: &knownType)
        let name = try inheritedOwner()
        let data = try data(fields, owner: name)
        let ttl = ttl(fields, owner: name, data: data)
        if fields.type == .soa, case .unstated = origin {
            origin = .name(name)
            handle = nil
        }
        previous = (name, fields.type, ttl)
        return ResourceRecord(
            owner: name,
            type: fields.type,
            class: fields.recordClass ?? defaultClass,
            ttl: ttl,
            data: data
        )
    }

    private func inheritedOwner() throws(RecordError) -> DomainName {
        switch (owner, origin) {
        case (.name(let name), _): return name
        case (.unstated, .name(let name)): return name
        case (.unstated, .unstated): return .root
        default: throw .ownerUnknown
        }
    }

    private mutating func data(_ fields: EntryFields, owner: DomainName) throws(RecordError) -> [UInt8] {
        switch origin {
        case .name(let name):
            return try data(keptOrigin: name, fields)
        case .unstated:
            return try data(fields, origin: fields.type == .soa ? owner : .root)
        case .broken:
            // Names that come out the same whatever the origin are absolute.
            let one = try data(fields, origin: .root)
            let other = try data(fields, origin: DomainName.root.child([0x78]) ?? .root)
            guard one == other else { throw .originUnknown }
            return one
        }
    }

    private mutating func data(keptOrigin origin: DomainName, _ fields: EntryFields) throws(RecordError) -> [UInt8] {
        if handle == nil { handle = FieldHandle(name: origin.wire) }
        switch handle {
        case .some(let field): return try DataText.read(fields.data, type: fields.type, origin: field)
        case .none: throw .originUnknown
        }
    }

    private func data(_ fields: EntryFields, origin: DomainName) throws(RecordError) -> [UInt8] {
        guard let field = FieldHandle(name: origin.wire) else { throw .originUnknown }
        return try DataText.read(fields.data, type: fields.type, origin: field)
    }

    private mutating func ttl(_ fields: EntryFields, owner: DomainName, data: [UInt8]) -> UInt32 {
        if let stated = fields.ttl {
            if case .lastStated = ttl { ttl = .lastStated(stated) }
            return stated
        }
        if fields.type == .rrsig || fields.type.rawValue == 24 {
            return data.count < 8 ? ttl.value : data[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
        }
        if let previous, previous.owner == owner, previous.type == fields.type { return previous.ttl }
        return ttl.value
    }

    /// Makes a name absolute: `@` is the origin, a name without a final dot is completed by it.
    private func complete(_ text: ArraySlice<UInt8>) throws(RecordError) -> DomainName {
        if text.elementsEqual([0x40]) { return try originName() }
        let name: DomainName
        do throws(NameError) {
            name = try DomainName(presentation: text)
        } catch {
            throw .owner(error)
        }
        if Self.isAbsolute(text) { return name }
        let origin = try originName()
        if origin.isRoot { return name }
        var wire = name.wire
        wire.removeLast()
        wire += origin.wire
        guard wire.count <= DomainName.maximumWireLength else { throw .owner(.nameTooLong) }
        return DomainName(trustedWire: wire)
    }

    private func originName() throws(RecordError) -> DomainName {
        switch origin {
        case .unstated: return .root
        case .name(let name): return name
        case .broken: throw .originUnknown
        }
    }

    /// Whether the text ends with a dot that is not escaped.
    private static func isAbsolute(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.last == 0x2E else { return false }
        return text.dropLast().reversed().prefix(while: { $0 == 0x5C }).count % 2 == 0
    }
}
