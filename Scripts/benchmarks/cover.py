"""What it costs to prove what lists of names to allow cover, product by product."""
import os, tempfile

from benchmarks.common import Figures, make_rules, run, write


def zone(names):
    head = ['$TTL 60', '@ SOA ns. host. 1 2 3 4 5', '@ NS ns.']
    return head + [f'{owner} CNAME rpz-passthru.' for name in names for owner in (name, f'*.{name}')]


def pac(names):
    return ['function FindProxyForURL(url, host) {',
            *(f'  if (shExpMatch(host, "*.{name}") || host == "{name}") return "DIRECT";' for name in names),
            '  return "PROXY proxy.example:8080";', '}']


# How a product lists a name with everything below it, and how many names its lists have here.
ROWS = {
    'pan-os': (lambda names: [line for name in names for line in (name, f'*.{name}')], 10_000),
    'zscaler': (lambda names: [f'.{name}' for name in names], 10_000),
    'fortigate': (lambda names: [line for name in names for line in (name, f'*.{name}')], 10_000),
    'umbrella': (lambda names: names, 10_000),
    'squid': (lambda names: [f'.{name}' for name in names], 10_000),
    'pac': (pac, 1_000),
    'bind-rpz': (zone, 10_000),
    'adguard-home': (lambda names: [f'@@||{name}^' for name in names], 10_000),
}
# The most that one product should take.
LIMIT = 0.1


def documented(build):
    """The names under which the catalog has patterns."""
    rows = run([f'{build}/patchway', 'catalog', 'list'])[0].split('\n')
    patterns = {row.split()[3] for row in rows if len(row.split()) > 3}
    return sorted(pattern[2:] for pattern in patterns if pattern.startswith('*.') and '*' not in pattern[2:])


def cover(options):
    figures, rows = Figures(), options.rows.split(',') if options.rows else list(ROWS)
    own, program = documented(options.build), f'{options.build}/patchway'
    with tempfile.TemporaryDirectory() as folder:
        lists = {}
        for product in rows:
            make, count = ROWS[product]
            lists[product] = write(os.path.join(folder, f'{product}.txt'), make(own + make_rules(count)))
        for _ in range(options.runs):
            for product in rows:
                role = ['--role', 'allow'] if product == 'squid' else []
                command = [program, 'cover', '--engine', product, *role, '-o', 'ndjson', lists[product]]
                output, wall, work = run(command)
                if '"kind":"summary"' not in output:
                    raise SystemExit(f'{" ".join(command)}: no summary')
                # Start, catalog and list are the same for one name.
                _, _, start = run([program, 'check', 'a.example', '--qtype', 'A', '--engine', product, *role, '--known-chains',
                                   '--list', lists[product]])
                figures.add(f'{product}: start and load', start, 's')
                figures.add(f'{product}: prove', work - start, 's')
                figures.add(f'{product}: all, wall', wall, 's')
    figures.show()
    for product in rows:
        taken = figures.median(f'{product}: prove')
        print(f'  {product}: {taken / LIMIT:.2f} of what it should take at most')
