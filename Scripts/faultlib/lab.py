"""What a run starts and what is gone when it is over: a folder, upstreams, the server under test."""
import ctypes, heapq, http.client, mmap, os, re, shutil, signal, socket, struct, subprocess, tempfile, threading, time

from .messages import Query


class Lab:
    """A folder and processes that are gone when the run is over, however it ends."""

    def __enter__(self):
        self.folder, self.processes = tempfile.mkdtemp(prefix='patchway-faults-'), []
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path + '.new', 'w') as file:
                file.write(text)
            os.replace(path + '.new', path)
        return path


def bound(kind, port=0, address='127.0.0.1'):
    """A socket with room for bursts; the system chooses the port when none is given."""
    made = socket.socket(socket.AF_INET, kind)
    for option in (33, socket.SO_RCVBUF):  # SO_RCVBUFFORCE, for root
        try:
            made.setsockopt(socket.SOL_SOCKET, option, 8 << 20)
            break
        except OSError:
            pass
    if kind == socket.SOCK_STREAM:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    return made


def receive(stream, count):
    octets = b''
    while len(octets) < count:
        part = stream.recv(count - len(octets))
        if not part:
            raise EOFError('the connection ended')
        octets += part
    return octets


def framed(octets):
    return struct.pack('>H', len(octets)) + octets


def reset(stream):
    """Ends a connection with RST."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('2i', 1, 0))
    stream.close()


def free_port():
    with bound(socket.SOCK_DGRAM) as probe:
        return probe.getsockname()[1]


class Upstream:
    """A name server in a process of its own. Subclasses say what is wrong with it; this one is honest."""
    speaks_tcp = True
    COUNTERS = ('udp', 'tcp', 'connections', 'plain', 'broken')

    def __init__(self, lab):
        self.lab, self.counts = lab, mmap.mmap(-1, 4096)
        for attempt in range(20):
            self.datagrams = bound(socket.SOCK_DGRAM)
            self.port = self.datagrams.getsockname()[1]
            try:
                self.streams = bound(socket.SOCK_STREAM, self.port)
                break
            except OSError:
                self.datagrams.close()
        if self.speaks_tcp:
            self.streams.listen(256)
        self.address = f'127.0.0.1:{self.port}'
        self.pid = os.fork()
        if not self.pid:
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                signal.setitimer(signal.ITIMER_REAL, 0)
                ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
                self.serve()
            finally:
                os._exit(1)
        self.datagrams.close()
        self.streams.close()
        lab.processes.append(self)

    def count(self, what, by=1):
        place = 8 * self.COUNTERS.index(what)
        self.counts[place:place + 8] = struct.pack('q', self.seen(what) + by)

    def seen(self, what):
        place = 8 * self.COUNTERS.index(what)
        return struct.unpack('q', self.counts[place:place + 8])[0]

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0

    def serve(self):
        if self.speaks_tcp:
            threading.Thread(target=self.accept, daemon=True).start()
        self.later, number = [], 0
        while True:
            pause = max(self.later[0][0] - time.monotonic(), 0) if self.later else 1
            self.datagrams.settimeout(pause or 0.0)
            try:
                octets, peer = self.datagrams.recvfrom(4096)
                self.count('udp')
                for delay, reply in self.udp(Query(octets), peer):
                    if delay:
                        number += 1
                        heapq.heappush(self.later, (time.monotonic() + delay, number, reply, peer))
                    else:
                        self.datagrams.sendto(reply, peer)
            except OSError:
                pass
            except Exception:
                self.count('broken')
            while self.later and self.later[0][0] <= time.monotonic():
                _, _, reply, peer = heapq.heappop(self.later)
                self.datagrams.sendto(reply, peer)

    def accept(self):
        while True:
            stream, _ = self.streams.accept()
            self.count('connections')
            threading.Thread(target=self.converse, args=(stream,), daemon=True).start()

    def converse(self, stream):
        try:
            stream.settimeout(30)
            with stream:
                while self.tcp(stream, Query(receive(stream, struct.unpack('>H', receive(stream, 2))[0]))):
                    pass
        except (OSError, EOFError):
            pass
        except Exception:
            self.count('broken')

    def udp(self, query, peer):
        """Datagrams to send, each with the seconds to wait before."""
        yield 0, query.reply()

    def tcp(self, stream, query):
        """Answers a query on a connection; whether it goes on."""
        self.count('tcp')
        stream.sendall(framed(query.reply()))
        return True


class Server:
    """`patchway serve` under test."""
    program = None

    def __init__(self, lab, *options, port=0, before=(), environment=None, errors=None, wait=10):
        self.lab, self.is_ended = lab, False
        self.log_path = tempfile.mkstemp(dir=lab.folder, suffix='.log')[1]
        command = [*before, self.program, 'serve', '--listen', f'127.0.0.1:{port}', '--admin', '127.0.0.1:0', *options]
        with open(self.log_path, 'wb') as log:
            # setpriv: it ends with this script, even if that is killed.
            self.process = subprocess.Popen(
                ['setpriv', '--pdeathsig', 'KILL', *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=errors or log, env={**os.environ, **(environment or {})})
        lab.processes.append(self)
        self.pid, self.port, self.admin, end = self.process.pid, port, None, time.monotonic() + wait
        while errors is None:
            found = re.search(r'serving on 127\.0\.0\.1:(\d+).*127\.0\.0\.1:(\d+) \(health', self.log())
            if found:
                self.port, self.admin = int(found[1]), int(found[2])
                return
            if self.process.poll() is not None or time.monotonic() > end:
                why = f'not within {wait} s' if self.process.poll() is None else (self.log().strip().split('\n'))[-1]
                self.kill()
                raise RuntimeError(f'the server did not start: {why}')
            time.sleep(0.002)

    def log(self):
        with open(self.log_path, errors='replace') as file:
            return file.read()

    def wait_for(self, text, count=1, seconds=5):
        """Whether the server says something so many times, in time."""
        end = time.monotonic() + seconds
        while self.log().count(text) < count:
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            time.sleep(0.002)
        return True

    def metrics(self):
        """What it has counted."""
        connection = http.client.HTTPConnection('127.0.0.1', self.admin, timeout=5)
        try:
            connection.request('GET', '/metrics')
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        return {name: int(value) for name, value in re.findall(r'^patchway_(\w+?)(?:_total)? (\d+)$', text, re.M)}

    def figures(self):
        """Processor seconds and resident MiB."""
        with open(f'/proc/{self.pid}/stat') as file:
            fields = file.read().rsplit(')', 1)[1].split()
        seconds = (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
        return seconds, int(fields[21]) * os.sysconf('SC_PAGE_SIZE') / 2**20

    def is_alive(self):
        return self.process.poll() is None

    def end(self, number=signal.SIGTERM, seconds=8):
        """Ends it by a signal: the exit code, or None when it does not end in time."""
        self.is_ended = True
        self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        self.is_ended = True
        self.process.kill()
        self.process.wait()
