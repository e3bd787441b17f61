"""Runs in which upstreams stop, are slow, lie or break."""
import contextlib, os, random, signal, socket, ssl, struct, subprocess, time

from .run import *


@run
def stopped(run):
    """the preferred upstream stops, over UDP, TCP and TLS, another stands by: nothing lost, nothing later than 1 s; it is asked
    again when it goes on"""
    certificates(run.lab)
    for kind, place in (('udp', '{}'), ('tcp', 'tcp://{}'), ('tls', 'tls://{}#dns.fault.example')):
        made = [OverTLS(run.lab, 'good') if kind == 'tls' else Upstream(run.lab) for _ in range(2)]
        options = [word for upstream in made for word in ('--upstream', place.format(upstream.address))]
        server = Server(run.lab, *options, '--tls-ca', run.lab.path('ca.pem'))
        fail_over(run, server, *[(upstream, 'udp' if kind == 'udp' else 'tcp') for upstream in made], kind)


def fail_over(run, server, first, second, kind):
    asked = lambda upstream: upstream[0].seen(upstream[1])
    load = Load(server.port, names('a'), rate=200)
    load.start()
    time.sleep(1)
    run.check(asked(first) > 50 and not asked(second), f'{kind}: the first upstream is not the preferred one')
    first[0].send_signal(signal.SIGSTOP)
    time.sleep(run.seconds)
    first[0].send_signal(signal.SIGCONT)
    run.check(asked(second) > 50, f'{kind}: the second upstream was not asked')
    end, before = time.monotonic() + 15, asked(first)
    while asked(first) < before + 300 and time.monotonic() < end:
        time.sleep(0.1)
    run.check(asked(first) >= before + 300, f'{kind}: the first upstream is not asked again within 15 s')
    run.take(load, ends=True, what=kind)


@run
def stopped_alone(run):
    """the only upstream stops: SERVFAIL with EDE 22 or 23 within 4 s, what is stale with EDE 3, policy answers at once; right
    answers within 2 s when it goes on"""
    upstream = Upstream(run.lab)
    server = Server(run.lab, '--upstream', upstream.address, *run.policy())
    old = 'short-1.fault.example'
    run.ask(server, each((old, 'A', is_true)))
    time.sleep(1.5)
    upstream.send_signal(signal.SIGSTOP)
    by_policy = Load(server.port, blocked(), rate=100, late=0.5)
    by_policy.start()
    is_stale = lambda name, word, reply: is_true(name, word, reply) and 3 in reply.errors
    stale = Load(server.port, each((old, 'A', is_stale)), late=2.2)
    stale.start()
    run.ask(server, names('b', count=200, is_right=lambda *reply: is_failure(*reply) and {22, 23} & set(reply[2].errors)), late=4)
    run.take(stale)
    run.take(by_policy, ends=True)
    upstream.send_signal(signal.SIGCONT)
    run.ask(server, names('c', count=200), late=2)


class Slow(Upstream):
    def udp(self, query, peer):
        yield 2.5, query.reply()


@run
def slow(run):
    """the upstream takes 2.5 s, 3,000 queries are under way: all right within 3.5 s, at most 200 MiB more, one question each
    at first and at most 4"""
    upstream = Slow(run.lab)
    server = Server(run.lab, '--upstream', upstream.address)
    before = server.figures()[1]
    run.ask(server, names('d', count=3000), rate=3000, late=3.5, ports=32)
    more = server.figures()[1] - before
    run.check(more < 200, f'{more:.0f} MiB more')
    run.check(upstream.seen('udp') <= 4 * 3000, f'{upstream.seen("udp")} questions upstream')
    run.note(f'{more:.0f} MiB more, {upstream.seen("udp")} asked upstream')


# Upstreams that lie


class Liar(Upstream):
    """Lies first and says the truth 30 ms later; `only` names get nothing but the lie. What the lie is says the name."""
    EVIL = bytes([203, 0, 113, 66])

    def lies(self, query, peer):
        kind, lie = query.name.split('-')[1], [self.EVIL]
        other = wire('other-' + query.name)
        if kind == 'id':
            yield query.reply(lie, number=query.number ^ random.randrange(1, 65536))
        elif kind == 'question':
            yield query.reply(lie, asked=other + query.octets[query.end - 4:query.end])
        elif kind == 'type':
            yield query.reply(lie, asked=query.octets[12:query.end - 4] + b'\0\x1c\0\1')
        elif kind == 'class':
            yield query.reply(lie, asked=query.octets[12:query.end - 4] + b'\0\1\0\3')
        elif kind == 'query':
            yield query.reply(lie, flags=0x0100)
        elif kind == 'empty':
            yield query.octets[:2]
        else:
            with contextlib.closing(bound(socket.SOCK_DGRAM, self.port if kind == 'address' else 0,
                                          '127.0.0.9' if kind == 'address' else '127.0.0.1')) as stranger:
                stranger.sendto(query.reply(lie), peer)

    def udp(self, query, peer):
        kind = query.name.split('-')[1]
        victim = wire('victim-' + query.name)
        if kind == 'additional':
            yield 0, query.reply(additional=record(victim, 1, self.EVIL))
        elif kind == 'authority':
            yield 0, query.reply(authority=record(wire('fault.example'), 2, wire('evil.example')))
        elif kind == 'answer':
            yield 0, query.reply(counts=(1, 2, 0, 0), authority=record(victim, 1, self.EVIL))
        elif kind == 'case':
            yield 0, query.reply(asked=wire(query.name.swapcase()) + query.octets[query.end - 4:query.end])
        else:
            for lie in self.lies(query, peer):
                yield 0, lie
            if not query.name.startswith('only'):
                yield 0.03, query.reply()

    def tcp(self, stream, query):
        return not query.name.startswith('only') and super().tcp(stream, query)


@run
def lying(run):
    """wrong id, port, address, question, type, class, QR, case, and records that nobody asked for: clients get the truth or
    SERVFAIL, never a lie, also later"""
    upstream = Liar(run.lab)
    server = Server(run.lab, '--upstream', upstream.address, '--stale', '0')
    early = ('id', 'question', 'type', 'class', 'query', 'empty', 'port', 'address')
    extra = ('additional', 'authority', 'answer', 'case')
    asked = [(f'e-{kind}-{number}.fault.example', 'A', is_true) for kind in early + extra for number in range(20)]
    asked += [(f'only-{kind}-{number}.fault.example', 'A', is_failure) for kind in early for number in range(4)]
    random.shuffle(asked)
    run.ask(server, iter(asked), late=4)
    # What lies were about is asked for now, and answered from the cache if the lie got there.
    poisoned = [('victim-' + name, 'A') for name, _, is_right in asked if is_right is is_true and name.split('-')[1] in extra]
    poisoned += [('other-' + name, 'A') for name, _, _ in asked if name.split('-')[1] == 'question']
    run.ask(server, ((name, word, lambda name, word, reply: not any(Liar.EVIL in data[3] for data in sum(reply.sections, [])))
                     for name, word in poisoned), late=4)
    run.check(server.metrics()['upstream_mismatches'] >= 20, 'lies are not counted')


class Junk(Upstream):
    def udp(self, query, peer):
        for number in random.sample(range(1, 65536), 50):
            yield 0, query.reply([Liar.EVIL], number=query.number ^ number)
        yield 0.02, query.reply()


class JunkWithoutTCP(Junk):
    speaks_tcp = False


@run
def junk(run):
    """50 wrong ids before the right answer, from an upstream with TCP and from one without: every answer right, within 1 s"""
    for kind in (Junk, JunkWithoutTCP):
        server = Server(run.lab, '--upstream', kind(run.lab).address)
        run.ask(server, names('f', count=300), rate=150)
        run.check(server.metrics()['upstream_mismatches'] >= 300, 'lies are not counted')


class Truncating(Upstream):
    def udp(self, query, peer):
        part = truth(query.name, query.word)[:random.choice((0, 1, 2))]
        yield 0, query.reply(part, flags=0x8380)


class TruncatingWithoutTCP(Truncating):
    speaks_tcp = False


@run
def truncating(run):
    """the upstream cuts every answer over UDP, some with a part of the records: all records from TCP, TC where they do not
    fit, SERVFAIL where TCP is closed; never a part"""
    server = Server(run.lab, '--upstream', Truncating(run.lab).address)
    large = [f'many90-{number}.fault.example' for number in range(20)]
    is_cut = lambda name, word, reply: reply.is_cut and not any(reply.sections)
    run.ask(server, mixed(names('many3', count=300), names('many20', 'TXT', count=300)), rate=300)
    run.ask(server, ((name, 'A', is_cut) for name in large), rate=100)
    run.ask_tcp(server, large)
    server = Server(run.lab, '--upstream', TruncatingWithoutTCP(run.lab).address)
    run.ask(server, names('many3', count=50, is_right=is_failure), late=4)


# Upstreams over TLS and TCP


def certificates(lab):
    """An authority, a certificate of its for dns.fault.example, one for another name, and one of nobody's."""
    def make(*arguments):
        subprocess.run(['openssl', *arguments], cwd=lab.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    make('req', '-x509', *key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=faults')
    for name, host in (('good', 'dns.fault.example'), ('other', 'dns.other.example')):
        lab.path(name + '.ext', f'subjectAltName=DNS:{host}\n')
        make('req', *key, '-keyout', name + '.key', '-out', name + '.csr', '-subj', '/CN=' + host)
        make('x509', '-req', '-in', name + '.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
             '-extfile', name + '.ext', '-out', name + '.pem')
    make('req', '-x509', *key, '-keyout', 'self.key', '-out', 'self.pem', '-subj', '/CN=dns.fault.example',
         '-addext', 'subjectAltName=DNS:dns.fault.example')


class OverTLS(Upstream):
    """Speaks TLS, and breaks as `kind` says. Whoever asks it in the open is answered and counted."""

    def __init__(self, lab, kind):
        self.kind = kind
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        name = {'other-name': 'other', 'self-signed': 'self'}.get(kind, 'good')
        self.context.load_cert_chain(lab.path(name + '.pem'), lab.path(name + '.key'))
        super().__init__(lab)

    def udp(self, query, peer):
        self.count('plain')
        return super().udp(query, peer)

    def converse(self, stream):
        stream.settimeout(30)
        start = stream.recv(3, socket.MSG_PEEK)
        if start[:1] != b'\x16':
            if start:
                self.count('plain')
                super().converse(stream)
            return stream.close()
        if self.kind == 'reset-handshake':
            return reset(stream)
        if self.kind == 'no-tls':
            stream.sendall(framed(b'\0' * 40))
            return stream.close()
        with contextlib.suppress(ssl.SSLError):
            super().converse(self.context.wrap_socket(stream, server_side=True))

    def tcp(self, stream, query):
        if self.kind == 'reset-answer':
            self.count('tcp')
            octets = framed(query.reply())
            stream.sendall(octets[:len(octets) // 2])
            time.sleep(0.005)
            reset(socket.socket(fileno=stream.detach()))
            return False
        return super().tcp(stream, query)


@run
def tls(run):
    """TLS upstreams that reset in the handshake or in an answer, have another's or nobody's certificate, or speak no TLS:
    SERVFAIL within 4 s, or the next upstream within 1 s; never a query in the open"""
    certificates(run.lab)
    broken = [OverTLS(run.lab, kind) for kind in ('reset-handshake', 'reset-answer', 'other-name', 'self-signed', 'no-tls')]
    good = OverTLS(run.lab, 'good')
    place = lambda upstream: ['--upstream', f'tls://{upstream.address}#dns.fault.example']
    options = ['--tls-ca', run.lab.path('ca.pem')]
    server = Server(run.lab, *place(good), *options)
    run.ask(server, names('g', count=200), rate=200)
    for upstream in broken:
        kind = upstream.kind
        run.ask(Server(run.lab, *place(upstream), *options), names('h', is_right=is_failure, count=60), rate=100, late=4, what=kind)
        run.ask(Server(run.lab, *place(upstream), *place(good), *options), names('i', count=200), rate=200, what=kind + ' first')
        run.check(upstream.seen('connections') > 0, f'{kind}: it was not asked')
        run.check(upstream.seen('tcp') == 0 or kind == 'reset-answer', f'{kind}: a query was sent to it')
        run.check(upstream.seen('plain') == 0, f'{kind}: {upstream.seen("plain")} queries in the open')
    run.check(good.seen('plain') == 0, 'queries to the good one in the open')


def malformed(query):
    """Answers of which nothing can be used, whatever the type; the name says which."""
    kind, reply = int(query.name.split('.')[0].split('-')[1]) % 10, query.reply()
    end, type_class = query.end, query.octets[query.end - 4:query.end]
    fixed = struct.pack('>2HI', TYPES[query.word], 1, 300)
    data = truth(query.name, query.word)[0]
    head = query.reply([], counts=(1, 1, 0, 0))
    return [lambda: reply[:random.randrange(end, len(reply) - 1)],  # ends in a record
            lambda: head + b'\xc0\x0c' + fixed + struct.pack('>H', len(data) + 9) + data,  # data beyond the end
            lambda: head + struct.pack('>H', 0xC000 | end) + fixed + struct.pack('>H', len(data)) + data,  # owner points to itself
            lambda: head + b'\xc0\xff' + fixed + struct.pack('>H', len(data)) + data,  # owner points forward
            lambda: head + b'\x41a\0' + fixed + struct.pack('>H', len(data)) + data,  # a label type that is none
            lambda: query.reply(counts=(1, 9, 0, 0)),  # more answers said than there are
            lambda: query.reply(counts=(1, 1, 0, 65535)),  # the same of additional records
            lambda: head + (b'\x3f' + b'a' * 63) * 4 + b'\0' + fixed + struct.pack('>H', len(data)) + data,  # a name of 257 octets
            lambda: query.reply([]) [:12] + wire('x.' + query.name) + type_class,  # another question
            lambda: head + b'\xc0\x0c' + fixed + b'\xff\xff'][kind]()  # data of 65,535 octets that is not there


class Malformed(Upstream):
    """Over TCP; closes the connection after each answer."""

    def tcp(self, stream, query):
        self.count('tcp')
        stream.sendall(framed(malformed(query) if query.name.startswith('bad') else query.reply()))
        return False


@run
def malformed_answers(run):
    """50 malformed answers for each of 10 types over TCP, the connection closed after each answer: SERVFAIL with EDE within 4
    s; right ones in between stay right"""
    upstream = Malformed(run.lab)
    server = Server(run.lab, '--upstream', 'tcp://' + upstream.address)
    asked = [(f'bad-{number}.fault.example', word, is_failure) for word in TYPES for number in range(50)]
    asked += [(f'fine-{number}.fault.example', word, is_true) for word in TYPES for number in range(20)]
    random.shuffle(asked)
    run.ask(server, iter(asked), rate=120, late=4)
    run.check(server.metrics()['upstream_malformed'] >= 400, 'malformed answers are not counted')
    run.note(f'{upstream.seen("connections")} connections upstream')
    # Each connection takes one question of several under way.
    for _ in range(20):
        run.ask(server, names('j', count=6), rate=1e6, late=4, what='6 at once')
