import DNS
import TextScan

/// Packet captures in the pcapng format: several sections and interfaces, enhanced, simple and the obsolete packet
/// blocks (draft-ietf-opsawg-pcapng §4).
public struct PcapngReader: LogReader {
    /// Blocks longer than this are damage; comments and statistics stay far below.
    static let maximumBlock = 16 << 20
    /// Interfaces of one section that are remembered.
    static let maximumInterfaces = 65_536

    /// A reader.
    public init() {}

    /// `pcapng`.
    public var format: LogFormat { .pcapng }
    /// One line for people.
    public var summary: String { "packet capture, next generation (Wireshark, pktmon, netsh via etl2pcapng)" }
    /// A capture is binary.
    public var isBinary: Bool { true }

    private struct Interface {
        var link: LinkType
        var snapLength: Int
        /// Ticks per second.
        var resolution: UInt64 = 1_000_000
        /// Seconds to add to every time.
        var offset: Int64 = 0

        /// Microseconds of a time in ticks, if they are within reason.
        func time(_ ticks: UInt64) -> Int64? {
            let seconds = ticks / resolution
            guard seconds < 1 << 40, abs(offset) < 1 << 40 else { return nil }
            let (high, low) = (ticks % resolution).multipliedFullWidth(by: 1_000_000)
            let fraction = resolution.dividingFullWidth((high, low)).quotient
            return (Int64(seconds) + offset) * 1_000_000 + Int64(fraction)
        }
    }

    /// One block: its type and the octets of its body.
    private struct Block {
        var type: UInt32
        var body: Range<Int>
        var end: Int
    }

    private struct Section {
        var bytes: ByteOrder
        var interfaces: [Interface] = []
    }

    /// Certain by the section header block and its byte-order magic.
    public func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        sample.count >= 4 && sample.uint32(at: 0) == 0x0A0D_0D0A
            && (sample.count < 12 || Self.byteOrder(sample, at: 0) != nil) ? .certain : .no
    }

    private static func byteOrder(_ octets: Span<UInt8>, at offset: Int) -> ByteOrder? {
        switch octets.uint32(at: offset + 8) {
        case 0x1A2B_3C4D: .big
        case 0x4D3C_2B1A: .little
        default: nil
        }
    }

    /// Reads all blocks up to the first damaged one.
    public func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        report.messages = 0
        var decoder = CaptureDecoder(options: options)
        var section = Section(bytes: .little)
        var offset = 0
        while offset < octets.count, let block = nextBlock(octets, at: offset, &section, &report) {
            let position = SourcePosition(record: report.records + 1, byte: offset)
            switch block.type {
            case 0x0A0D_0D0A: section.interfaces = []
            case 1:
                if section.interfaces.count < Self.maximumInterfaces {
                    section.interfaces.append(Self.interface(octets, block.body, section.bytes))
                }
            case 2, 3, 6:
                guard let (frame, data) = Self.packet(octets, block, section, position) else {
                    report.records += 1
                    report.skip("malformed-block", at: position, "a packet block without a valid interface or length")
                    break
                }
                decoder.add(frame, octets.extracting(data), report: &report, emit: emit)
            default: break
            }
            offset = block.end
        }
        decoder.finish(report: &report, emit: emit)
    }

    /// The block at `offset`; nil, with a diagnostic, when there is none that is whole.
    private func nextBlock(
        _ octets: Span<UInt8>,
        at offset: Int,
        _ section: inout Section,
        _ report: inout FileReport
    ) -> Block? {
        let position = SourcePosition(record: report.records + 1, byte: offset)
        guard offset + 12 <= octets.count else {
            report.warn("capture-truncated", at: position, "the file ends within a block header")
            return nil
        }
        let isSection = octets.uint32(at: offset) == 0x0A0D_0D0A
        if isSection {
            guard let bytes = Self.byteOrder(octets, at: offset) else {
                report.warn("capture-damaged", at: position, "a section without byte-order magic")
                return nil
            }
            section.bytes = bytes
        }
        let length = Int(section.bytes.uint32(octets, at: offset + 4))
        guard length >= 12, length <= Self.maximumBlock, length % 4 == 0 else {
            report.warn("capture-damaged", at: position, "a block of \(length) octets; the rest cannot be read")
            return nil
        }
        guard offset + length <= octets.count else {
            report.warn("capture-truncated", at: position, "the file ends within a block")
            return nil
        }
        return Block(
            type: isSection ? 0x0A0D_0D0A : section.bytes.uint32(octets, at: offset),
            body: (offset + 8)..<(offset + length - 4),
            end: offset + length
        )
    }

    /// Reads an interface description block (§4.2): link type, snap length, and the options that matter for times.
    private static func interface(_ octets: Span<UInt8>, _ body: Range<Int>, _ bytes: ByteOrder) -> Interface {
        // A link type of which nothing is known, so that packets keep their interface numbers.
        guard body.count >= 8 else { return Interface(link: LinkType(rawValue: .max), snapLength: 0) }
        var interface = Interface(
            link: LinkType(rawValue: bytes.uint16(octets, at: body.lowerBound)),
            snapLength: Int(bytes.uint32(octets, at: body.lowerBound + 4))
        )
        var position = body.lowerBound + 8
        while position + 4 <= body.upperBound {
            let code = bytes.uint16(octets, at: position)
            let length = Int(bytes.uint16(octets, at: position + 2))
            position += 4
            guard code != 0, position + length <= body.upperBound else { break }
            if code == 9, length == 1 {
                interface.resolution = resolution(octets[position])
            } else if code == 14, length == 8 {
                interface.offset = Int64(bitPattern: bytes.uint64(octets, at: position))
            }
            position += (length + 3) & ~3
        }
        return interface
    }

    /// Ticks per second of `if_tsresol`: a negative power of 10, or of 2 with the highest bit set.
    private static func resolution(_ value: UInt8) -> UInt64 {
        let power = Int(value & 0x7F)
        if value & 0x80 != 0 { return power < 64 ? 1 << UInt64(power) : 1_000_000 }
        guard power < 20 else { return 1_000_000 }
        return (0..<power).reduce(1) { result, _ in result * 10 }
    }

    private static func packet(
        _ octets: Span<UInt8>,
        _ block: Block,
        _ section: Section,
        _ position: SourcePosition
    ) -> (CapturedFrame, Range<Int>)? {
        let body = block.body
        let bytes = section.bytes
        if block.type == 3 {
            guard body.count >= 4, let interface = section.interfaces.first else { return nil }
            let original = Int(bytes.uint32(octets, at: body.lowerBound))
            let limit = interface.snapLength > 0 ? min(original, interface.snapLength) : original
            let start = body.lowerBound + 4
            let data = start..<min(start + limit, body.upperBound)
            let frame = CapturedFrame(
                link: interface.link,
                time: nil,
                position: position,
                isCut: data.count < original
            )
            return (frame, data)
        }
        guard body.count >= 20 else { return nil }
        let start = body.lowerBound
        // The obsolete block has a 16-bit interface number and a drop count instead.
        let number = block.type == 6 ? Int(bytes.uint32(octets, at: start)) : Int(bytes.uint16(octets, at: start))
        guard number < section.interfaces.count else { return nil }
        let interface = section.interfaces[number]
        let ticks = UInt64(bytes.uint32(octets, at: start + 4)) << 32 | UInt64(bytes.uint32(octets, at: start + 8))
        let length = Int(bytes.uint32(octets, at: start + 12))
        guard start + 20 + length <= body.upperBound else { return nil }
        let frame = CapturedFrame(
            link: interface.link,
            time: interface.time(ticks),
            position: position,
            isCut: length < Int(bytes.uint32(octets, at: start + 16))
        )
        return (frame, (start + 20)..<(start + 20 + length))
    }
}
