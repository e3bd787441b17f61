public import DNS
internal import Synchronization

/// The hash of a name, label by label from the root, eight octets at a time; seeded per process so that nobody can
/// craft collisions.
///
/// Its low half stands for the whole name, its high half for the last two labels (for the name, if it has fewer): what is
/// kept about the suffixes of a name lies together.
enum NameHashing {
    static let processSeed = UInt64.random(in: .min ... .max)

    @inline(__always)
    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        foldedProduct(hash ^ word, 0x9E37_79B9_7F4A_7C15)
    }

    @inline(__always)
    static func finish(_ hash: UInt64) -> UInt64 {
        let folded = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        return folded ^ (folded >> 32)
    }

    /// The hash of a name whose states are `own` and, behind its last two labels, `domain`.
    @inline(__always)
    static func finish(_ own: UInt64, in domain: UInt64) -> UInt64 {
        domain & ~0xFFFF_FFFF | finish(own) >> 32
    }

    /// Labels that the high half stands for.
    static let domainLabels = 2

    /// What a label adds for how many octets it has. Nobody knows the seed, so nobody can find octets that make up for it.
    @inline(__always)
    private static func length(_ count: Int, _ seed: UInt64) -> UInt64 {
        // Turned, so that it does not cancel the seed that a name begins with.
        UInt64(count) &* ((seed << 32 | seed >> 32) | 1)
    }

    /// Continues with a label of `count` octets at `start`, in lower case; `isLower` says that it stands so already.
    @inline(__always)
    static func label(
        _ hash: UInt64,
        _ seed: UInt64,
        _ octets: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ count: Int,
        isLower: Bool = false
    ) -> UInt64 {
        var hash = hash ^ length(count, seed)
        var (place, rest) = (start, count)
        while rest > 0 {
            let word = unsafe word(octets, place, min(8, rest))
            hash = mix(hash, isLower ? word : asciiLowercased(word))
            place &+= 8
            rest &-= 8
        }
        return hash
    }

    /// One to eight octets as a number, the first one lowest.
    @inline(__always)
    static func word(_ octets: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
        unsafe OctetWord(octets, start, count).bits
    }

    /// The hash and the labels of a name in wire form.
    static func hash(wire octets: Span<UInt8>, at start: Int) -> (hash: UInt64, labels: Int) {
        var whole = (hash: processSeed, domain: processSeed)
        let labels = walk(wire: octets, at: start) { _, _, hash, domain in whole = (hash, domain) }
        return (finish(whole.hash, in: finish(whole.domain)), labels)
    }

    /// The hashes of a name in wire form and of all names above it but the root, the longest first.
    /// - Complexity: O(octets)
    static func hashes(wire octets: Span<UInt8>, at start: Int, _ hashes: inout [UInt64]) {
        hashes.removeAll(keepingCapacity: true)
        _ = walk(wire: octets, at: start) { index, labels, hash, domain in
            if hashes.isEmpty { hashes.append(contentsOf: repeatElement(0, count: labels)) }
            hashes[index] = finish(hash, in: finish(domain))
        }
    }

    /// Goes through the labels of a name in wire form from the root on: the number of each, counted from the first, of how many
    /// there are, and what has been hashed so far.
    /// - Returns: how many there are.
    @inline(__always)
    private static func walk(
        wire octets: Span<UInt8>,
        at start: Int,
        _ body: (_ index: Int, _ labels: Int, _ hash: UInt64, _ domain: UInt64) -> Void
    ) -> Int {
        var starts = InlineArray<128, UInt8>(repeating: 0)
        var labels = 0
        var position = start
        while octets[position] != 0 {
            starts[labels] = UInt8(truncatingIfNeeded: position - start)
            labels += 1
            position += Int(octets[position]) + 1
        }
        let seed = processSeed
        var (hash, domain) = (seed, seed)
        unsafe octets.withUnsafeBufferPointer { buffer in
            for index in stride(from: labels - 1, through: 0, by: -1) {
                let first = start + Int(starts[index])
                hash = unsafe label(hash, seed, buffer, first + 1, Int(buffer[first]))
                if labels - index <= domainLabels { domain = hash }
                body(index, labels, hash, domain)
            }
        }
        return labels
    }

    /// The hash and the labels of a name in text form without escapes; nil when it needs the full parser or is no name.
    static func hash(text octets: Span<UInt8>, _ range: Range<Int>) -> (hash: UInt64, labels: Int)? {
        guard range.count > 0, range.count <= 253, range.lowerBound >= 0, range.upperBound <= octets.count else {
            return nil
        }
        return unsafe octets.withUnsafeBufferPointer { buffer in
            var dots = InlineArray<128, UInt8>(repeating: 0)
            guard let count = unsafe findDots(buffer, range, &dots) else { return nil }
            let seed = processSeed
            var (hash, domain) = (seed, seed)
            var end = range.upperBound
            for index in stride(from: count, through: 0, by: -1) {
                let start = index > 0 ? range.lowerBound &+ Int(dots[index &- 1]) &+ 1 : range.lowerBound
                guard 1..<64 ~= end &- start else { return nil }
                hash = unsafe label(hash, seed, buffer, start, end &- start)
                if count &- index < domainLabels { domain = hash }
                end = start &- 1
            }
            return (finish(hash, in: finish(domain)), count + 1)
        }
    }

    /// Finds the dots in a text of at most 253 octets; nil for one with escapes, and with more dots than names have.
    @inline(__always)
    private static func findDots(
        _ octets: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ dots: inout InlineArray<128, UInt8>
    ) -> Int? {
        var (count, offset) = (0, 0)
        while offset < range.count {
            let word = unsafe OctetWord(octets, range.lowerBound &+ offset, min(8, range.count &- offset))
            guard word.equal(to: 0x5C) == 0, count < 120 else { return nil }
            OctetWord.forEach(word.equal(to: 0x2E)) {
                dots[count] = UInt8(truncatingIfNeeded: offset &+ $0)
                count &+= 1
            }
            offset &+= 8
        }
        return count
    }
}

/// The hashes of all suffixes of a name and its text, made once for all layers of a stack and all types.
public struct SuffixHashes: ~Copyable {
    /// Suffixes of up to so many labels are kept; deeper ones are hashed where they are needed.
    static let kept = 24

    /// Keeps the compiler from making copies, as in ``DNS/NameBuffer``.
    private let place = Atomic<UInt8>(0)
    private var finished: InlineArray<24, UInt64> = InlineArray(repeating: 0)
    /// The state behind the last suffix that is kept.
    private var last = NameHashing.processSeed
    /// Bit n: rules may be about the last n labels; only what a stack has found out is not open.
    private(set) var open = ~UInt64(0)
    /// Bit n: layer n of the stack that narrowed the suffixes may do something with the name; the others let it pass without
    /// a rule.
    var layers = ~UInt64(0)
    /// Those of them that are likely to have a rule about it.
    var layersWithRules = UInt64(0)
    /// Those that may have a pattern or something else than rules to say about it.
    private(set) var layersBesideRules = ~UInt64(0)
    /// Whether a stack has found out which suffixes rules may be about.
    private(set) var isNarrowed = false
    /// For every suffix that is open the layers that may have rules about it: a bit for each number modulo ``HashFilter.marks``.
    private var marks: InlineArray<24, UInt16> = InlineArray(repeating: 0)
    /// What the high half of all suffixes of two labels and more comes from.
    private var domain: UInt64 = 0
    /// The text of the name.
    private(set) var text = NameText()

    /// The hashes of no name, to be replaced.
    init() {}

    /// The hashes of a name.
    /// - Complexity: O(octets)
    public init(_ name: borrowing NameBuffer) { fill(name) { _ in } }

    /// Replaces the hashes by those of a name, of which nothing has been found out yet.
    ///
    /// `foresee` is called with ``domainHash`` as soon as it is known: what lies there can be on its way meanwhile.
    @inline(__always)
    mutating func fill(_ name: borrowing NameBuffer, _ foresee: (UInt64) -> Void) {
        (open, layers, layersBesideRules) = (.max, .max, .max)
        (layersWithRules, isNarrowed) = (0, false)
        let octets = name.padded
        let starts = name.labelStarts
        let count = name.labelCount
        let seed = NameHashing.processSeed
        var hash = seed
        domain = NameHashing.finish(hash)
        finished[0] = NameHashing.finish(hash, in: domain)
        var labels = 1
        while labels <= count, labels < Self.kept {
            hash = Self.extend(hash, seed, octets, Int(starts[count - labels]))
            if labels <= NameHashing.domainLabels { domain = NameHashing.finish(hash) }
            finished[labels] = NameHashing.finish(hash, in: domain)
            if labels == min(count, NameHashing.domainLabels) { foresee(domain) }
            labels += 1
        }
        last = hash
        text.fill(name)
    }

    /// Notes which suffixes a stack has found out that rules may be about.
    @inline(__always)
    mutating func narrow(to suffixes: UInt64) {
        open = suffixes
        isNarrowed = true
    }

    /// Notes which layers a stack asks for what they have beside rules; they are asked as well as those with rules.
    @inline(__always)
    mutating func ask(_ layers: UInt64) {
        layersBesideRules = layers
        self.layers = layers | layersWithRules
    }

    /// Notes the layers that may have rules about the last `labels` labels.
    @inline(__always)
    mutating func mark(_ labels: Int, _ layers: UInt16) { marks[labels] = layers }

    /// Bit n: a layer may have rules about the last n labels, as far as the stack that narrowed the suffixes has found out.
    @inline(__always)
    func suffixes(of layer: Int) -> UInt64 {
        guard isNarrowed else { return open }
        var (rest, found) = (open, UInt64(0))
        while rest != 0 {
            let labels = rest.trailingZeroBitCount
            rest &= rest &- 1
            found |= UInt64(marks[labels] >> UInt16(truncatingIfNeeded: layer % HashFilter.marks) & 1) << UInt64(labels)
        }
        return found
    }

    @inline(__always)
    private static func extend(_ hash: UInt64, _ seed: UInt64, _ octets: Span<UInt8>, _ start: Int) -> UInt64 {
        unsafe octets.withUnsafeBufferPointer {
            unsafe NameHashing.label(hash, seed, $0, start + 1, Int($0[start]), isLower: true)
        }
    }

    /// A hash with the high half that the longer suffixes share.
    @inline(__always)
    var domainHash: UInt64 { domain }

    /// The hashes that are kept, by labels.
    @inline(__always)
    var span: Span<UInt64> {
        @_lifetime(borrow self)
        get { finished.span }
    }

    /// The hash of the last `labels` labels, which start at `start`, given the one before as it stood; for suffixes that
    /// are not kept.
    @inline(__always)
    func deeper(_ octets: Span<UInt8>, _ start: Int, _ labels: Int, _ state: inout UInt64) -> UInt64 {
        if labels == Self.kept { state = last }
        state = Self.extend(state, NameHashing.processSeed, octets, start)
        return NameHashing.finish(state, in: domain)
    }
}
