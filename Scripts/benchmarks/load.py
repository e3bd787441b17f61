"""The zone that the upstream serves, files of questions, and what asks them: dnsperf, and h2load over HTTPS."""
import base64, random, re, struct, subprocess

from benchmarks.common import write
from benchmarks.servers import pinned

PHASES = ('update.microsoft.com', 'windowsupdate.com', 'delivery.mp.microsoft.com', 'do.dsp.mp.microsoft.com',
          'download.windowsupdate.com')


def make_zone(folder):
    """Writes `root.zone`; the names in it: update names behind two aliases, ordinary ones, and wildcards of misses."""
    rnd, names = random.Random(7), []
    lines = ['$TTL 3600', '. SOA ns.bench. hostmaster.bench. 1 3600 600 86400 60', '. NS ns.bench.', 'ns.bench. A 127.0.0.1',
             '*.miss.bench. A 20.54.9.7', '*.hot.bench. A 20.54.9.8']
    for number in range(2000):
        name, end = f'fe{number}.{PHASES[number % len(PHASES)]}', f'e{number}.dsp.edge.bench'
        lines += [f'{name}. CNAME {name}.nsatc.bench.', f'{name}.nsatc.bench. CNAME {end}.',
                  f'{end}. A 20.54.{number // 250}.{number % 250}', f'{end}. A 20.55.{number // 250}.{number % 250}']
        names.append(name)
    for number in range(8000):
        digits = '%032x' % rnd.getrandbits(128)
        name = f'{digits[:rnd.randint(3, 12)]}{number}.{digits[12:rnd.randint(16, 26)]}.bench'
        lines += [f'{name}. A 20.60.{number // 250}.{number % 250}', f'{name}. AAAA 2603:1030::{number:x}']
        names.append(name)
    write(f'{folder}/root.zone', lines)
    return names


class Load:
    """Files of a fixed number of questions, each made once."""

    def __init__(self, folder, names, rules, count):
        self.folder, self.count, self.made = folder, count, set()
        self.names, self.rules = names, rules

    def _file(self, title, lines):
        path = f'{self.folder}/{title}.questions'
        if path not in self.made:
            write(path, lines())
            self.made.add(path)
        return path

    def hits(self):
        def lines():
            rnd = random.Random(3)
            return (f'{rnd.choice(self.names)} {"AAAA" if rnd.random() < 0.2 else "A"}' for _ in range(self.count))
        return self._file('hits', lines)

    def few_hits(self, count):
        def lines():
            rnd = random.Random(3)
            return (f'{rnd.choice(self.names)} A' for _ in range(count))
        return self._file(f'hits{count}', lines)

    def pool(self):
        """Every question of the hits once, which fills a cache."""
        return self._file('pool', lambda: (f'{name} {kind}' for name in self.names for kind in ('A', 'AAAA')))

    def blocked(self):
        def lines():
            rnd = random.Random(4)
            return (f'{name} A' for name in rnd.choices(self.rules, k=self.count))
        return self._file('blocked', lines)

    def uris(self, port, count):
        """Hits as addresses of HTTPS (RFC 8484, GET)."""
        def line(name):
            query = struct.pack('>6H', 0, 0x0100, 1, 0, 0, 0)
            query += b''.join(bytes([len(label)]) + label.encode() for label in name.split('.')) + b'\0\0\1\0\1'
            return f'https://127.0.0.1:{port}/dns-query?dns={base64.urlsafe_b64encode(query).decode().rstrip("=")}'
        return self._file(f'uris{port}', lambda: map(line, random.Random(3).choices(self.names, k=count)))

    def misses(self, run, count=None):
        return self._file(f'misses{run}', lambda: (f'u{run:x}-{i:06x}.miss.bench A' for i in range(count or self.count)))


class Outcome:
    """What dnsperf says about one run."""

    def __init__(self, text):
        def number(pattern):
            found = re.search(pattern, text)
            return float(found[1]) if found else 0
        self.answered = int(number(r'Queries completed: +(\d+)'))
        self.lost = int(number(r'Queries lost: +(\d+)'))
        self.rate = number(r'Queries per second: +([\d.]+)')
        self.codes = dict((code, int(count)) for code, count in re.findall(r'\b([A-Z]+) (\d+) \(', text))

    def trouble(self, expected):
        """Why this run is no measurement, or None."""
        if not self.answered:
            return 'nothing was answered'
        if self.lost > (self.answered + self.lost) / 100:
            return f'{self.lost} of {self.answered + self.lost} questions were lost'
        right = self.codes.get(expected, 0)
        return None if right >= self.answered * 0.99 else f'{self.answered - right} answers were not {expected}'


class WebOutcome(Outcome):
    """What h2load says about one run: an answer is a response with a status of success."""

    def __init__(self, text):
        found = re.search(r'requests: (\d+) total, .* (\d+) succeeded', text)
        self.answered = int(found[2]) if found else 0
        self.lost = int(found[1]) - self.answered if found else 0
        rate = re.search(r'([\d.]+) req/s', text)
        self.rate, self.codes = float(rate[1]) if rate else 0, {'NOERROR': self.answered}


def ask_web(port, load, count):
    """Hits over HTTPS on ten connections with ten requests each under way. dnsperf's HTTPS is not used: it stalls on
    answers that come two in one TLS record, as dnsdist's do."""
    command = ['h2load', '-n', str(count), '-c', '10', '-m', '10', '-t', '1', '-T', '5', '-i', load.uris(port, count)]
    return WebOutcome(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                     preexec_fn=pinned(-1)).stdout)


def ask(port, file, mode='udp', clients=4, outstanding=100, seconds=60, rate=None, verbose=None):
    """Asks every question of `file` once. With `verbose` what became of each is written to that path."""
    command = ['dnsperf', '-s', '127.0.0.1', '-p', str(port), '-m', mode, '-d', file, '-c', str(clients), '-q', str(outstanding),
               '-T', '1', '-n', '1', '-l', str(seconds), '-t', '2', '-W']
    if rate:
        command += ['-Q', str(rate)]
    if not verbose:
        return Outcome(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                      preexec_fn=pinned(-1)).stdout)
    with open(verbose, 'w') as file:
        subprocess.run(command + ['-v'], stdout=file, stderr=subprocess.DEVNULL, preexec_fn=pinned(-1))
    return Outcome(open(verbose).read())
