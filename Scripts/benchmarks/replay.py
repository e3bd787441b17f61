"""What reading logs costs beside programs that count names in them."""
import os, shutil, sys, tempfile
from collections import namedtuple

from benchmarks import replaylogs
from benchmarks.common import Figures, make_rules, run, write

DUCKDB = '''import duckdb, sys
base = duckdb.connect(config={"threads": 2})
source, column = {"zeek": ("read_csv(?, delim='\\t', comment='#', header=false, all_varchar=true)", "column09"),
                  "json": ("read_ndjson(?)", "query")}[sys.argv[1]]
print(len(base.execute(f"select {column}, count(*) from {source} group by 1", [sys.argv[2]]).fetchall()))'''


def mawk(path):
    return ['mawk', r'/ query\[/ { count[$(NF-2)]++ } END { for (name in count) print name, count[name] }', path]


def duckdb(kind):
    return lambda path: [sys.executable, '-c', DUCKDB, kind, path]


def dnstop(path):
    return ['dnstop', '-l', '3', path]


# A log, how many times the records of the others it has, the program beside it and what of its time ours should be at most:
# of processor time, or of wall time beside one that has two threads.
Row = namedtuple('Row', 'make times peer command is_wall limit')
ROWS = {
    'dnsmasq': Row(replaylogs.dnsmasq, 2, 'mawk', mawk, False, 0.5),
    'zeek-tsv': Row(replaylogs.zeek, 1, 'duckdb', duckdb('zeek'), True, 0.7),
    'zeek-json': Row(replaylogs.zeek_json, 1, 'duckdb', duckdb('json'), True, None),
    'pcap': Row(replaylogs.pcap, 1, 'dnstop', dnstop, False, 0.5),
}


def is_there(peer):
    if peer == 'duckdb':
        return run([sys.executable, '-c', 'import duckdb; print(1)'])[0] == '1\n'
    return shutil.which(peer) is not None


def one_log(figures, name, row, command, path, loading):
    """Ours over one log, and the program beside it."""
    octets, (wall_before, work_before) = os.path.getsize(path), loading
    _, wall, work = run([*command, path])
    wall, work = wall - wall_before, work - work_before
    figures.add(f'patchway {name}', wall if row.is_wall else work, 's wall' if row.is_wall else 's')
    figures.add(f'patchway {name} rate', octets / 1e6 / work, 'MB/s')
    if is_there(row.peer):
        _, wall, work = run(row.command(path))
        figures.add(f'{row.peer} {name}', wall if row.is_wall else work, 's wall' if row.is_wall else 's')


def replay(options):
    figures, rows = Figures(), {name: ROWS[name] for name in (options.rows.split(',') if options.rows else ROWS)}
    with tempfile.TemporaryDirectory() as folder:
        rules = write(f'{folder}/rules.txt', make_rules(options.rules))
        command = [f'{options.build}/patchway', 'replay', '--year', '2026', '--list', rules, '--engine', 'pihole']
        small = write(f'{folder}/names.txt', ['one.example'])
        logs = {name: row.make(f'{folder}/{name}', row.times * options.records) for name, row in rows.items()}
        halves = [replaylogs.dnsmasq(f'{folder}/half.{half}', options.records) for half in (1, 2)]
        for number in range(options.runs):
            print(f'run {number + 1} of {options.runs}, load average {os.getloadavg()[0]:.1f}', flush=True)
            _, *loading = run([*command, '--format', 'names', small])
            for name, path in logs.items():
                one_log(figures, name, rows[name], command, path, loading)
            for jobs in ('1', '2'):
                _, wall, _ = run([*command, '--jobs', jobs, *halves])
                figures.add(f'patchway two files, jobs {jobs}', wall - loading[0], 's wall')
    print(f'{options.rules} rules, {options.records} records, {os.cpu_count()} processors; loading the rules is taken off')
    figures.show()
    print('ratios (medians of this run)')
    for name, row in rows.items():
        theirs = figures.median(f'{row.peer} {name}')
        if theirs is not None:
            limit = f' (at most {row.limit})' if row.limit else ''
            print(f'ratio ours/{row.peer} {name} {figures.median(f"patchway {name}") / theirs:.2f}{limit}')
    one, two = (figures.median(f'patchway two files, jobs {jobs}') for jobs in ('1', '2'))
    print(f'ratio one job/two jobs {one / two:.2f} (at least 1.7)')
