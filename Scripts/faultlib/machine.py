"""Runs in which disk, pipes and clock of the machine misbehave."""
import contextlib, glob, json, os, signal, time

from .run import *

# Where records go


@run
def disk_full(run):
    """the disk of the records is full (1 MB): queries go on, what is lost is counted exactly and told, records go on whole
    when there is room again"""
    if os.geteuid():
        raise NotRun('a small disk in a mount namespace needs root')
    mount = run.lab.path('disk')
    os.mkdir(mount)
    options = ['--upstream', Upstream(run.lab).address, '--capture', mount + '/records.ndjson', '--log-all', *run.policy()]
    server = Server(run.lab, *options,
                    before=['unshare', '-m', 'sh', '-c', f'mount -t tmpfs -o size=1m faults {mount} && exec "$@"', 'sh'])
    place = f'/proc/{server.pid}/root{mount}/'
    records = place + 'records.ndjson'
    with open(place + 'filler', 'wb') as filler:
        filler.write(bytes(512 << 10))
    first = run.ask(server, mixed(names('u', count=3000), blocked()), rate=1500)
    time.sleep(0.5)
    lost, (bad, good) = server.metrics()['dropped_records'], unreadable(records)
    run.check(lost > 0 and bad <= 1, f'full: {lost} lost, {bad} broken lines')
    run.check(good + lost == first.sent, f'full: {good} records and {lost} said lost of {first.sent}')
    os.remove(place + 'filler')
    second = run.ask(server, mixed(names('v', count=300), blocked()), rate=1000)
    time.sleep(0.5)
    now_lost, (bad, more) = server.metrics()['dropped_records'], unreadable(records)
    run.check(now_lost == lost, f'room again: {now_lost - lost} records lost')
    run.check(bad <= 1 and more - good == second.sent, f'room again: {more - good} records of {second.sent}, {bad} broken lines')
    run.check(server.end() == 0, 'it does not end with 0')
    run.check(f'{lost} records lost' in server.log(), 'what was lost is not told at the end')
    run.note(f'{lost} records lost')


@run
def blocked_sink(run):
    """a pipe that nobody reads takes the records, another one standard error: queries go on, what is lost is counted, it ends
    when told to; a FIFO without reader does not hold up the start"""
    fifo = run.lab.path('fifo')
    os.mkfifo(fifo)
    options = ['--upstream', Upstream(run.lab).address, *run.policy()]
    records = ['--capture', fifo, '--log-all']
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        server = Server(run.lab, *options, *records)
        run.ask(server, mixed(names('w', count=6000), blocked()), rate=3000)
        lost = server.metrics()['dropped_records']
        run.check(lost > 1000, 'drops are not counted')
        run.note(f'{lost} records lost')
        run.check(server.end() == 0, 'blocked records: it does not end within 8 s of SIGTERM')
        server.kill()
    finally:
        os.close(reader)
    silent, errors = os.pipe()
    try:
        server = Server(run.lab, *options, '--flags', port=free_port(), errors=errors)
        time.sleep(1)
        full = os.open(f'/proc/self/fd/{errors}', os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while os.write(full, b'.' * 4096):
                pass
        os.close(full)
        run.ask(server, names('x', count=300), rate=300, what='blocked standard error')
        server.process.send_signal(signal.SIGHUP)
        run.ask(server, names('y', count=300), rate=300, what='blocked standard error')
        run.check(server.end() == 0, 'blocked standard error: it does not end within 8 s of SIGTERM')
        server.kill()
    finally:
        os.close(silent)
        os.close(errors)
    try:
        server = Server(run.lab, *options, *records, wait=4)
        run.ask(server, names('z', count=100), rate=300)
    except RuntimeError as fault:
        # That it says why and ends is well.
        run.check('not within' not in str(fault), f'a FIFO without reader: {fault}')


# The clock


@run
def clock(run):
    """the clock jumps a day ahead, 40 days back and to 2039, and the machine has just or long ago started: right answers,
    TTLs that go on as before, records that follow"""
    library = next(iter(glob.glob('/usr/lib/*/faketime/libfaketime.so.1')), None)
    if not library:
        raise NotRun('libfaketime is not there (Scripts/packages faketime)')
    records, when = run.lab.path('records.ndjson'), run.lab.path('time', '+0\n')
    options = ['--upstream', Upstream(run.lab).address, '--capture', records, '--log-all', *run.policy()]
    server = Server(run.lab, *options, environment={
        'LD_PRELOAD': library, 'FAKETIME_TIMESTAMP_FILE': when, 'FAKETIME_NO_CACHE': '1', 'FAKETIME_DONT_FAKE_MONOTONIC': '1'})
    run.ask(server, each(('steady.fault.example', 'A', is_true)))
    start = time.monotonic()

    def goes_on(name, word, reply):
        return is_true(name, word, reply) and abs(reply.sections[0][0][2] + time.monotonic() - start - 300) < 3
    load = Load(server.port, mixed(names('a'), blocked()), rate=200)
    load.start()
    for jump in ('+1d', '-40d', '+4500d'):
        run.lab.path('time', jump + '\n')
        time.sleep(run.seconds / 4)
        run.ask(server, each(*[('steady.fault.example', 'A', goes_on)] * 20), rate=100, what=jump)
    run.take(load, ends=True)
    run.check(server.metrics()['uptime_seconds'] < 60, 'the time since the start jumps')
    run.check(server.end() == 0, 'it does not end with 0')
    with open(records) as file:
        months = {json.loads(line)['time'][:7] for line in file}
    run.check(len(months) >= 3, f'records do not follow the clock: {sorted(months)}')
    if os.geteuid():
        raise NotRun('the other half needs root (unshare -T)')
    with open('/proc/uptime') as file:
        uptime = int(float(file.read().split()[0]))
    for offset in (1 - uptime, 3_000_000_000):
        server = Server(run.lab, '--upstream', Upstream(run.lab).address, *run.policy(),
                        before=['unshare', '-T', '--monotonic', str(offset), '--boottime', str(offset)])
        run.ask(server, mixed(names('b', count=200), blocked()), rate=200, what=f'{offset} s off')
        run.check(server.end() == 0, 'it does not end with 0')
