"""DNS servers of this machine, each a forwarder of one worker in front of the same upstream, on loopback."""
import os, shutil, signal, socket, subprocess, tempfile, time

from benchmarks.common import answer, process_cost, write


def free_ports(count):
    """Ports that are free for UDP and for TCP."""
    held, ports = [], []
    try:
        while len(ports) < count:
            tcp, udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held += [tcp, udp]
            tcp.bind(('127.0.0.1', 0))
            try:
                udp.bind(('127.0.0.1', tcp.getsockname()[1]))
            except OSError:
                continue
            ports.append(tcp.getsockname()[1])
    finally:
        for each in held:
            each.close()
    return ports


class Site:
    """What a server is configured with: a folder of its own, ports, where it forwards to, rules, a certificate and key."""

    def __init__(self, place, upstream, rules=None, certificate=None, program=None, options=()):
        self.place, self.upstream, self.rules, self.certificate = place, upstream, rules, certificate
        self.program, self.options = program, list(options)
        self.udp, self.dot, self.doh = free_ports(3)


def patchway(site):
    command = [site.program, 'serve', '--listen', f'127.0.0.1:{site.udp}', '--upstream', f'127.0.0.1:{site.upstream}']
    if site.rules:
        command += ['--list', site.rules, '--engine', 'pihole', '--block-mode', 'nxdomain']
    if site.certificate:
        command += ['--listen-tls', f'127.0.0.1:{site.dot}', '--listen-https', f'127.0.0.1:{site.doh}',
                    '--tls-cert', site.certificate[0], '--tls-key', site.certificate[1]]
    return command + site.options


def dnsdist(site):
    lines = [f'setLocal("127.0.0.1:{site.udp}", {{reusePort=true}})', 'setSecurityPollSuffix("")', 'setMaxTCPClientThreads(1)',
             f'newServer({{address="127.0.0.1:{site.upstream}", healthCheckMode="up", sockets=1}})', 'getServer(0):setUp()',
             'getPool(""):setCache(newPacketCache(2000000, {maxTTL=86400, numberOfShards=1}))']
    if site.certificate:
        pair = '"%s", "%s"' % site.certificate
        lines += [f'addTLSLocal("127.0.0.1:{site.dot}", {pair})', f'addDOHLocal("127.0.0.1:{site.doh}", {pair}, "/dns-query")']
    if site.rules:
        lines += ['names = newSuffixMatchNode()', f'for name in io.lines("{site.rules}") do names:add(newDNSName(name)) end',
                  'addAction(SuffixMatchNodeRule(names), RCodeAction(DNSRCode.NXDOMAIN))']
    return ['dnsdist', '--supervised', '--disable-syslog', '-C', write(f'{site.place}/dnsdist.lua', lines)]


def unbound(site):
    lines = ['server:', f'interface: 127.0.0.1@{site.udp}', 'do-daemonize: no', 'username: ""', 'chroot: ""', 'pidfile: ""',
             f'directory: "{site.place}"', 'use-syslog: no', f'logfile: "{site.place}/log"', 'module-config: "iterator"',
             'num-threads: 1', 'so-rcvbuf: 4m', 'msg-cache-size: 256m', 'rrset-cache-size: 512m', 'outgoing-range: 8192',
             'num-queries-per-thread: 4096', 'incoming-num-tcp: 200', 'do-not-query-localhost: no', 'do-ip6: no',
             'qname-minimisation: no', 'minimal-responses: yes', 'access-control: 127.0.0.0/8 allow']
    if site.certificate:
        lines += [f'interface: 127.0.0.1@{site.dot}', f'tls-port: {site.dot}', f'interface: 127.0.0.1@{site.doh}',
                  f'https-port: {site.doh}', f'tls-service-pem: "{site.certificate[0]}"',
                  f'tls-service-key: "{site.certificate[1]}"']
    if site.rules:
        lines += [f'local-zone: "{name.strip()}." always_nxdomain' for name in open(site.rules)]
    lines += site.options + ['remote-control:', 'control-enable: no', 'forward-zone:', 'name: "."',
                             f'forward-addr: 127.0.0.1@{site.upstream}']
    return ['unbound', '-d', '-c', write(f'{site.place}/unbound.conf', lines)]


def named(site):
    listen = [f'listen-on port {site.udp} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};']
    head = ['controls { };', 'logging { channel none { null; }; category default { none; }; category unmatched { none; }; };']
    policy, zone = [], []
    if site.certificate:
        head += ['tls local { cert-file "%s"; key-file "%s"; };' % site.certificate, 'http local { endpoints { "/dns-query"; }; };']
        listen += [f'listen-on port {site.dot} tls local {{ 127.0.0.1; }};',
                   f'listen-on port {site.doh} tls local http local {{ 127.0.0.1; }};']
    if site.rules:
        write(f'{site.place}/rpz.zone', ['$TTL 60', '@ SOA localhost. root.localhost. 1 3600 600 86400 60', '@ NS localhost.',
                                         *(f'{name.strip()} CNAME .' for name in open(site.rules))])
        policy = ['response-policy { zone "rpz"; } qname-wait-recurse no;']
        zone = ['zone "rpz" { type primary; file "rpz.zone"; };']
    path = write(f'{site.place}/named.conf', [
        *head, f'options {{ directory "{site.place}"; pid-file none; session-keyfile none; recursion yes; forward only;',
        f'forwarders port {site.upstream} {{ 127.0.0.1; }}; dnssec-validation no; minimal-responses yes; max-cache-size 768m;',
        'recursive-clients 20000; querylog no; tcp-clients 500;', *listen, *policy, *site.options,
        '};', *zone])
    return ['named', '-f', '-4', '-n', '1', '-c', path]


def kresd(site):
    listen = [('dns', site.udp)]
    if site.certificate:
        listen += [('tls', site.dot), ('doh2', site.doh)]
    lines = [f"net.listen('127.0.0.1', {port}, {{ kind = '{kind}' }})" for kind, port in listen]
    if site.certificate:
        lines += ["net.tls('%s', '%s')" % site.certificate]
    lines += ['cache.size = 500 * MB', "trust_anchors.remove('.')", "modules = { 'policy' }",
              *(f"modules.unload('{name}')" for name in ('ta_update', 'ta_signal_query', 'priming', 'detect_time_skew',
                                                         'detect_time_jump'))]
    if site.rules:
        write(f'{site.place}/rpz.zone', ['$ORIGIN .', '$TTL 60', *(f'{name.strip()} CNAME .' for name in open(site.rules))])
        lines += [f"policy.add(policy.rpz(policy.DENY, '{site.place}/rpz.zone'))"]
    lines += site.options + [f"policy.add(policy.all(policy.STUB({{'127.0.0.1@{site.upstream}'}})))", "log_level('crit')"]
    return ['kresd', '-n', '-q', '-c', write(f'{site.place}/kresd.conf', lines), site.place]


def echo(site):
    """A datagram back as it came but for QR: what the sockets alone cost."""
    source, program = os.path.join(os.path.dirname(__file__), 'echo.c'), f'{site.place}/echo'
    compiler = shutil.which('cc') or shutil.which('clang') or 'cc'
    subprocess.run([compiler, '-O2', '-o', program, source], check=True)
    return [program, str(site.udp)]


def nsd(site):
    """The upstream: authoritative for the root, which is the file `root.zone` of the site's folder."""
    path = write(f'{site.place}/nsd.conf', [
        'server:', f'ip-address: 127.0.0.1@{site.udp}', 'server-count: 1', 'username: ""', 'chroot: ""',
        f'zonesdir: "{site.place}"', 'database: ""', f'pidfile: "{site.place}/pid"', f'xfrdfile: "{site.place}/xfrd"',
        f'zonelistfile: "{site.place}/zones"', f'logfile: "{site.place}/log"', 'rrl-ratelimit: 0', 'refuse-any: no',
        'rrl-whitelist-ratelimit: 0', 'tcp-count: 500', *site.options,
        'remote-control:', 'control-enable: no', 'zone:', 'name: "."', 'zonefile: "root.zone"'])
    return ['nsd', '-d', '-c', path]


KINDS = {'patchway': patchway, 'echo': echo, 'dnsdist': dnsdist, 'unbound': unbound, 'named': named, 'kresd': kresd, 'nsd': nsd}


def installed(name):
    return name in ('patchway', 'echo') or shutil.which(name) is not None


PROCESSORS = sorted(os.sched_getaffinity(0))


def pinned(*places):
    """Keeps a process to processors by their place, -1 the last one; without places, or on one processor, it runs freely."""
    chosen = {PROCESSORS[place] for place in places}
    return (lambda: os.sched_setaffinity(0, chosen)) if chosen and len(PROCESSORS) > 1 else None


class Server:
    """A running server; `probe` is a name that it must answer before it counts as up, with the code `expected`."""

    def __init__(self, name, site, places=(0,), probe='ns.bench', expected=(0,), seconds=180):
        self.name, self.site = name, site
        command = KINDS[name](site)
        self.output = open(f'{site.place}/output', 'wb')
        start = time.monotonic()
        self.process = subprocess.Popen(command, cwd=site.place, stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=self.output, preexec_fn=pinned(*places))
        self.seconds = None
        while time.monotonic() - start < seconds and self.process.poll() is None:
            reply = answer(site.udp, probe)
            if reply and reply[0] in expected:
                self.seconds = time.monotonic() - start
                return
            time.sleep(0.005)
        self.stop()
        self.output.close()
        said = open(f'{site.place}/output', errors='replace').read().strip().splitlines()
        raise RuntimeError(f'{name} did not come up' + (': ' + said[-1] if said else ''))

    def processor(self):
        """Processor seconds of all its threads, from the scheduler's own count where the kernel keeps one."""
        pids, spent = [self.process.pid], 0
        for pid in pids:
            for task in os.listdir(f'/proc/{pid}/task'):
                try:
                    spent += int(open(f'/proc/{pid}/task/{task}/schedstat').read().split()[0])
                    pids += map(int, open(f'/proc/{pid}/task/{task}/children').read().split())
                except OSError:
                    continue
        return spent / 1e9 if spent else process_cost(self.process.pid)[0]

    def resident(self):
        return process_cost(self.process.pid)[1]

    def stop(self):
        for kind in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(kind)
                try:
                    self.process.wait(3)
                except subprocess.TimeoutExpired:
                    continue
        self.output.close()


def place_in(folder):
    return tempfile.mkdtemp(dir=folder)
