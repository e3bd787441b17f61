"""Runs in which clients misbehave, and such in which the server gets signals under load."""
import contextlib, random, signal, socket, time

from .run import *


@run
def silent_clients(run):
    """1,000 silent TCP clients from one address, 1,200 from as many: of others half get their answers over TCP
    within 0.2 s and all within 2 s, over UDP within 1 s; one octet a second is ended by the idle time"""
    server = Server(run.lab, '--upstream', Upstream(run.lab).address)
    load = Load(server.port, names('k'), rate=100)
    load.start()
    with contextlib.ExitStack() as held:
        def connect(source):
            stream = held.enter_context(socket.socket())
            stream.bind((source, 0))
            stream.settimeout(2)
            stream.connect(('127.0.0.1', server.port))
            return stream
        loris = [connect('127.0.0.4') for _ in range(20)]
        start, slow_query = time.monotonic(), framed(question('slow.fault.example', 'A', 1))
        for number in range(1000):
            stream = connect('127.0.0.2')
            if number % 2:
                stream.sendall(b'\0')
        run.ask_tcp(server, [f'l-{number}.fault.example' for number in range(20)], source='127.0.0.3')
        ended, octet, is_held_long = {}, 0, False
        while len(ended) < len(loris) and time.monotonic() - start < 16:
            for stream in loris:
                if stream in ended:
                    continue
                with contextlib.suppress(BlockingIOError):
                    stream.setblocking(False)
                    try:
                        stream.send(slow_query[octet:octet + 1])
                        is_over = stream.recv(1) == b''
                    except (ConnectionError, BrokenPipeError):
                        is_over = True
                    if is_over:
                        ended[stream] = time.monotonic() - start
            octet += 1
            time.sleep(1)
        run.check(len(ended) == len(loris), f'{len(loris) - len(ended)} of 20 slow clients still stand after 16 s')
        run.note(f'slow clients ended after {max(ended.values(), default=0):.0f} s')
        run.check(min(ended.values(), default=9) > 5, 'slow clients were ended at once')
        for number in range(1200):
            connect(f'127.1.{number // 250}.{number % 250 + 1}')
        run.ask_tcp(server, [f'm-{number}.fault.example' for number in range(20)], source='127.0.0.3')
        run.take(load, ends=True)


class Late(Upstream):
    def udp(self, query, peer):
        yield 0.1, query.reply()


def is_any(name, word, reply):
    return is_true(name, word, reply) or is_failure(name, word, reply)


@run
def descriptors(run):
    """64 descriptors and 200 TCP clients, a silent upstream, more queries under way than descriptors: UDP goes on, TCP again
    when they are gone, at most a tenth of a core when idle"""
    upstream = Upstream(run.lab)
    server = Server(run.lab, '--upstream', upstream.address, before=['prlimit', '--nofile=64:64'])

    def look(server, when):
        before = server.figures()[0]
        time.sleep(1.5)
        used = (server.figures()[0] - before) / 1.5
        run.check(used < 0.1, f'{when}: {used * 100:.0f} % of a core when idle')

    with contextlib.ExitStack() as held:
        for number in range(200):
            stream = held.enter_context(socket.socket())
            stream.bind((f'127.2.0.{number + 1}', 0))
            stream.settimeout(2)
            stream.connect(('127.0.0.1', server.port))
        run.ask(server, names('n', count=500), rate=200, what='200 TCP clients')
        look(server, '200 TCP clients')
    run.ask_tcp(server, ['o-1.fault.example'], half=0.5)
    upstream.send_signal(signal.SIGSTOP)
    run.ask(server, names('p', count=300, is_right=is_failure), rate=200, late=4.5, what='a silent upstream')
    upstream.send_signal(signal.SIGCONT)
    run.ask(server, names('q', count=100), rate=100, late=2, what='after a silent upstream')
    run.ask_tcp(server, ['r-1.fault.example'], half=0.5)
    # All of them come to rest in the pool of ports.
    server = Server(run.lab, '--upstream', Late(run.lab).address, before=['prlimit', '--nofile=64:64'])
    run.ask(server, names('p', count=600, is_right=is_any), rate=1500, late=4.5, what='600 queries at once')
    with socket.create_connection(('127.0.0.1', server.port), 2):
        look(server, 'a TCP client after 600 queries at once')
        run.ask_tcp(server, ['s-1.fault.example'], half=0.5)
    run.ask(server, names('t', count=100), rate=50, late=2, what='after 600 queries at once')


# Signals


@run
def reloads(run):
    """100 reloads under load: nothing lost, a changed name gets its new verdict each time, what does not parse leaves the old
    policy in force and is said"""
    rules = run.lab.path('rules.hosts')
    text = lambda flips: '0.0.0.0 blocked.fault.example\n' + '0.0.0.0 flip.fault.example\n' * flips
    config = lambda end='': run.lab.path(
        'patchway.yaml', f'mode: enforce\nlayers:\n  - engine: pihole\n    lists: [{rules}]\n{end}')
    run.lab.path('rules.hosts', text(False))
    server = Server(run.lab, '--upstream', Upstream(run.lab).address, '--config', config(), '--workers', '2')
    load = Load(server.port, mixed(names('s'), blocked()), rate=400)
    load.start()
    is_flipped, done, kept = False, 0, 0
    for number in range(100):
        if number % 5 == 4:
            config('layers: 7\n  - [')
            kept += 1
        else:
            is_flipped, done = not is_flipped, done + 1
            config()
            run.lab.path('rules.hosts', text(is_flipped))
        server.process.send_signal(signal.SIGHUP)
        is_said = server.wait_for('patchway: reloaded', done) and server.wait_for('not reloaded, what was in force stays', kept)
        if not run.check(is_said, f'reload {number + 1} is not said within 5 s'):
            break
        time.sleep(0.01)  # The workers take it in their next turn.
        run.ask(server, each(*[('flip.fault.example', 'A', is_blocked if is_flipped else is_true)] * 4), ports=4)
    run.take(load, ends=True)
    run.note(f'{done} taken, {kept} refused')


@run
def killed(run):
    """kill -9 and a new start on the same port, 50 times under load with a capture file: up within 1 s, nothing wrong,
    nothing lost while up, at most the last line of each run broken"""
    upstream, records = Upstream(run.lab), run.lab.path('records.ndjson')
    options = ['--upstream', upstream.address, '--capture', records, '--log-all', *run.policy()]
    server = Server(run.lab, *options)
    load = Load(server.port, mixed(names('t'), blocked()), rate=500, patience=2)
    load.start()
    up, starts = [], []
    for number in range(50):
        at = time.monotonic()
        if number:
            server = Server(run.lab, *options, port=server.port)
        with contextlib.suppress(OSError, EOFError):
            ask_tcp(server.port, 'blocked.fault.example')
        stream = socket.create_connection(('127.0.0.1', server.port), 2)
        starts.append(time.monotonic() - at)
        ready = time.monotonic()
        time.sleep(random.uniform(0.1, 0.25))
        up.append((ready, time.monotonic() - 0.05))  # Who asked later may still have waited.
        server.kill()
        stream.close()
    tally = run.take(load, may_lose=True, ends=True)
    lost = sum(start < at < end for at in tally.lost_at for start, end in up)
    run.check(lost == 0, f'{lost} lost while it was up')
    run.check(max(starts) < 1, f'a start took {max(starts):.1f} s')
    bad, good = unreadable(records)
    run.check(bad <= 50 and good > tally.answered / 2, f'{bad} broken lines, {good} records')
    run.note(f'{bad} broken lines, {good} records, slowest start {max(starts) * 1e3:.0f} ms')
