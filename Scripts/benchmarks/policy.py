"""What a policy costs beside the DNS servers of this machine: load time, memory, lookups."""
import os, random, re, shutil, signal, subprocess, tempfile, time

from benchmarks.common import Figures, answer, free_port, make_rules, process_cost, run, write


def start_server(command, port, name, folder):
    """Wall seconds, processor seconds and resident octets once a server blocks `name`; None if it never does."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - start < 180:
            if process.poll() is not None:
                return None
            reply = answer(port, name)
            if reply and (reply[0] == 3 or reply == (0, 1)):
                return (time.monotonic() - start, *process_cost(process.pid))
            time.sleep(0.005)
        return None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def dnsmasq(folder, rules, port):
    path = write(f'{folder}/dnsmasq.conf', [
        f'port={port}', 'listen-address=127.0.0.1', 'bind-interfaces', 'no-resolv', 'no-hosts', 'user=root', 'pid-file=',
        'server=127.0.0.1#9', *(f'address=/{name}/#' for name in rules)])
    return ['dnsmasq', '-k', '-C', path]


def unbound(folder, rules, port):
    path = write(f'{folder}/unbound.conf', [
        'server:', f'interface: 127.0.0.1@{port}', 'do-daemonize: no', 'username: ""', 'chroot: ""', f'directory: "{folder}"',
        'pidfile: ""', 'use-syslog: no', f'logfile: "{folder}/unbound.log"', 'module-config: "iterator"',
        *(f'local-zone: "{name}." always_nxdomain' for name in rules),
        'remote-control:', 'control-enable: no', 'forward-zone:', 'name: "."', 'forward-addr: 127.0.0.1@9'])
    return ['unbound', '-d', '-c', path]


def named(folder, rules, port):
    write(f'{folder}/rpz.zone', ['$TTL 60', '@ SOA localhost. root.localhost. 1 3600 600 86400 60', '@ NS localhost.',
                                 *(f'{name} CNAME .' for name in rules)])
    path = write(f'{folder}/named.conf', [
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};',
        'pid-file none; session-keyfile none; dnssec-validation no; forward only; forwarders { 127.0.0.1 port 9; };',
        'response-policy { zone "rpz"; } qname-wait-recurse no; };', 'controls { };',
        'zone "rpz" { type primary; file "rpz.zone"; };'])
    return ['named', '-g', '-c', path]


PEERS = {'dnsmasq': dnsmasq, 'unbound': unbound, 'named': named}


BUILD = ''


def stack_cost(figures, title, layers):
    out, _, _ = run([f'{BUILD}/policy-bench', *layers])
    for line in out.splitlines():
        name, value, *unit = line.split(' ')
        figures.add(f'{title} {name}', float(value), ' '.join(unit))
    return out


def check_cost(figures, title, names, options):
    """Names a second of `check`, without and with what loading costs."""
    count = sum(1 for _ in open(names))
    single = write(names + '.1', ['one.example'])
    command = [f'{BUILD}/patchway', 'check', '--qtype', 'A', '-o', 'ndjson', *options, '-f']
    _, load_wall, load = run(command + [single])
    _, _, whole = run(command + [names])
    figures.add(f'{title} start to first verdict', load_wall, 's wall')
    figures.add(f'{title} start to first verdict, processor', load, 's')
    figures.add(f'{title} check, loaded', count / max(whole - load, 1e-9), 'names/s')
    figures.add(f'{title} check, start to end', count / whole, 'names/s')


def layers_of(folder):
    """The lists of a folder by the engine that their format suggests; those that are none are counted."""
    layers, refused = {}, 0
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        out, _, _ = run([f'{BUILD}/patchway', 'check', '--list', path, '--qtype', 'A', '-o', 'ndjson', 'one.example'])
        engine = re.search(r'"stack":"([a-z-]+),', out)
        if engine and ',' not in path and '=' not in path:
            layers.setdefault(engine[1], []).append(path)
        else:
            refused += 1
    print(f'{sum(map(len, layers.values()))} lists in {len(layers)} layers; {refused} files are no lists that can be evaluated')
    return layers


def peers_cost(figures, folder, rules):
    for name, configure in PEERS.items():
        if not shutil.which(name):
            continue
        for suffix, kept in (('', rules), (' empty', rules[-1:])):
            place, port = tempfile.mkdtemp(dir=folder), free_port()
            cost = start_server(configure(place, kept, port), port, kept[-1], place)
            shutil.rmtree(place)
            if cost is None:
                print(f'{name} did not come up')
                break
            for what, value, unit in zip(('to policy in force', 'processor', 'resident'), cost, ('s wall', 's', 'octets')):
                figures.add(f'{name}{suffix} {what}', value, unit)


def summary(figures, rules):
    ours = figures.median('patchway resident')
    wall, work = (figures.median('patchway start to first verdict' + end) for end in ('', ', processor'))
    if None in (ours, wall, work):
        return
    print('ratios to Patchway (medians of this run)')
    beside = figures.median('patchway beside-the-lists')
    for name in PEERS:
        full, empty = figures.median(f'{name} resident'), figures.median(f'{name} empty resident')
        if full is None or empty is None:
            continue
        octets = (full - empty) / rules
        print(f'  {name:10} time {figures.median(name + " to policy in force") / wall:6.1f}   processor'
              f' {figures.median(name + " processor") / work:6.1f}   memory a rule {octets:6.1f} octets,'
              f' {octets / beside:4.1f} times ours beside the list, {octets * rules / (ours * 1e6):4.1f} times with it')


def policy(options):
    global BUILD
    BUILD = options.build
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        rules = make_rules(options.rules)
        path = write(f'{folder}/rules.txt', rules)
        rnd = random.Random(5)
        names = write(f'{folder}/names.txt', (
            rnd.choice(rules) if rnd.random() < 0.5 else f'h{rnd.getrandbits(28):x}.cdn.www.m{rnd.getrandbits(20):x}.com'
            for _ in range(1_000_000)))
        for number in range(options.runs):
            print(f'run {number + 1} of {options.runs}, load average {os.getloadavg()[0]:.1f}', flush=True)
            stack_cost(figures, 'patchway', [f'pihole={path}'])
            check_cost(figures, 'patchway', names, ['--list', path, '--engine', 'pihole'])
            peers_cost(figures, folder, rules)
        print(f'{len(rules)} rules, {os.cpu_count()} processors')
        figures.show()
        summary(figures, len(rules))
        if not options.lists:
            return
        layers, many = layers_of(options.lists), Figures()
        stack = write(f'{folder}/stack.yaml', ['layers:', *(line for engine, paths in layers.items() for line in (
            f'  - engine: {engine}', '    lists:', *(f'      - "{path}"' for path in paths)))])
        for _ in range(options.runs):
            stack_cost(many, 'stack', [f'{engine}={",".join(paths)}' for engine, paths in layers.items()])
            check_cost(many, 'stack', names, ['--stack', stack])
        many.show()
