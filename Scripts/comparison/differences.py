"""Where two answers differ, field by field, as short texts that name the kind and no single value."""
from comparison.wire import TYPE_NAMES, kind_text

SOA, CNAME, RRSIG, NSEC = 6, 5, 46, 47
SLACK = 2  # seconds


def kind_of(key):
    return kind_text(key[1])


def kinds(keys):
    return '+'.join(sorted({kind_of(key) for key in keys}))


def differences(ours, theirs, question):
    """Yields the kinds of difference, ours first. Sections of truncated answers are not compared."""
    if ours.rcode != theirs.rcode:
        yield f'rcode: {ours.rcode} against {theirs.rcode}'
    for flag in ('AA', 'TC', 'RA', 'AD', 'RD', 'CD'):
        if ours.flags[flag] != theirs.flags[flag]:
            yield f'{flag}: {"set" if ours.flags[flag] else "not set"} against {"set" if theirs.flags[flag] else "not set"}'
    if ours.question != theirs.question:
        yield 'question: differs' + (' in case alone' if ours.question.lower() == theirs.question.lower() else '')
    if (ours.edns is None) != (theirs.edns is None):
        yield f'EDNS: {"absent" if ours.edns is None else "present"} against {"absent" if theirs.edns is None else "present"}'
    elif ours.edns and ours.edns != theirs.edns:
        yield 'EDNS: another version' if ours.edns[0] != theirs.edns[0] else 'EDNS: another DO'
    # What stands beside another code or a truncation is another difference only in form.
    if ours.rcode == theirs.rcode and not ours.flags['TC'] and not theirs.flags['TC']:
        if question.kind == 'ANY' and any(kind_of(key) == 'HINFO' for key in ours.sections[0]):
            yield 'answer: the one record of RFC 8482'
        else:
            yield from section_differences(ours, theirs)


def section_differences(ours, theirs):
    mine, other = ours.sections[0], theirs.sections[0]
    if mine.keys() != other.keys():
        missing, extra = other.keys() - mine.keys(), mine.keys() - other.keys()
        said = [f'without {kinds(missing)}'] if missing else []
        yield 'answer: ' + ', '.join(said + ([f'with {kinds(extra)}'] if extra else []))
    off = [key for key in mine.keys() & other.keys() if abs(mine[key] - other[key]) > SLACK]
    if off:
        yield f'answer: {"longer" if mine[off[0]] > other[off[0]] else "shorter"} TTL'
    if not negative(ours) or not negative(theirs):
        return
    mine, other = ours.sections[1], theirs.sections[1]
    for kind in (SOA, NSEC):
        one, two = ({key for key in each if key[1] == kind} for each in (mine, other))
        if one != two:
            what = 'without' if not one else 'with' if not two else 'another'
            yield f'authority: {what} {TYPE_NAMES[kind]}'
        for key in one & two:
            if abs(mine[key] - other[key]) > SLACK:
                yield f'authority: {"longer" if mine[key] > other[key] else "shorter"} TTL of {TYPE_NAMES[kind]}'
                break


def negative(message):
    """NXDOMAIN, or an answer without more than aliases."""
    return message.code == 3 or message.code == 0 and all(key[1] in (CNAME, 39, RRSIG) for key in message.sections[0])
