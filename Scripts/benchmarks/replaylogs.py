"""Logs as the programs write them whose formats they have, of any size: the same traffic in each."""
import random, struct

START = 1_767_225_600
UPDATE = ['fe2.update.microsoft.com', 'slscr.update.microsoft.com', 'au.download.windowsupdate.com', 'ctldl.windowsupdate.com',
          'geo.prod.do.dsp.mp.microsoft.com', 'tsfe.trafficshaping.dsp.mp.microsoft.com', 'settings-win.data.microsoft.com']


def queries(count, names=50_000):
    """Names, types, clients and outcomes: few names are asked often, one in a hundred is an update name."""
    rnd = random.Random(11)
    ordinary = [f'{rnd.choice(["www", "api", "cdn", "img", "static"])}{rnd.randint(0, 99)}.{rnd.getrandbits(32):08x}.'
                f'{rnd.choice(["com", "net", "org", "example"])}' for _ in range(names)]
    for number in range(count):
        name = rnd.choice(UPDATE) if rnd.random() < 0.01 else ordinary[int(rnd.paretovariate(0.6)) % names]
        yield (number, name, 'AAAA' if rnd.random() < 0.3 else 'A', f'10.0.{rnd.randint(0, 3)}.{rnd.randint(1, 250)}',
               rnd.random() >= 0.05)


def dnsmasq(path, lines):
    """Half of the lines are queries, half their answers (log-queries=extra)."""
    with open(path, 'w') as file:
        for number, name, kind, client, isFound in queries(lines // 2):
            seconds = number // 500
            stamp = f'Jan {1 + seconds // 86400:2} {seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'
            head = f'{stamp} dnsmasq[812]: {number + 1} {client}/{40000 + number % 20000}'
            answer = ('20.54.9.7' if kind == 'A' else '2603:1030::7') if isFound else 'NXDOMAIN'
            file.write(f'{head} query[{kind}] {name} from {client}\n{head} reply {name} is {answer}\n')
    return path


def zeek(path, rows):
    with open(path, 'w') as file:
        file.write('#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#open\t2026-01-01-00-00-00\n'
                   '#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name'
                   '\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n'
                   '#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount'
                   '\tstring\tbool\tbool\tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool\n')
        for number, name, kind, client, isFound in queries(rows):
            answer = ('20.54.9.7\t60.000000' if kind == 'A' else '2603:1030::7\t60.000000') if isFound else '-\t-'
            code = '0\tNOERROR' if isFound else '3\tNXDOMAIN'
            file.write(f'{START + number / 500:.6f}\tC{number:x}\t{client}\t{40000 + number % 20000}\t10.0.9.53\t53\tudp\t{number & 65535}'
                       f'\t0.012000\t{name}\t1\tC_INTERNET\t{28 if kind == "AAAA" else 1}\t{kind}\t{code}\tF\tF\tT\tT\t0\t{answer}\tF\n')
        file.write('#close\t2026-01-01-01-00-00\n')
    return path


def zeek_json(path, rows):
    with open(path, 'w') as file:
        for number, name, kind, client, isFound in queries(rows):
            answer = f',"answers":["{"20.54.9.7" if kind == "A" else "2603:1030::7"}"],"TTLs":[60.0]' if isFound else ''
            code = '"rcode":0,"rcode_name":"NOERROR"' if isFound else '"rcode":3,"rcode_name":"NXDOMAIN"'
            file.write(f'{{"ts":{START + number / 500:.6f},"uid":"C{number:x}","id.orig_h":"{client}","id.orig_p":{40000 + number % 20000},'
                       f'"id.resp_h":"10.0.9.53","id.resp_p":53,"proto":"udp","trans_id":{number & 65535},"rtt":0.012,"query":"{name}",'
                       f'"qclass":1,"qclass_name":"C_INTERNET","qtype":{28 if kind == "AAAA" else 1},"qtype_name":"{kind}",{code},'
                       f'"AA":false,"TC":false,"RD":true,"RA":true,"Z":0{answer},"rejected":false}}\n')
    return path


def pcap(path, packets):
    """Ethernet, IPv4, UDP: half of the packets are queries, half their answers."""
    server = bytes([10, 0, 9, 53])
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, name, kind, client, isFound in queries(packets // 2):
            host, port = bytes(map(int, client.split('.'))), 40000 + number % 20000
            question = b''.join(bytes([len(label)]) + label.encode() for label in name.split('.'))
            question += b'\0' + struct.pack('>HH', 28 if kind == 'AAAA' else 1, 1)
            data = (bytes([20, 54, 9, 7]) if kind == 'A' else bytes.fromhex('26031030000000000000000000000007')) if isFound else b''
            record = b'\xc0\x0c' + struct.pack('>HHIH', 28 if kind == 'AAAA' else 1, 1, 60, len(data)) + data if isFound else b''
            query = struct.pack('>6H', number & 65535, 0x0100, 1, 0, 0, 0) + question
            reply = struct.pack('>6H', number & 65535, 0x8180 if isFound else 0x8183, 1, int(isFound), 0, 0) + question + record
            for message, source, target, ports, micro in ((query, host, server, (port, 53), 0), (reply, server, host, (53, port), 900)):
                frame = bytes(12) + b'\x08\0' + struct.pack('>BBHHHBBH', 0x45, 0, 28 + len(message), 0, 0, 64, 17, 0) + source + target
                frame += struct.pack('>4H', *ports, 8 + len(message), 0) + message
                file.write(struct.pack('<IIII', START + number // 500, number % 500 * 2000 + micro, len(frame), len(frame)) + frame)
    return path
