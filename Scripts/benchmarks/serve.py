"""What a query costs `patchway serve` and its peers: rows of servers that are measured in turn over the same questions."""
import os, statistics, subprocess, tempfile, time

from benchmarks import longrun
from benchmarks.common import make_rules, write
from benchmarks.load import Load, ask, ask_web, make_zone
from benchmarks.servers import Server, Site, installed, place_in


class Entry:
    """One server of a row: its title there, its kind, whether it has the rules, options of `patchway`."""

    def __init__(self, title, kind, rules=False, options=(), places=(0,)):
        self.title, self.kind, self.rules, self.options, self.places = title, kind, rules, options, places


class Row:
    """What is measured, the servers, and (entry, entry it is compared with, at most) for those that have a bound."""

    def __init__(self, title, entries, bounds, ask=None, warm='pool', expected='NOERROR'):
        self.title, self.entries, self.bounds = title, entries, bounds
        self.ask, self.warm, self.expected = ask, warm, expected


SHADOW = ['--mode', 'shadow', '--flags', '--capture', '{place}/capture']
OURS = Entry('patchway', 'patchway', True, SHADOW)
BARE = Entry('patchway, no rules', 'patchway')
TWO = (0, -1)
PEERS = [Entry(kind, kind) for kind in ('dnsdist', 'unbound', 'named', 'kresd')]
BLOCKING = [Entry(kind, kind, True) for kind in ('dnsdist', 'unbound', 'named', 'kresd')]


def streams(bench, server, run):
    return ask(server.site.udp, bench.load.hits(), 'tcp', clients=10)


def secured(bench, server, run):
    return ask(server.site.dot, bench.load.few_hits(bench.load.count // 4), 'dot', clients=10)


def web(bench, server, run):
    return ask_web(server.site.doh, bench.load, bench.load.count // 4)


def each_full(bench, server, run):
    """As many questions under way for every worker."""
    workers = 2 if '--workers' in server.site.options else 1
    return ask(server.site.udp, bench.load.hits(), clients=8 * workers, outstanding=100 * workers)


def hits(bench, server, run):
    return ask(server.site.udp, bench.load.hits())


def misses(bench, server, run):
    return ask(server.site.udp, bench.load.misses(run))


def latency(bench, server, run):
    path = f'{server.site.place}/answers'
    outcome = ask(server.site.udp, bench.load.hits(), rate=50_000, verbose=path)
    times = sorted(float(line.rsplit(' ', 1)[1]) for line in open(path) if line.startswith('> ') and line[-2].isdigit())
    os.unlink(path)
    outcome.figures = {f'{share} %': times[int(len(times) * share / 100)] * 1e6 for share in (50, 99)} if times else {}
    return outcome


ROWS = {
    'hit': Row('answers from the cache', [
        OURS, Entry('patchway, log', 'patchway', True, SHADOW + ['--log-all']), BARE, *PEERS, Entry('echo', 'echo')],
        [('patchway', 'dnsdist', 0.65), ('patchway', 'unbound', 0.65), ('patchway', 'echo', 1.30), ('echo', 'dnsdist', None)], hits),
    'blocked': Row('blocked names; capture has a record of every one', [
        Entry('patchway', 'patchway', True, ['--mode', 'enforce', *SHADOW[2:]]),
        Entry('without capture', 'patchway', True, ['--mode', 'enforce']), *BLOCKING],
        [('patchway', ('dnsdist', 'unbound', 'kresd'), 0.60), ('without capture', ('dnsdist', 'unbound', 'kresd'), None)],
        lambda bench, server, run: ask(server.site.udp, bench.load.blocked()), warm='blocked', expected='NXDOMAIN'),
    'miss': Row('misses; pool of source ports, and a fresh port for every query', [
        OURS, Entry('patchway, fresh', 'patchway', True, SHADOW + ['--source-ports', 'fresh']), *PEERS],
        [('patchway', 'dnsdist', 1.00), ('patchway, fresh', 'unbound', 0.50)], misses, warm=None),
    'tcp': Row('answers from the cache over TCP, 10 connections, pipelined', [OURS, *PEERS],
               [('patchway', 'dnsdist', 1.00)], streams),
    'dot': Row('the same over TLS', [OURS, *PEERS], [('patchway', 'dnsdist', 1.00), ('patchway', 'unbound', 0.80)], secured),
    'doh': Row('answers from the cache over HTTPS, 10 connections', [OURS, *PEERS],
               [('patchway', 'dnsdist', 1.00), ('patchway', 'unbound', 0.80)], web),
    'workers': Row('answers from the cache, two workers on two processors and one on one', [
        OURS, Entry('two workers', 'patchway', True, SHADOW + ['--workers', '2'], TWO)],
        [('two workers', 'patchway', 1.15)], each_full),
    'latency': Row('latency under 50,000 queries a second on one processor', [OURS, *PEERS[:2]], [], latency),
    'memory': Row('resident memory with the rules and an empty cache, and start to the first filtered answer', [
        Entry('patchway', 'patchway', True, ['--mode', 'enforce', *SHADOW[2:]]), *BLOCKING], []),
}


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        rules = make_rules(options.rules)
        self.rules = write(f'{folder}/rules.txt', rules)
        self.last_rule = rules[-1]
        home = place_in(folder)
        self.load = Load(folder, make_zone(home), rules, options.queries)
        self.certificate = (f'{folder}/certificate.pem', f'{folder}/key.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
                        '-out', self.certificate[0], '-keyout', self.certificate[1]], check=True, stderr=subprocess.DEVNULL)
        self.upstream = Server('nsd', Site(home, 0), places=(-1,))

    def start(self, entry, filtered=False):
        """A server of a row. With `filtered` it is up when it blocks the last rule."""
        place = place_in(self.folder)
        site = Site(place, self.upstream.site.udp, self.rules if entry.rules else None, self.certificate,
                    os.path.join(self.options.build, 'patchway'), [each.format(place=place) for each in entry.options])
        # Every server of every row has listeners for TLS, which cost nothing while idle: rows differ in what is asked alone.
        if filtered:
            return Server(entry.kind, site, entry.places, self.last_rule, (3,))
        return Server(entry.kind, site, entry.places)

    def started(self, entries):
        servers = {}
        for entry in entries:
            if not installed(entry.kind):
                print(f'  {entry.title}: not measured: not installed')
                continue
            try:
                servers[entry.title] = self.start(entry)
            except RuntimeError as error:
                print(f'  {entry.title}: not measured: {error}')
        return servers

    def measure(self, row):
        """One row: every server in turn, `runs` times, each time with the next one first."""
        cost, rate, more, servers = {}, {}, {}, self.started(row.entries)
        try:
            for server in servers.values():
                if row.warm:
                    ask(server.site.udp, getattr(self.load, row.warm)())
            for run in range(self.options.runs):
                turn = list(servers)[run % len(servers):] + list(servers)[:run % len(servers)] if servers else []
                for title in turn:
                    server = servers[title]
                    before = server.processor()
                    outcome = row.ask(self, server, run)
                    spent = server.processor() - before
                    trouble = outcome.trouble(row.expected)
                    if trouble:
                        print(f'  {title}: not measured: {trouble}')
                        servers.pop(title).stop()
                        cost.pop(title, None)
                        continue
                    cost.setdefault(title, []).append(spent / outcome.answered * 1e6)
                    rate.setdefault(title, []).append(outcome.rate)
                    for what, value in getattr(outcome, 'figures', {}).items():
                        more.setdefault(what, {}).setdefault(title, []).append(value)
        finally:
            for server in servers.values():
                server.stop()
        for title, values in cost.items():
            print(f'  {title:18} {spread(values, "µs a query")}   {statistics.median(rate[title]):>9.0f} q/s')
        for what, columns in more.items():
            for title, values in columns.items():
                print(f'  {title:18} {spread(values, "µs until " + what + " are answered")}')
        show_bounds(row.bounds, cost)
        if '99 %' in more:
            show_bounds([('patchway', 'dnsdist', 1.00)], more['99 %'], 'latency of the 99th in a hundred, ')

    def memory(self, row):
        """Memory and start: every run starts every server anew, alone."""
        resident, start = {}, {}
        for _ in range(self.options.runs):
            for entry in row.entries:
                if not installed(entry.kind):
                    continue
                try:
                    server = self.start(entry, filtered=True)
                except RuntimeError as error:
                    print(f'  {entry.title}: not measured: {error}')
                    continue
                resident.setdefault(entry.title, []).append(server.resident() / 1e6)
                start.setdefault(entry.title, []).append(server.seconds)
                server.stop()
        for title in resident:
            print(f'  {title:18} {spread(resident[title], "MB")}   {spread(start[title], "s to the first filtered answer")}')
        if 'patchway' in resident:
            print(f'  patchway: {statistics.median(resident["patchway"]):.0f} MB (at most 120);'
                  f' {statistics.median(start["patchway"]):.2f} s (at most 0.4 on an idle machine)')
        show_bounds([('patchway', title, None) for title in resident if title != 'patchway'], resident, 'memory, ')


def spread(values, unit):
    middle = statistics.median(values)
    digits = 2 if middle < 100 else 0
    return f'{middle:>9.{digits}f} {unit} ({min(values):.{digits}f} to {max(values):.{digits}f})'


def show_bounds(bounds, columns, prefix=''):
    """Ratios of runs beside each other, their median; of several peers the cheapest one counts."""
    for ours, peers, bound in bounds:
        known = [peer for peer in ([peers] if isinstance(peers, str) else peers) if peer in columns]
        if ours not in columns or not known:
            print(f'  {prefix}{ours} : {peers}: not measured')
            continue
        peer = min(known, key=lambda title: statistics.median(columns[title]))
        ratios = [mine / other for mine, other in zip(columns[ours], columns[peer])]
        middle = statistics.median(ratios)
        said = '' if bound is None else f', at most {bound:.2f}: ' + ('kept' if middle <= bound else 'NOT KEPT')
        print(f'  {prefix}{ours} : {peer} = {middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f}){said}')


def serve(options):
    chosen = options.rows.split(',') if options.rows else list(ROWS)
    unknown = [name for name in chosen if name not in ROWS]
    if unknown:
        raise SystemExit(f'no such row: {", ".join(unknown)}; there are {", ".join(ROWS)}')
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        try:
            print(f'{options.rules} rules, {options.queries} queries a run, {options.runs} runs, {os.cpu_count()} processors')
            for name in chosen:
                row, start = ROWS[name], time.monotonic()
                print(f'{name}: {row.title} (load average {os.getloadavg()[0]:.1f})', flush=True)
                bench.memory(row) if name == 'memory' else bench.measure(row)
                print(f'  {time.monotonic() - start:.0f} s', flush=True)
            if options.long:
                ours = Entry('patchway', 'patchway', True, SHADOW + ['--cache', '64'])
                longrun.long_run(bench, [ours, *PEERS[:2]])
        finally:
            bench.upstream.stop()
