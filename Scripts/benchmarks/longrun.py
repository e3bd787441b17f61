"""Ten million names that are asked once each: memory, and whether a hundred names that are asked all the time stay kept."""
import os, socket, struct, subprocess, threading, time

from benchmarks.common import write
from benchmarks.servers import pinned

NAMES, PART, HOT = 10_000_000, 1_000_000, 100


class Hot(threading.Thread):
    """Asks each of a hundred names four times a second; an answer with a younger TTL than the zone's was kept."""

    def __init__(self, port):
        super().__init__()
        self.port, self.over, self.asked, self.kept = port, threading.Event(), 0, 0

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            client.connect(('127.0.0.1', self.port))
            start = time.monotonic()
            while not self.over.is_set():
                for number in range(HOT):
                    ttl = self.ttl(client, number)
                    # In the first seconds every name is new, and a TTL has not had the time to fall.
                    if time.monotonic() - start > 3 and ttl is not None:
                        self.asked += 1
                        self.kept += ttl < 3600
                self.over.wait(0.25)

    def ttl(self, client, number):
        label = b'hot%04d' % number
        try:
            client.send(struct.pack('>6H', number, 0x0100, 1, 0, 0, 0) + bytes([len(label)]) + label + b'\3hot\5bench\0\0\1\0\1')
            while True:
                reply = client.recv(4096)
                if reply[:2] == struct.pack('>H', number):
                    break
        except OSError:
            return None
        # The answer's owner is a pointer to the question's name, the TTL stands behind type and class.
        end = 12 + 1 + len(label) + 11 + 4
        return struct.unpack('>I', reply[end + 6:end + 10])[0] if len(reply) >= end + 12 else None


def long_run(bench, entries):
    print(f'long: {NAMES:,} names asked once, {HOT} asked all the time; ours has a cache of 64 MiB', flush=True)
    for entry in entries:
        servers = bench.started([entry])
        if not servers:
            continue
        server = servers[entry.title]
        hot, sizes, lost = Hot(server.site.udp), [], 0
        hot.start()
        try:
            for part in range(NAMES // PART):
                path = f'{bench.folder}/long'
                write(path, (f'l{part:x}-{number:06x}.miss.bench A' for number in range(PART)))
                done = subprocess.run(['dnsperf', '-s', '127.0.0.1', '-p', str(server.site.udp), '-d', path, '-c', '4', '-n', '1',
                                       '-T', '1', '-l', '300', '-t', '2', '-q', '200'], text=True, preexec_fn=pinned(-1),
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
                lost += next((int(line.split()[2]) for line in done.splitlines() if 'Queries lost' in line), 0)
                sizes.append(server.resident() / 1e6)
        finally:
            hot.over.set()
            hot.join()
            server.stop()
            os.unlink(path)
        share = 100 * hot.kept / hot.asked if hot.asked else 0
        print(f'  {entry.title:18} MB after each million: {" ".join(f"{size:.0f}" for size in sizes)};'
              f' {share:.2f} % of {hot.asked} questions for the hot names were kept; {lost} lost', flush=True)
