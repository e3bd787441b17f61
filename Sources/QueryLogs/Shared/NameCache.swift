import DNS
import TextScan

/// A name as a reader hands it on, with what is looked up about it again and again.
struct LoggedName: Equatable {
    let name: DomainName
    /// ``DomainName/digest``.
    let digest: UInt64
    /// ``LogOptions/isCountedOnly``.
    let isCountedOnly: Bool

    init(_ name: DomainName, isCountedOnly: Bool = false) {
        self.name = name
        self.isCountedOnly = isCountedOnly
        digest = name.digest
    }

    /// A name whose digest is known.
    init(_ name: DomainName, _ digest: UInt64) {
        self.name = name
        self.digest = digest
        isCountedOnly = false
    }

    static func == (left: LoggedName, right: LoggedName) -> Bool {
        left.digest == right.digest && left.name == right.name
    }
}

/// The names that a log told lately, found by the text that stood for them: few names are asked for often, and those are
/// read, stored and looked up once.
///
/// A name has one place where it may stand, so memory is bounded and nothing is ever searched for.
struct NameCache {
    private struct Slot {
        /// Zero where nothing is.
        var digest: UInt64 = 0
        /// Octets of its text.
        var count = 0
        var name = LoggedName(.root)
    }

    /// Longer texts are read again each time.
    private static let width = 64
    private static let size = 1 << 14

    private let seed = UInt64.random(in: .min ... .max)
    private let isCountedOnly: (@Sendable (DomainName) -> Bool)?
    private var slots: [Slot] = []
    /// The text of each slot.
    private var texts: [UInt8] = []

    /// An empty cache; `isCountedOnly` is asked once about a name.
    init(_ options: LogOptions) { isCountedOnly = options.isCountedOnly }

    /// A name in presentation form; nil for what is none, `-` and nothing among it.
    mutating func field(_ text: Span<UInt8>) -> LoggedName? { text.count == 1 && text[0] == 0x2D ? nil : name(text) }

    /// A name in presentation form, nil for what is none.
    mutating func name(_ text: Span<UInt8>) -> LoggedName? {
        guard text.count <= Self.width else { return read(text) }
        if slots.isEmpty {
            slots = Array(repeating: Slot(), count: Self.size)
            texts = Array(repeating: 0, count: Self.size * Self.width)
        }
        let digest = text.digest(seed: seed) | 1
        let place = Int(truncatingIfNeeded: digest >> 32) & (Self.size &- 1)
        if slots[place].digest == digest, holds(place, text) { return slots[place].name }
        guard let name = read(text) else { return nil }
        slots[place] = Slot(digest: digest, count: text.count, name: name)
        for index in 0..<text.count { texts[place &* Self.width &+ index] = text[index] }
        return name
    }

    /// A name in wire form.
    func name(_ name: DomainName) -> LoggedName { LoggedName(name, isCountedOnly: isCountedOnly?(name) ?? false) }

    private func read(_ text: Span<UInt8>) -> LoggedName? {
        (try? DomainName(presentation: text)).map { name($0) }
    }

    /// Whether the text of a slot is this one.
    @inline(__always)
    private func holds(_ place: Int, _ text: Span<UInt8>) -> Bool {
        let start = place &* Self.width
        return slots[place].count == text.count
            && texts.span.extracting(start..<(start &+ text.count)).isEqual(text)
    }
}
