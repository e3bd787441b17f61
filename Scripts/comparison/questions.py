"""The zone of the upstream and what is asked about it. Every question has a shape, by which differences are explained."""
import os, random, subprocess

from benchmarks.common import ROOT, write
from comparison.wire import query

KINDS = ['A', 'AAAA', 'HTTPS', 'TXT', 'MX', 'NS', 'SOA', 'DS', 'ANY', 'PTR', 'CNAME']


class Question:
    def __init__(self, name, kind, shape, tcp=False, **variant):
        self.name, self.kind, self.shape, self.tcp, self.variant = name, kind, shape, tcp, variant

    def wire(self, number):
        return query(number, self.name, self.kind, **self.variant)

    def __str__(self):
        said = ' '.join(f'{key}={value!r}' for key, value in self.variant.items())
        return f'{self.name} {self.kind}{" over TCP" if self.tcp else ""}{" " + said if said else ""}'


def odd_cases():
    """Lines of the zone and (name, shape) of what to ask in all types."""
    z, names = [], []

    def add(shape, name, *records):
        z.extend(f'{name}. {record}' for record in records)
        names.append((name, shape))

    for length in (1, 2, 3, 5, 8, 11, 12, 16, 17, 20):
        z += [f'c{step}.chain{length}.odd. CNAME c{step + 1}.chain{length}.odd.' for step in range(length)]
        add('chain' if length < 8 else 'long-chain', f'c0.chain{length}.odd')
        z += [f'c{length}.chain{length}.odd. A 23.54.2.{length}', f'c{length}.chain{length}.odd. AAAA 2600:1406::{length:x}']
    add('loop', 'self.loop.odd', 'CNAME self.loop.odd.')
    add('loop', 'a.loop.odd', 'CNAME b.loop.odd.')
    add('loop', 'b.loop.odd', 'CNAME a.loop.odd.')
    for number in range(20):
        add('chain', f'to-nothing{number}.odd', f'CNAME nothing{number}.odd.')
        add('chain', f'to-nodata{number}.odd', f'CNAME text{number}.odd.')
        add('plain', f'text{number}.odd', f'TXT "only text {number}"')
        add('chain', f'to-wild{number}.odd', f'CNAME w{number}.wild.odd.')
        add('plain', f'w{number}.wild.odd')
        add('chain', f'w{number}.wildalias.odd')
        add('plain', f'deep.name{number}.below.wild.odd')
        add('plain', f'nothing{number}.odd')
        add('plain', f'ent{number}.odd', *())
        z.append(f'leaf.below.ent{number}.odd. A 23.54.3.{number}')
        add('dname', f'x{number}.moved.odd')
    z += ['*.wild.odd. A 23.54.4.1', '*.wild.odd. TXT "any of them"', '*.wildalias.odd. CNAME www.example.com.',
          'moved.odd. DNAME wild.odd.']
    add('plain', '\\*.wild.odd')
    for count, shape in ((12, 'plain'), (30, 'big'), (90, 'big'), (120, 'huge-set'), (400, 'huge-set')):
        add(shape, f'a{count}.odd', *(f'A 23.60.{n // 250}.{n % 250}' for n in range(count)))
        add(shape, f'mx{count}.odd', *(f'MX {n} mail{n}.odd.' for n in range(count)))
    for size in (200, 255, 1000, 1400, 4000, 16000):
        strings = ' '.join('"' + 'x' * min(250, size - at) + '"' for at in range(0, size, 250))
        add('plain' if size < 1000 else 'big', f'text-of-{size}.odd', f'TXT {strings}')
    for ttl in (0, 1, 5, 86401, 604801, 2147483647):
        add('ttl', f'ttl{ttl}.odd', f'{ttl} A 23.54.5.1', f'{ttl} TXT "{ttl}"')
    add('special-type', 'types.odd', 'HINFO "cpu" "os"', 'LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m',
        'SRV 1 2 53 host.odd.', 'NAPTR 1 2 "s" "x" "" next.odd.', 'SSHFP 1 1 123456789abcdef67890123456789abcdef67890',
        'TLSA 3 1 1 ' + 'ab' * 32, 'CAA 0 issue "ca.odd"', 'URI 1 2 "https://odd/"', 'TYPE65280 \\# 4 01020304',
        'SVCB 1 svc.odd. alpn=h2 port=443', 'HTTPS 1 . alpn=h2,h3 ipv4hint=23.54.6.1 ipv6hint=2600:1406::6')
    add('plain', 'https-alias.odd', 'HTTPS 0 types.odd.')
    for name in ('_sip._udp.odd', 'UPPER.Case.odd', 'sp\\032ace.odd', 'zero\\000octet.odd', 'high\\255.odd', 'dot\\.inside.odd',
                 '1.2.3.4.odd', 'xn--bcher-kva.odd', '-dash-.odd', 'x' * 63 + '.odd', '.'.join(['y' * 60] * 4) + '.odd',
                 '.'.join(['l'] * 120) + '.odd', '\\@.odd', 'quote\\".odd'):
        add('odd-name', name, 'A 23.54.7.1', 'TXT "odd"')
    for private in ('10.1.2.3', '192.168.1.1', '127.0.0.1', '169.254.1.1', '0.0.0.0', '100.64.0.1'):
        add('plain', f'private-{private.replace(".", "-")}.odd', f'A {private}')
    add('delegation', 'www.cut.odd', *())
    z += ['cut.odd. NS ns.cut.odd.', 'ns.cut.odd. A 127.0.0.1']
    add('delegation', 'cut.odd')
    for host in range(1, 40):
        add('plain', f'{host}.7.54.23.in-addr.arpa', f'PTR h{host}.odd.')
    for name in ('localhost', 'www.localhost', 'x.invalid', 'x.test', 'x.onion', 'x.local', 'x.home.arpa', 'x.internal',
                 '1.0.0.127.in-addr.arpa', '1.2.1.10.in-addr.arpa', '1.1.168.192.in-addr.arpa', 'x.example', 'resolver.arpa',
                 '_dns.resolver.arpa', 'ipv4only.arpa', 'use-application-dns.net', 'id.server', 'version.bind', 'a.root', 'x.alt'):
        add('special-name', name)
    add('root', '.')
    add('plain', 'odd')
    return z, names


def service_zone():
    """The update service that is part of the repository: its lines and names."""
    lines = open(os.path.join(ROOT, 'Zones', 'update-service.zone')).read().splitlines()
    names = {line.split()[0].rstrip('.').lower(): None for line in lines if line and line[0] not in '; $@.'}
    return lines, list(names)


def catalog_names(program):
    """Names of the catalog; a pattern stands for names that it covers."""
    out = subprocess.run([program, 'catalog', 'list', '-v'], stdout=subprocess.PIPE, text=True, check=True).stdout
    patterns = [line.split()[-1] for line in out.splitlines() if line and '.' in line.split()[-1]]
    return [name.replace('*', label) for name in patterns for label in (('fe2', 'q7.x') if '*' in name else ('',))]


def make(folder, program, count, seed):
    """Writes the signed zone; the questions in the order in which they are asked."""
    lines, names = service_zone()
    odd_lines, odd_names = odd_cases()
    named = [(name, 'plain') for name in dict.fromkeys(names + catalog_names(program))] + odd_names
    have, rnd = set(names), random.Random(seed)
    for number, (name, shape) in enumerate(named):
        # Half of what the catalog has beside the service exists, so that there are names without an answer too.
        if shape == 'plain' and name not in have and number % 2 and not name.endswith(('odd', 'arpa')):
            odd_lines.append(f'{name}. A 23.54.8.{number % 250}')
    for number in range(max(0, count - len(named))):
        name = f'n{number}.{rnd.choice(["com", "net", "org"])}.plain'
        named.append((name, 'plain'))
        if number % 4:
            odd_lines += [f'{name}. {rnd.choice([60, 300, 3600])} A 23.70.{number // 250}.{number % 250}']
            if number % 3 == 0:
                odd_lines += [f'{name}. AAAA 2600:1406:9::{number:x}', f'{name}. MX 10 mail.plain.', f'{name}. TXT "n{number}"']
    write(f'{folder}/unsigned.zone', lines + ['$ORIGIN .', '$TTL 300'] + odd_lines)
    sign(folder)
    questions = [with_variant(name, kind, shape, number) for number, (name, shape) in enumerate(named)
                 for kind in KINDS + (['SVCB', 'CAA', 'SRV', 'TYPE65280', 'NAPTR', 'TLSA', 'DNSKEY'] if shape == 'special-type' else [])]
    rnd.shuffle(questions)
    return len(named), questions + special(named)


def with_variant(name, kind, shape, number):
    if kind == 'ANY':
        return Question(name, kind, 'any')
    choice = (number * 7 + len(kind) * 3 + ord(kind[0])) % 10
    variant = {} if choice < 5 else {'edns': None} if choice < 7 else {'dnssec': True} if choice < 9 else {'edns': 4096}
    return Question(name, kind, shape, **variant)


def special(named):
    """Flags and EDNS as few ask, and everything big over TCP."""
    rnd = random.Random(1)
    some = rnd.sample([name for name, shape in named if shape in ('plain', 'chain')], 60)
    out = [Question(name, kind, shape, tcp=True, **variant) for name, shape in named if shape in ('big', 'huge-set')
           for kind in ('A', 'TXT', 'MX') for variant in ({}, {'dnssec': True})]
    for name in some:
        for kind in ('A', 'TXT'):
            out += [Question(name, kind, 'no-rd', flags=0), Question(name, kind, 'cd', flags=0x0110),
                    Question(name, kind, 'ad', flags=0x0120), Question(name, kind, 'cd', flags=0x0110, dnssec=True),
                    Question(name, kind, 'edns-version', version=1), Question(name, kind, 'edns-size', edns=100),
                    Question(name, kind, 'edns-size', edns=512, dnssec=True),
                    Question(name, kind, 'edns-option', options=b'\xff\x9c\0\4test'),
                    Question(name, kind, 'cookie', options=b'\0\x0a\0\x08cookies!'),
                    Question(name.upper(), kind, 'case')]
    # BIND answers three questions a second in another class, and drops the rest.
    return out + [Question(name, 'TXT', 'class', klass=3) for name in some[:3]]


def sign(folder):
    """Signs `unsigned.zone` into `root.zone`, with keys made for it."""
    quiet = {'cwd': folder, 'check': True, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True}
    key = subprocess.run(['dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', '.'], **quiet).stdout.strip()
    with open(f'{folder}/unsigned.zone', 'a') as zone:
        zone.write(open(f'{folder}/{key}.key').read())
    try:
        subprocess.run(['dnssec-signzone', '-q', '-P', '-z', '-o', '.', '-f', 'root.zone', 'unsigned.zone', key], **quiet)
    except subprocess.CalledProcessError as error:
        raise SystemExit('the zone could not be signed: ' + (error.stderr or error.stdout).strip())
