"""What a run finds, and the table of runs."""
import json

from .lab import *
from .load import *
from .messages import *

RUNS = {}


class NotRun(Exception):
    """This machine cannot do it."""


class Run:
    """What one run found."""

    def __init__(self, lab, seconds):
        self.lab, self.seconds, self.tally, self.faults, self.notes = lab, seconds, Tally(), [], []

    def check(self, holds, reason):
        if not holds:
            self.faults.append(reason)
        return holds

    def note(self, text):
        self.notes.append(text)

    def take(self, load, may_lose=False, ends=False, what=''):
        """Waits for a load; all of it must be right, in time, and nothing lost; `what` is said with what is not."""
        before = len(self.faults)
        tally = load.result(ends)
        self.tally += tally
        self.check(not load.strays, f'{load.strays} replies that nobody waits for')
        self.check(not tally.wrong, f'{tally.answered - tally.right} wrong of {tally.sent}, such as {(tally.wrong or [""])[0]}')
        self.check(may_lose or not tally.lost, f'{tally.lost} lost')
        self.check(not tally.late, f'{tally.late} late, worst {tally.worst * 1e3:.0f} ms')
        if what:
            self.faults[before:] = [f'{what}: {fault}' for fault in self.faults[before:]]
        return tally

    def ask(self, server, source, what='', **options):
        """A load from start to end."""
        load = Load(server.port, source, **options)
        load.start()
        return self.take(load, what=what)

    def ask_tcp(self, server, asked, source='127.0.0.1', half=0.2, late=2):
        """Questions over TCP, a connection each: half of them must be answered within `half` seconds, all within `late`."""
        times = []
        for name in asked:
            self.tally.sent += 1
            try:
                reply, elapsed = ask_tcp(server.port, name, source=source)
            except (OSError, EOFError) as fault:
                self.tally.lost += 1
                return self.check(False, f'TCP from {source}: {fault or type(fault).__name__}')
            self.tally.note(name, 'A', reply, elapsed, is_true(name, 'A', reply), late)
            self.check(is_true(name, 'A', reply) and elapsed <= late,
                       f'TCP from {source}: {elapsed * 1e3:.0f} ms, code {reply.code}')
            times.append(elapsed)
        middle = sorted(times)[(len(times) - 1) // 2]
        return self.check(middle <= half, f'TCP from {source}: half took {middle * 1e3:.0f} ms and more')

    def finish(self):
        """All servers that still should live do, and end with 0 when they are told to; all upstreams did what they should."""
        for process in self.lab.processes:
            if isinstance(process, Upstream):
                self.check(not process.seen('broken'), f'an upstream broke {process.seen("broken")} times by itself')
            elif not process.is_ended:
                self.check(process.is_alive(), f'the server died: {process.process.poll()}')
                code = process.end()
                self.check(code == 0, 'it does not end within 8 s' if code is None else f'it ends with {code}')

    def policy(self):
        """Options that block `blocked.fault.example`."""
        rules = self.lab.path('rules.hosts', '0.0.0.0 blocked.fault.example\n')
        return ['--list', rules, '--engine', 'pihole', '--mode', 'enforce']


def run(function):
    RUNS[function.__name__.replace('_', '-')] = function
    return function


def is_blocked(name, word, reply):
    """Whether a reply is what policy has for `blocked.fault.example`."""
    return reply.code == 0 and [answer[3] for answer in reply.sections[0]] == [bytes(4)] and 15 in reply.errors


def blocked():
    """A source of questions that policy answers."""
    while True:
        yield 'blocked.fault.example', 'A', is_blocked


def unreadable(path):
    """How many lines of a file are no records, and how many are."""
    bad = good = 0
    with open(path, 'rb') as file:
        for line in file:
            try:
                good += json.loads(line)['kind'] == 'query'
            except (ValueError, KeyError, TypeError):
                bad += 1
    return bad, good
