"""What the benchmarks share: rules, figures, processes."""
import os, random, resource, socket, statistics, struct, subprocess, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def make_rules(count):
    """Names of realistic length, the same in every run."""
    rnd, names = random.Random(9), {}
    tops = ['com', 'net', 'org', 'info', 'xyz', 'co.uk', 'de', 'ru', 'top', 'io']
    subs = ['ads', 'track', 'pixel', 'cdn', 'metrics', 'stat', 'log', 'telemetry', 't', 'go']
    while len(names) < count:
        digits = '%016x' % rnd.getrandbits(64)
        name = f'{digits[:rnd.randint(5, 12)]}-{digits[12:15]}.{rnd.choice(tops)}'
        if rnd.random() < 0.6:
            name = f'{rnd.choice(subs)}{rnd.randint(0, 99)}.{name}'
        names[name] = None
    return list(names)


def write(path, lines):
    with open(path, 'w') as file:
        file.writelines(line + '\n' for line in lines)
    return path


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def answer(port, name):
    """The response code and the number of answers, or None."""
    query = struct.pack('>6H', 7, 0x0100, 1, 0, 0, 0)
    query += b''.join(bytes([len(label)]) + label.encode() for label in name.split('.')) + b'\0\0\1\0\1'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.05)
        try:
            client.sendto(query, ('127.0.0.1', port))
            reply = client.recv(4096)
        except OSError:
            return None
    return (reply[3] & 15, struct.unpack('>H', reply[6:8])[0])


def process_cost(pid):
    """Processor seconds and resident octets."""
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
    return seconds, int(fields[21]) * os.sysconf('SC_PAGE_SIZE')


def run(command):
    """Standard output, wall seconds and processor seconds of a program that ends."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    return done.stdout, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Figures:
    def __init__(self):
        self.values = {}

    def add(self, title, value, unit):
        self.values.setdefault((title, unit), []).append(value)

    def median(self, title):
        return next((statistics.median(v) for (t, _), v in self.values.items() if t == title), None)

    def show(self, prefix=''):
        for (title, unit), values in self.values.items():
            if title.startswith(prefix):
                middle = statistics.median(values)
                digits = 0 if middle >= 1000 else 1 if middle >= 10 else 3
                low, high = min(values), max(values)
                print(f'  {title:42} {middle:>12.{digits}f} {unit:14} ({low:.{digits}f} to {high:.{digits}f})')
