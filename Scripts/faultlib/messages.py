"""DNS messages, and what is true for a name."""
import hashlib, random, struct

TYPES = {'A': 1, 'NS': 2, 'CNAME': 5, 'SOA': 6, 'PTR': 12, 'MX': 15, 'TXT': 16, 'AAAA': 28, 'SRV': 33, 'HTTPS': 65}
WORDS = {number: word for word, number in TYPES.items()}
SERVFAIL = 2

def wire(name):
    return b''.join(bytes([len(label)]) + label.encode() for label in name.split('.') if label) + b'\0'


def letters(name):
    """The name in letters of random case: what a client gets back must have the same ones."""
    return ''.join(random.choice((letter.lower(), letter.upper())) for letter in name)


def question(name, word, number):
    """A query with RD and an OPT record of 1,232 octets."""
    return struct.pack('>6H', number, 0x0100, 1, 0, 0, 1) + wire(name) + struct.pack('>2H', TYPES[word], 1) \
        + b'\0' + struct.pack('>2HIH', 41, 1232, 0, 0)


def truth(name, word):
    """The data that every honest upstream here has for a name."""
    name = name.lower()
    digest = hashlib.sha256(f'{name} {word}'.encode()).digest()
    count = int(name[4:name.index('-')]) if name.startswith('many') else 1
    return [{'A': lambda n: bytes([198, 18 + (digest[0] & 1), digest[1], (digest[2] + n) % 256]),
             'AAAA': lambda n: b'\x20\x01\x0d\xb8' + digest[:11] + bytes([n]),
             'TXT': lambda n: bytes([16]) + digest[:8].hex().encode(),
             'MX': lambda n: b'\0\x0a' + wire('mail.' + name), 'SRV': lambda n: b'\0\1\0\2\0\x50' + wire('srv.' + name),
             'HTTPS': lambda n: b'\0\1\0\0\1\0\3\2h2',
             'SOA': lambda n: wire('ns.' + name) + wire('root.' + name) + struct.pack('>5I', 1, 2, 3, 4, 5)
             }.get(word, lambda n: wire('target.' + name))(n) for n in range(count)]


def record(owner, number, data, ttl=300):
    return owner + struct.pack('>2HIH', number, 1, ttl, len(data)) + data


class Query:
    """A query as an upstream sees it; `octets` to `end` are its header and question."""

    def __init__(self, octets):
        self.octets, place, labels = octets, 12, []
        while octets[place]:
            labels.append(octets[place + 1:place + 1 + octets[place]].decode('latin1'))
            place += 1 + octets[place]
        self.name, self.end = '.'.join(labels).lower(), place + 5
        self.number = struct.unpack('>H', octets[:2])[0]
        self.word = WORDS.get(struct.unpack('>H', octets[place + 1:place + 3])[0], 'A')

    def reply(self, data=None, *, number=None, asked=None, flags=0x8180, authority=b'', additional=b'', counts=None):
        """The true answer, but for what is given."""
        ttl = 1 if self.name.startswith('short') else 300
        data = truth(self.name, self.word) if data is None else data
        counts = counts or (1, len(data), bool(authority), bool(additional))
        return struct.pack('>6H', self.number if number is None else number, flags, *counts) \
            + (self.octets[12:self.end] if asked is None else asked) \
            + b''.join(record(b'\xc0\x0c', TYPES[self.word], item, ttl) for item in data) + authority + additional


class Reply:
    """A reply as a client sees it; raises when it is malformed."""

    def __init__(self, octets):
        self.octets = octets
        self.number, self.flags, asked, *counts = struct.unpack('>6H', octets[:12])
        if asked != 1 or not self.flags & 0x8000:
            raise ValueError('no reply to one question')
        self.code, self.is_cut, place = self.flags & 15, bool(self.flags & 0x200), self.skip(12)[1] + 4
        self.asked = octets[12:place]
        self.sections, self.errors = [], []
        for count in counts:
            section = []
            for _ in range(count):
                owner, place = self.skip(place)
                number, _, ttl, length = struct.unpack('>2HIH', octets[place:place + 10])
                place += 10 + length
                if place > len(octets):
                    raise ValueError('a record ends behind the message')
                if number == 41:
                    self.options(octets[place - length:place])
                else:
                    section.append((owner, WORDS.get(number, number), ttl, octets[place - length:place]))
            self.sections.append(section)
        if place != len(octets):
            raise ValueError('octets behind the message')

    def skip(self, place):
        """The name at a place in lower case, and where it ends."""
        name, end, hops = b'', None, 0
        while True:
            length = self.octets[place]
            if length >= 192:
                end, hops = end or place + 2, hops + 1
                place = (length & 63) << 8 | self.octets[place + 1]
                if hops > 64:
                    raise ValueError('a name that loops')
            else:
                name += self.octets[place:place + 1 + length].lower()
                place += 1 + length
                if not length:
                    return name, end or place

    def options(self, octets):
        while len(octets) >= 4:
            code, length = struct.unpack('>2H', octets[:4])
            if code == 15:
                self.errors.append(struct.unpack('>H', octets[4:6])[0])
            octets = octets[4 + length:]


def is_true(name, word, reply):
    """Whether a reply has what is true for the name, all of it and nothing else."""
    answers, *others = reply.sections
    return reply.code == 0 and not reply.is_cut and not any(others) and \
        sorted(answer[3] for answer in answers) == sorted(truth(name, word)) and \
        all(answer[:2] == (wire(name.lower()), word) for answer in answers)


def is_failure(name, word, reply):
    """Whether a reply says SERVFAIL, and why in an extended error (22, 23, or 24 for what is no answer)."""
    return reply.code == SERVFAIL and not any(reply.sections) and bool({22, 23, 24} & set(reply.errors))
