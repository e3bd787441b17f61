/// The layout that a record type prescribes for its RDATA, as a row of fields (RFC 1035 §3.2.1 and each type's RFC).
///
/// Only structure is checked: that every field lies inside the RDATA and that the fields fill it exactly. Types without
/// a row are opaque (RFC 3597 §3) and always fit.
public struct RDATAFormat: Sendable {
    /// The fields in order.
    let fields: [Field]
    /// Fields that must be there; those after it may be missing together.
    let required: Int

    init(_ fields: [Field], required: Int? = nil) {
        self.fields = fields
        self.required = required ?? fields.count
    }

    /// One field of RDATA.
    enum Field: Sendable {
        /// A domain name, which may be compressed inside a message.
        case name
        /// Any number of names up to the end (HIP rendezvous servers, RFC 8005 §5).
        case names
        /// This many octets.
        case octets(Int)
        /// One `<character-string>` (RFC 1035 §3.3).
        case string
        /// A length octet of at least one, and that many octets (CAA tag, RFC 8659 §4.1; NSEC3 hash, RFC 5155 §3.2).
        case nonEmptyString
        /// One or more `<character-string>`s up to the end (RFC 1035 §3.3.14).
        case strings
        /// A 16-bit length and that many octets (TSIG, RFC 8945 §4.2; TKEY, RFC 2930 §2).
        case counted
        /// Whatever is left, nothing included.
        case rest
        /// Type bit maps (RFC 4034 §4.1.2).
        case typeBitmaps
        /// EDNS options (RFC 6891 §6.1.2).
        case options
        /// Service parameters (RFC 9460 §2.2).
        case serviceParameters
        /// Address prefixes (RFC 3123 §4).
        case prefixes
        /// Location (RFC 1876 §2).
        case location
        /// Host identity: lengths, algorithm, tag and key (RFC 8005 §5).
        case hostIdentity
        /// Precedence, gateway type, algorithm, gateway and key (RFC 4025 §2.1).
        case gateway
    }

    /// The layout of a type, or nil for an opaque one.
    /// - Complexity: O(1)
    public init?(_ type: RRType) {
        guard let format = Self.table[type.rawValue] else { return nil }
        self = format
    }

    /// Whether RDATA of this type holds domain names.
    public var hasNames: Bool {
        fields.contains { field in
            switch field {
            case .name, .names, .gateway: true
            default: false
            }
        }
    }

    private static let table: [UInt16: RDATAFormat] = {
        var table: [UInt16: RDATAFormat] = [:]
        for (types, format) in rows {
            for type in types { table[type] = format }
        }
        return table
    }()

    private static let rows: [([UInt16], RDATAFormat)] = [
        ([1], .init([.octets(4)])),  // A
        // NS MD MF CNAME MB MG MR PTR DNAME
        ([2, 3, 4, 5, 7, 8, 9, 12, 39], .init([.name])),
        ([6], .init([.name, .name, .octets(20)])),  // SOA
        ([11], .init([.octets(5), .rest])),  // WKS
        ([13], .init([.string, .string])),  // HINFO
        ([14, 17, 58], .init([.name, .name])),  // MINFO RP TALINK
        ([15, 18, 21, 36, 107], .init([.octets(2), .name])),  // MX AFSDB RT KX LP
        ([16, 99], .init([.strings])),  // TXT SPF
        ([19, 23], .init([.string])),  // X25 NSAP-PTR
        ([20], .init([.string, .string], required: 1)),  // ISDN
        ([24, 46], .init([.octets(18), .name, .rest])),  // SIG RRSIG
        ([25, 48, 60], .init([.octets(4), .rest])),  // KEY DNSKEY CDNSKEY
        ([26], .init([.octets(2), .name, .name])),  // PX
        ([27], .init([.string, .string, .string])),  // GPOS
        ([28], .init([.octets(16)])),  // AAAA
        ([29], .init([.location])),  // LOC
        ([30], .init([.name, .rest])),  // NXT
        ([33], .init([.octets(6), .name])),  // SRV
        ([35], .init([.octets(4), .string, .string, .string, .name])),  // NAPTR
        ([37], .init([.octets(5), .rest])),  // CERT
        ([41], .init([.options])),  // OPT
        ([42], .init([.prefixes])),  // APL
        ([43, 59, 32769], .init([.octets(4), .rest])),  // DS CDS DLV
        ([44], .init([.octets(2), .rest])),  // SSHFP
        ([45], .init([.gateway, .rest])),  // IPSECKEY
        ([47], .init([.name, .typeBitmaps])),  // NSEC
        ([50], .init([.octets(4), .string, .nonEmptyString, .typeBitmaps])),  // NSEC3
        ([51], .init([.octets(4), .string])),  // NSEC3PARAM
        ([52, 53], .init([.octets(3), .rest])),  // TLSA SMIMEA
        ([55], .init([.hostIdentity, .names])),  // HIP
        ([62], .init([.octets(6), .typeBitmaps])),  // CSYNC
        ([63], .init([.octets(6), .rest])),  // ZONEMD
        ([64, 65], .init([.octets(2), .name, .serviceParameters])),  // SVCB HTTPS
        ([104, 106], .init([.octets(10)])),  // NID L64
        ([105, 108], .init([.octets(6)])),  // L32 EUI48
        ([109], .init([.octets(8)])),  // EUI64
        ([249], .init([.name, .octets(12), .counted, .counted])),  // TKEY
        ([250], .init([.name, .octets(8), .counted, .octets(4), .counted])),  // TSIG
        ([256], .init([.octets(4), .rest])),  // URI
        ([257], .init([.octets(1), .nonEmptyString, .rest])),  // CAA
    ]
}
