import DNS
import TextScan

/// Packet captures in the classic libpcap file format: both byte orders, microseconds and nanoseconds
/// (draft-ietf-opsawg-pcap §4 and §5).
public struct PcapReader: LogReader {
    /// Packets longer than this are no packets: the file is damaged from there on.
    static let maximumPacket = 1 << 20

    /// A reader.
    public init() {}

    /// `pcap`.
    public var format: LogFormat { .pcap }
    /// One line for people.
    public var summary: String { "packet capture, classic (tcpdump, Wireshark, routers)" }
    /// A capture is binary.
    public var isBinary: Bool { true }

    private struct Header {
        var bytes: ByteOrder
        var hasNanoseconds: Bool
        var link: LinkType

        init?(_ octets: Span<UInt8>) {
            guard octets.count >= 4 else { return nil }
            switch octets.uint32(at: 0) {
            case 0xA1B2_C3D4: (bytes, hasNanoseconds) = (.big, false)
            case 0xA1B2_3C4D: (bytes, hasNanoseconds) = (.big, true)
            case 0xD4C3_B2A1: (bytes, hasNanoseconds) = (.little, false)
            case 0x4D3C_B2A1: (bytes, hasNanoseconds) = (.little, true)
            default: return nil
            }
            // The upper bits tell about the frame check sequence.
            link = LinkType(
                rawValue: octets.count >= 24 ? UInt16(truncatingIfNeeded: bytes.uint32(octets, at: 20)) : 0
            )
        }
    }

    /// Certain by the magic number.
    public func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        Header(sample) == nil ? .no : .certain
    }

    /// Reads all packets up to the first damaged one.
    public func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        report.messages = 0
        guard octets.count >= 24, let header = Header(octets) else {
            let start = SourcePosition(record: 0, byte: 0)
            report.warn("capture-truncated", at: start, "the file header is not whole; copy the capture again")
            return
        }
        var decoder = CaptureDecoder(options: options)
        var offset = 24
        while offset < octets.count {
            let position = SourcePosition(record: report.records + 1, byte: offset)
            guard offset + 16 <= octets.count else {
                report.warn("capture-truncated", at: position, "the file ends within a record header")
                break
            }
            let length = Int(header.bytes.uint32(octets, at: offset + 8))
            let original = Int(header.bytes.uint32(octets, at: offset + 12))
            guard length <= Self.maximumPacket else {
                report.warn("capture-damaged", at: position, "a record of \(length) octets; the rest cannot be read")
                break
            }
            let data = (offset + 16)..<min(offset + 16 + length, octets.count)
            if data.count < length {
                report.warn("capture-truncated", at: position, "the file ends within the packet")
            }
            let fraction = Int64(header.bytes.uint32(octets, at: offset + 4))
            let frame = CapturedFrame(
                link: header.link,
                time: Int64(header.bytes.uint32(octets, at: offset)) * 1_000_000
                    + (header.hasNanoseconds ? fraction / 1000 : fraction),
                position: position,
                isCut: data.count < original
            )
            decoder.add(frame, octets.extracting(data), report: &report, emit: emit)
            offset += 16 + length
        }
        decoder.finish(report: &report, emit: emit)
    }
}

/// The byte order of a file's numbers; the caller of its methods has checked the bounds.
enum ByteOrder {
    case big
    case little

    func uint16(_ octets: Span<UInt8>, at offset: Int) -> UInt16 {
        let value = octets.uint16(at: offset)
        return self == .big ? value : value.byteSwapped
    }

    func uint32(_ octets: Span<UInt8>, at offset: Int) -> UInt32 {
        let value = octets.uint32(at: offset)
        return self == .big ? value : value.byteSwapped
    }

    func uint64(_ octets: Span<UInt8>, at offset: Int) -> UInt64 {
        let value = octets.uint64(at: offset)
        return self == .big ? value : value.byteSwapped
    }
}
