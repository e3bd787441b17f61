"""Why answers differ, where that is as it should be: patterns of server, shape of the question and kind of difference. What
no row covers fails the comparison. `upstream` is nsd: rows for it say what `patchway serve` does to an answer;
`itself` is an earlier answer to the same question."""
import fnmatch

TABLE = [
    # What a forwarder is and an authority is not.
    ('upstream', '*', 'AA: not set against set', 'the upstream is an authority'),
    ('upstream', '*', 'RA: set against not set | CD: set against not set', 'the upstream is no resolver'),
    # Time.
    ('unbound named kresd', '*', 'answer: longer TTL | authority: longer TTL of SOA | authority: longer TTL of NSEC',
     'answers are kept whole here: a record that stands in several answers, or was kept with and without DO or CD, is as old as'
     ' each of them, elsewhere as the first one; that none lives longer than its zone says is compared with the upstream'),
    ('upstream', '*', 'answer: shorter TTL | authority: shorter TTL of SOA | authority: shorter TTL of NSEC',
     'time that the answer was kept; never more than a day (--max-ttl)'),
    ('named', 'ttl', 'answer: shorter TTL', 'a day at most here (--max-ttl), a week in BIND'),
    ('kresd', 'ttl', 'answer: shorter TTL', 'Knot Resolver keeps everything for five seconds at least'),
    ('kresd named', 'plain chain long-chain odd-name dname root delegation',
     'answer: shorter TTL | authority: shorter TTL of SOA | authority: shorter TTL of NSEC',
     'kept here since the first time, asked for again there'),
    ('itself', 'any special-name', 'TTL: does not fall while an answer is kept', 'made anew for every question'),
    ('itself', 'delegation', 'TTL: does not fall while an answer is kept',
     'an answer without data and without an SOA is not kept (RFC 2308 5)'),
    # ANY.
    ('*', 'any', 'answer: the one record of RFC 8482 | rcode: NOERROR against NXDOMAIN | rcode: NOERROR against SERVFAIL |'
     ' TC: not set against set | AA: not set against set | authority: another SOA | rcode: NXDOMAIN against SERVFAIL',
     'ANY is answered by one record without asking, also for names that are not there (RFC 8482); Knot Resolver says SERVFAIL'),
    # Names that are answered without asking.
    ('unbound', 'special-name', 'AA: not set against set | answer: shorter TTL',
     'Unbound is the authority of its local zones, with a TTL of three hours; here AA is left to authorities'),
    ('unbound', 'special-name', 'answer: without NS | answer: without SOA',
     'names under localhost have addresses alone (RFC 6761 6.3)'),
    ('*', 'special-name', 'authority: another SOA | authority: without NSEC | rcode: NOERROR against NXDOMAIN',
     'special-use names are answered here without asking, with an SOA of their own (RFC 6303, 6761, 7686, 9462); a BIND that'
     ' only forwards, Knot Resolver with FORWARD, and nsd ask or know less of them'),
    # Limits.
    ('unbound kresd upstream', 'huge-set', 'rcode: SERVFAIL against NOERROR | TC: not set against set',
     'sets of more than 100 records are refused, as BIND does (CVE-2024-1737)'),
    ('kresd upstream', 'long-chain', 'rcode: SERVFAIL against NOERROR | TC: not set against set',
     'more than eleven aliases are refused, as BIND and Unbound do'),
    ('named kresd', 'long-chain loop', 'answer: without CNAME | answer: without CNAME+RRSIG | TC: not set against set',
     'the same SERVFAIL; the aliases on the way are left out here'),
    ('kresd upstream', 'loop', 'rcode: SERVFAIL against NOERROR', 'a circle of aliases has no answer; so say BIND and Unbound'),
    ('unbound', 'big', 'TC: set against not set',
     'datagrams have 1,232 octets at most here, whatever the client allows; Unbound goes up to the 4,096 that it allows'),
    ('unbound named kresd upstream', 'edns-size long-chain', 'TC: set against not set',
     'names in the data of records stand in full here, so an answer within some octets of the limit is asked for again over TCP'),
    # What others do with rare questions.
    ('named upstream', 'no-rd', 'rcode: REFUSED against NOERROR | rcode: REFUSED against NXDOMAIN',
     'questions without RD would show what others asked (--answer-without-rd); Unbound and Knot Resolver refuse them too'),
    ('named upstream', 'edns-version class', 'RA: set against not set', 'a refusal says here all the same that recursion is there'),
    ('kresd', 'edns-version', 'rcode: BADVERS against NOERROR | rcode: BADVERS against NXDOMAIN',
     'Knot Resolver does not look at the version of EDNS (RFC 6891 6.1.3 asks for BADVERS)'),
    ('kresd', 'class', 'rcode: REFUSED against SERVFAIL', 'Knot Resolver says SERVFAIL to other classes'),
    ('unbound kresd upstream', 'delegation', 'rcode: SERVFAIL against NOERROR',
     'an upstream that refers to other servers is no resolver: SERVFAIL, as BIND says; the others say that there is no data'),
    # Other ways to the same answer.
    ('unbound named kresd', 'dname chain cd edns-size', 'authority: another NSEC',
     'they ask for the target of an alias themselves and have its proof alone; here it is whole, as the upstream gave it'),
    ('kresd', '*', 'rcode: NOERROR against SERVFAIL | rcode: NXDOMAIN against SERVFAIL | TC: not set against set',
     'Knot Resolver fails where signed aliases do not fit into the datagram of its upstream'),
    ('kresd', 'dname', 'answer: with DNAME | answer: with DNAME+RRSIG',
     'once it is kept, Knot Resolver gives the alias that follows from a DNAME without the DNAME'),
    ('named', 'class', 'answer at all: an answer against silence', 'BIND answers a few questions a second in another class'),
]


def explanation(server, shape, kind):
    """Why that is so, or None."""
    for servers, shapes, kinds, text in TABLE:
        if (any(fnmatch.fnmatchcase(server, each) for each in servers.split())
                and any(fnmatch.fnmatchcase(shape, each) for each in shapes.split())
                and any(fnmatch.fnmatchcase(kind, each.strip()) for each in kinds.split(' |'))):
            return text
    return None
