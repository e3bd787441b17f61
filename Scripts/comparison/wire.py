"""DNS messages as they are compared: RFC 1035 and 6891, no more than that needs."""
import struct

TYPES = {'A': 1, 'NS': 2, 'CNAME': 5, 'SOA': 6, 'PTR': 12, 'HINFO': 13, 'MX': 15, 'TXT': 16, 'AAAA': 28, 'LOC': 29, 'SRV': 33,
         'NAPTR': 35, 'DNAME': 39, 'DS': 43, 'SSHFP': 44, 'RRSIG': 46, 'NSEC': 47, 'DNSKEY': 48, 'TLSA': 52, 'SVCB': 64,
         'HTTPS': 65, 'ANY': 255, 'URI': 256, 'CAA': 257, 'TYPE65280': 65280}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
CODES = {0: 'NOERROR', 1: 'FORMERR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 4: 'NOTIMP', 5: 'REFUSED', 16: 'BADVERS', 23: 'BADCOOKIE'}
# Names inside rdata, by type: octets before the first one, and how many there are.
NAMES_IN = {2: (0, 1), 5: (0, 1), 6: (0, 2), 12: (0, 1), 15: (2, 1), 33: (6, 1), 39: (0, 1)}


class Broken(Exception):
    pass


def labels_of(name):
    """The labels of a name in presentation form; \\DDD and \\C are octets."""
    labels, label, at = [], bytearray(), 0
    name = name.removesuffix('.') if not name.endswith('\\.') else name
    if not name:
        return []
    while at < len(name):
        if name[at] == '\\':
            if name[at + 1:at + 4].isdigit():
                label.append(int(name[at + 1:at + 4]))
                at += 4
            else:
                label.append(ord(name[at + 1]))
                at += 2
        elif name[at] == '.':
            labels.append(bytes(label))
            label, at = bytearray(), at + 1
        else:
            label.append(ord(name[at]))
            at += 1
    return labels + [bytes(label)]


def to_wire(name):
    return b''.join(bytes([len(label)]) + label for label in labels_of(name)) + b'\0'


def query(number, name, kind, flags=0x0100, klass=1, edns=1232, dnssec=False, version=0, options=b''):
    message = struct.pack('>6H', number, flags, 1, 0, 0, 1 if edns is not None else 0)
    message += to_wire(name) + struct.pack('>2H', TYPES[kind], klass)
    if edns is not None:
        message += struct.pack('>BHHBBHH', 0, 41, edns, 0, version, 0x8000 if dnssec else 0, len(options)) + options
    return message


def read_name(message, at):
    """A name in lower case on the wire, and where what follows it begins."""
    parts, end, jumps = [], None, 0
    while True:
        if at >= len(message):
            raise Broken('a name leaves the message')
        length = message[at]
        if length >= 192:
            end = end if end is not None else at + 2
            at = struct.unpack_from('>H', message, at)[0] & 0x3fff
            jumps += 1
            if jumps > 130:
                raise Broken('pointers go in a circle')
            continue
        if length > 63:
            raise Broken('a label of an unknown kind')
        parts.append(message[at:at + 1 + length].lower())
        at += 1 + length
        if length == 0:
            return b''.join(parts), end if end is not None else at


def show_name(wire):
    out, at = [], 0
    while at < len(wire) and wire[at]:
        label = wire[at + 1:at + 1 + wire[at]]
        out.append(''.join(chr(c) if 33 <= c < 127 and c not in b'.\\' else f'\\{c:03d}' for c in label))
        at += 1 + wire[at]
    return '.'.join(out) + '.'


class Message:
    """An answer: header, question as it came, sections of (owner, type, class, rdata) → TTL, and EDNS."""

    def __init__(self, octets):
        self.octets = octets
        _, flags, *counts = struct.unpack_from('>6H', octets)
        self.flags = {'AA': bool(flags & 0x400), 'TC': bool(flags & 0x200), 'RD': bool(flags & 0x100),
                      'RA': bool(flags & 0x80), 'AD': bool(flags & 0x20), 'CD': bool(flags & 0x10)}
        self.code, self.edns, self.error = flags & 15, None, None
        at = 12
        for _ in range(counts[0]):
            _, at = read_name(octets, at)
            at += 4
        self.question = octets[12:at]
        self.sections = []
        for count in counts[1:]:
            records = {}
            for _ in range(count):
                at = self._record(at, records)
            self.sections.append(records)
        if at != len(octets):
            raise Broken('octets behind the last record')

    def _record(self, at, records):
        octets = self.octets
        owner, at = read_name(octets, at)
        kind, klass, ttl, length = struct.unpack_from('>HHIH', octets, at)
        at += 10
        if at + length > len(octets):
            raise Broken('a record leaves the message')
        if kind == 41:
            self.edns = (ttl >> 16 & 255, bool(ttl & 0x8000))
            self.code |= ttl >> 24 << 4
        else:
            records[owner, kind, klass, self._rdata(kind, at, length)] = ttl
        return at + length

    def _rdata(self, kind, at, length):
        if kind not in NAMES_IN:
            return self.octets[at:at + length]
        before, names = NAMES_IN[kind]
        parts, end = [self.octets[at:at + before]], at + length
        at += before
        for _ in range(names):
            name, at = read_name(self.octets, at)
            parts.append(name)
        return b''.join(parts) + self.octets[at:end]

    @property
    def rcode(self):
        return CODES.get(self.code, str(self.code))


def kind_text(number):
    return TYPE_NAMES.get(number, f'TYPE{number}')
