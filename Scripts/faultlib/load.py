"""A load that checks every answer."""
import random, selectors, socket, struct, threading, time

from .lab import bound, framed, receive
from .messages import Reply, is_true, letters, question


class Tally:
    """What became of queries."""

    def __init__(self):
        self.sent = self.answered = self.right = self.late = self.lost = 0
        self.worst, self.wrong, self.lost_at = 0.0, [], []

    def note(self, name, word, reply, elapsed, is_right, late):
        self.answered += 1
        self.worst = max(self.worst, elapsed)
        self.late += elapsed > late
        self.right += is_right
        if not is_right:
            what = reply if isinstance(reply, str) else f'code {reply.code} EDE {reply.errors}' + ' TC' * reply.is_cut + \
                ''.join(f' {word} {data.hex()}' for _, word, _, data in sum(reply.sections, [])[:3])
            self.wrong.append(f'{name} {word}: {what}')
            del self.wrong[20:]

    def __add__(self, other):
        both = Tally()
        for name in vars(both):
            both.__dict__[name] = max(self.worst, other.worst) if name == 'worst' else getattr(self, name) + getattr(other, name)
        return both


class Load(threading.Thread):
    """Asks over UDP at a steady rate, from several ports, and checks every answer.

    `source` gives (name, type) and what a right reply is: a function of name, type and reply. Ids and letters are random; a
    reply counts only if id, port and question are those of a query that waits. It ends with its source, after `seconds`, or
    when told to. `late` and `patience` are seconds; the latter bounds what is kept."""

    def __init__(self, port, source, rate=500, seconds=60, late=1.0, patience=5.0, ports=16):
        super().__init__(daemon=True)
        self.port, self.source, self.rate = port, iter(source), rate
        self.seconds, self.late, self.patience = seconds, late, patience
        self.sockets = [bound(socket.SOCK_DGRAM) for _ in range(ports)]
        self.waiting = [{} for _ in self.sockets]
        self.order, self.tally, self.strays, self.is_over, self.fault = [], Tally(), 0, threading.Event(), None
        self.first = 0

    def run(self):
        try:
            with selectors.DefaultSelector() as selector:
                for number, made in enumerate(self.sockets):
                    made.setblocking(False)
                    selector.register(made, selectors.EVENT_READ, number)
                self.turn(selector)
        except Exception as fault:  # The run that waits for it says so.
            self.fault = fault
        finally:
            for made in self.sockets:
                made.close()

    def turn(self, selector):
        start, owed, is_asking = time.monotonic(), 0, True
        while is_asking or any(self.waiting):
            now = time.monotonic()
            if now - start > self.seconds or self.is_over.is_set():
                is_asking = False
            while is_asking and owed < (now - start) * self.rate:
                owed += 1
                if not self.ask():
                    is_asking = False
            for key, _ in selector.select(min(1 / self.rate, 0.01)):
                self.read(key.data)
            self.expire(time.monotonic())

    def ask(self):
        asked = next(self.source, None)
        if asked is None:
            return False
        name, word, is_right = asked
        number = random.randrange(len(self.sockets))
        ids = self.waiting[number]
        key = random.getrandbits(16)
        while key in ids:
            key = random.getrandbits(16)
        octets = question(letters(name), word, key)
        ids[key] = (name, word, is_right, octets[12:-11], time.monotonic())
        self.order.append((number, key, ids[key]))
        self.tally.sent += 1
        self.sockets[number].sendto(octets, ('127.0.0.1', self.port))
        return True

    def read(self, number):
        for _ in range(64):
            try:
                octets, peer = self.sockets[number].recvfrom(65536)
            except OSError:
                return
            if peer[1] != self.port:
                continue  # Meant for who had this port before.
            waiting = self.waiting[number].get(struct.unpack('>H', octets[:2])[0]) if len(octets) > 1 else None
            if waiting is None or octets[12:12 + len(waiting[3])] != waiting[3]:
                self.strays += 1
                continue
            del self.waiting[number][struct.unpack('>H', octets[:2])[0]]
            name, word, is_right, _, at = waiting
            try:
                reply = Reply(octets)
                verdict = is_right(name, word, reply)
            except (ValueError, IndexError, struct.error) as fault:
                reply, verdict = f'malformed: {fault}', False
            self.tally.note(name, word, reply, time.monotonic() - at, bool(verdict), self.late)

    def expire(self, now):
        while self.first < len(self.order) and now - self.order[self.first][2][4] > self.patience:
            number, key, waiting = self.order[self.first]
            self.first += 1
            if self.waiting[number].get(key) is waiting:
                del self.waiting[number][key]
                self.tally.lost += 1
                self.tally.lost_at.append(waiting[4])
        if self.first > 4096:
            del self.order[:self.first]
            self.first = 0

    def result(self, ends=False):
        """Waits for the end, or brings it about."""
        if ends:
            self.is_over.set()
        self.join(self.seconds + self.patience + 10)
        if self.fault or self.is_alive():
            raise RuntimeError(f'the load broke: {self.fault or "it does not end"}')
        return self.tally


def names(prefix, word='A', is_right=is_true, count=None):
    """Names that nobody asked for before."""
    number = 0
    while count is None or number < count:
        number += 1
        yield f'{prefix}-{random.getrandbits(40):010x}.fault.example', word, is_right


def each(*asked):
    """A source of some questions, (name, type, what is right)."""
    return iter(asked)


def mixed(*sources):
    """One of each in turn, until one ends."""
    for turn in zip(*sources):
        yield from turn


def ask_tcp(port, name, word='A', source='127.0.0.1', timeout=5):
    """Asks over a connection of its own: the reply and the seconds from connecting to it."""
    start = time.monotonic()
    with socket.create_connection(('127.0.0.1', port), timeout, (source, 0)) as stream:
        stream.sendall(framed(question(name, word, random.getrandbits(16))))
        reply = Reply(receive(stream, struct.unpack('>H', receive(stream, 2))[0]))
    return reply, time.monotonic() - start
