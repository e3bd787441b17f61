"""Runs about where questions go: strategies, routes, and upstreams that are moved by a reload."""
import os, signal, time

from .run import *


def within(zone, is_right, count=None):
    """Names of a zone that nobody asked for before."""
    for name, word, _ in names('z', count=count):
        yield name.replace('.fault.', f'.{zone}.fault.'), word, is_right


@run
def strategies(run):
    """one of three upstreams stops: with parallel nothing is later than 0.3 s, with fastest and round-robin nothing than 1 s;
    nothing is lost, and nothing is asked again but what was under way when it stopped"""
    for strategy, late in (('parallel', 0.3), ('fastest', 1), ('round-robin', 1)):
        made = [Upstream(run.lab) for _ in range(3)]
        options = [word for upstream in made for word in ('--upstream', upstream.address)]
        server = Server(run.lab, *options, '--upstream-strategy', strategy)
        load = Load(server.port, names('a'), rate=200, late=late)
        load.start()
        time.sleep(1)
        before = [upstream.seen('udp') for upstream in made]
        if strategy == 'round-robin':
            run.check(max(before) - min(before) <= 2, f'{strategy}: {before} questions')
        stopped = made[before.index(max(before))]
        stopped.send_signal(signal.SIGSTOP)
        time.sleep(run.seconds)
        stopped.send_signal(signal.SIGCONT)
        time.sleep(1)
        sent = run.take(load, ends=True, what=strategy).sent
        asked = sum(upstream.seen('udp') for upstream in made)
        # What was under way in the 0.8 s that a try takes is asked again.
        most = sent * (2 if strategy == 'parallel' else 1) * 1.05 + 0.8 * load.rate
        run.check(asked <= most, f'{strategy}: {asked} questions for {sent}')
        run.note(f'{strategy} {asked} asked for {sent}')


class Outsider(Upstream):
    """Counts names of a zone that it must not hear of."""
    COUNTERS = (*Upstream.COUNTERS, 'leaked')

    def udp(self, query, peer):
        if query.name.endswith('.corp.fault.example') and not query.name.endswith('.www.corp.fault.example'):
            self.count('leaked')
        yield 0, query.reply()


@run
def routes(run):
    """the servers of a route stop: its names get SERVFAIL with EDE 22 or 23 within 4 s, all others right answers within 1 s; no
    other upstream hears of its names, but of those of an exception"""
    outside, inside = Outsider(run.lab), [Upstream(run.lab) for _ in range(2)]
    route = 'corp.fault.example=' + ','.join(upstream.address for upstream in inside)
    server = Server(run.lab, '--upstream', outside.address, '--route', route, '--route', 'www.corp.fault.example=default')
    run.ask(server, mixed(within('corp', is_true, 100), within('www.corp', is_true), names('b')))
    run.check(inside[0].seen('udp') == 100 and not inside[1].seen('udp'), 'the route is not what is asked')
    for upstream in inside:
        upstream.send_signal(signal.SIGSTOP)
    load = Load(server.port, mixed(names('c', count=400), within('www.corp', is_true)), rate=200)
    load.start()
    run.ask(server, within('corp', is_failure, 100), late=4)
    run.take(load)
    for upstream in inside:
        upstream.send_signal(signal.SIGCONT)
    time.sleep(2)
    run.ask(server, within('corp', is_true, 100))
    run.check(not outside.seen('leaked'), f'{outside.seen("leaked")} names of the route told to others')


@run
def moved(run):
    """upstreams and routes are moved 50 times by SIGHUP under load: nothing lost, nothing later than 1 s; a
    file that does not parse moves nothing"""
    made = [Upstream(run.lab) for _ in range(3)]
    path = run.lab.path('moved.yaml')

    def write(text):
        with open(path + '.new', 'w') as file:
            file.write(text)
        os.replace(path + '.new', path)

    def places(number):
        one, two, other = (made[(number + step) % 3].address for step in range(3))
        strategy = ('failover', 'parallel', 'fastest')[number % 3]
        kind = 'tcp://' if number % 4 == 3 else ''
        return f'upstreams: [{kind}{one}, {two}]\nupstream-strategy: {strategy}\nroutes: {{corp.fault.example: {other}}}\n'

    write(places(0))
    server = Server(run.lab, '--config', path)
    load = Load(server.port, mixed(names('d'), within('corp', is_true)), rate=500)
    load.start()
    for number in range(1, 51):
        write(places(number))
        server.process.send_signal(signal.SIGHUP)
        if not run.check(server.wait_for('other upstreams or routes', number), f'reload {number} is not said'):
            break
        time.sleep(0.02)
    write('upstreams: [tls://dns.example]\n')
    server.process.send_signal(signal.SIGHUP)
    run.check(server.wait_for('not reloaded'), 'a file that does not parse is not said')
    time.sleep(0.2)
    run.take(load, ends=True)
    run.check(all(upstream.seen('udp') > 50 for upstream in made), 'not all were asked')
