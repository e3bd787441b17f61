import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// Which configurations Unbound 1.17.1 starts with: every one was given to the daemon, with values that do not depend on
/// the machine. Where its checker and the daemon differ, the daemon counts.
struct UnboundStartTests {
    private static let refused = [
        "forward-zone:\nforward-addr: 192.0.2.1", "forward-zone:", "stub-zone:\nstub-addr: 192.0.2.1",
        "forward-zone:\nname: a.zz\nname: b.zz", "view:\nname: a\nname: b",
        "auth-zone:\nname: a.zz\nname: b.zz", "view:\nlocal-zone: a.zz static", "view:\nview:\nname: b",
        "view:\nname: b\nview:", "view:\nname: b\nview:\nname: b",
        "view:\nname: b\nlocal-zone: a.zz static\nview:\nname: b\nlocal-zone: a.zz static",
        "forward-zone:\nname: a.zz\nforward-addr: bogus", "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4@x",
        "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4#b@5",
        "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4@",
        "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4/8", "forward-zone:\nname: a.zz\nforward-addr: ''",
        "forward-zone:\nname: a.zz\nforward-host: a..b", "forward-zone:\nname: a.zz\nforward-host: a.b@x",
        "forward-zone:\nname: a.zz\nforward-host: ''", "forward-zone:\nname: ''", "forward-zone:\nname: a..b",
        "stub-zone:\nname: a.zz\nstub-addr: bogus", "stub-zone:\nname: a.zz\nstub-host: a..b",
        "stub-zone:\nname: a..zz", "auth-zone:\nname: a..b",
        "view:\nname: 'v'\naccess-control-view: 10.0.0.0/8 v",
        "module-config: 'respip validator iterator'\nrpz:\nname: a..b",
        "module-config: 'respip validator iterator'\nrpz:\nname: a.b\nrpz-action-override: cname",
        "remote-control:\nlocal-zone: a.zz static", "cachedb:\nnum-threads: 1", "\u{0C}local-zone: a.zz static",
        "python:\nverbosity: 1", "dynlib:\nverbosity: 1", "dnstap:\nverbosity: 1", "dnscrypt:\nverbosity: 1",
        "ipset:\nverbosity: 1", "redis:", "clause:", "auth-zone:\nrpz-log: yes", "rpz:\nfor-upstream: yes",
        "view:\nverbosity: 1", "local-data: 'a.localhost A 127.0.0.1'", "local-data: 'localhost CNAME a.zz'",
        "local-zone: r.zz redirect\nlocal-data: 'r.zz CNAME a.'\nlocal-zone: r.zz redirect"
            + "\nlocal-data: 'r.zz A 192.0.2.1'",
        "define-tag: 't'\naccess-control-tag: 10.0.0.0/8 u", "edns-buffer-size: x", "edns-buffer-size: 0",
        "edns-buffer-size: 11", "edns-buffer-size: -5", "msg-buffer-size: 4095", "msg-buffer-size: x",
        "ip-dscp: 99", "ip-dscp: x", "ip-dscp: -1", "fast-server-num: x", "fast-server-num: 0",
        "fast-server-num: -3", "outgoing-port-avoid: x", "outgoing-port-avoid: 70000",
        "outgoing-port-permit: 70000", "outgoing-port-avoid: 10-5", "outgoing-port-avoid: 10-x",
        "outgoing-port-avoid: x-10", "outgoing-port-avoid: 10-70000", "outgoing-port-avoid: -5",
        "outgoing-port-avoid: ''", "outgoing-port-avoid: 10-", "outgoing-port-avoid: 5x-10y",
        "outgoing-port-permit: 65536", "outgoing-port-permit: 65536-70000", "interface-action: lo bogus",
        "interface-view: 127.0.0.1 v", "interface-tag: 127.0.0.1 t", "interface-tag-action: 127.0.0.1 t static",
        "interface-tag-data: 127.0.0.1 t 'A 192.0.2.1'", "define-tag: t\ninterface-tag: 127.0.0.1 u",
        "define-tag: t\ninterface-tag-action: 127.0.0.1 t bogus",
        "define-tag: t\ninterface-tag-action: 127.0.0.1 u static",
        "define-tag: t\ninterface-tag-data: 127.0.0.1 t bogus", "nsid: zz", "nsid: abc", "nsid: 'ab cd'",
        "edns-client-string-opcode: 70000", "edns-client-string-opcode: -1", "edns-client-string-opcode: x",
        "edns-client-string: x y", "edns-client-string: 10.0.0.0/99 y", "ratelimit-for-domain: a.b x",
        "ratelimit-for-domain: a..b 5", "ratelimit-below-domain: a.b x", "ratelimit-below-domain: a..b 5",
        "ratelimit-below-domain: '' 5", "num-threads: -1", "domain-insecure: a..b", "caps-exempt: a..b",
        "caps-exempt: ''", "caps-whitelist: a..b", "do-not-query-address: x",
        "do-not-query-address: 10.0.0.0/99", "do-not-query-address: 10.0.0.0/x",
        "do-not-query-address: 10.0.0.0/", "do-not-query-address: ''", "private-address: x",
        "private-domain: a..b", "private-domain: ''", "send-client-subnet: x", "send-client-subnet: a.b",
        "client-subnet-zone: a..b", "target-fetch-policy: x", "target-fetch-policy: ''",
        "target-fetch-policy: '3 x'", "target-fetch-policy: '3,2'", "val-nsec3-keysize-iterations: x",
        "val-nsec3-keysize-iterations: '1024 150 2048'", "val-nsec3-keysize-iterations: '2048 150 1024 50'",
        "val-nsec3-keysize-iterations: ''", "tcp-connection-limit: x y", "tcp-connection-limit: 10.0.0.0/8 -5",
        "tcp-connection-limit: 10.0.0.0/99 5", "trust-anchor: foo", "trust-anchor: '. A 1.2.3.4'",
        "module-config: 'dns64 iterator'\ndns64-ignore-aaaa: a..b", "module-config: 'foo iterator'",
        "module-config: 'iterator foo'", "module-config: ''", "port: 0", "outgoing-range: 0", "https-port: 0",
        "num-queries-per-thread: 0", "infra-cache-numhosts: 0", "pad-responses-block-size: 0",
        "pad-queries-block-size: 0", "tls-port: 0", "ssl-port: 0", "statistics-interval: x", "shm-key: x",
        "val-sig-skew-min: x", "val-override-date: x", "val-override-date: 20209901000000",
        "val-max-restart: x", "max-client-subnet-ipv4: x", "msg-cache-size: 5m0", "msg-cache-size: b5",
        "msg-cache-size: '50m b'", "msg-cache-size: '50 b'", "msg-cache-size: ' 50'", "msg-cache-size: b",
        "msg-cache-size: m", "msg-cache-size: kb", "msg-cache-size: ''", "msg-cache-size: '50bb'",
        "msg-cache-slabs: -4", "msg-cache-slabs: 0", "disable-dnssec-lame-check: x", "permit-small-holddown: x",
        "key-cache-size: x", "key-cache-slabs: 3", "neg-cache-size: 1t", "http-query-buffer-size: x",
        "http-response-buffer-size: x", "http-nodelay: x", "http-notls-downstream: x", "use-systemd: x",
        "define-tag: t\nlocal-zone-tag: a..b t", "access-control: bogus allow",
        "access-control: 10.0.0.0/8 allows", "access-control: 10.0.0.0/33 allow", "local-data-ptr: 'bogus a.b'",
        "local-data-ptr: '10.1.1.1'", "local-data: '(a.zz A 192.0.2.1)'", "local-data-ptr: '10.1.1.1 a..b'",
        "harden-algo-downgrade: ''",
        "so-reuseport: Yes", "remote-control:\ncontrol-port: 0", "remote-control:\ncontrol-enable: maybe",
        "dnstap:\ndnstap-enable: x", "dnstap:\ndnstap-tls: x", "dnscrypt:\ndnscrypt-enable: x",
        "dnscrypt:\ndnscrypt-port: 0", "dnscrypt:\ndnscrypt-shared-secret-cache-slabs: 3",
        "forward-zone:\nname: a.zz\nforward-no-cache: x", "stub-zone:\nname: a.zz\nstub-prime: x",
        "auth-zone:\nname: a.zz\nzonemd-check: x", "auth-zone:\nname: a.zz\nfor-downstream: x",
        "rpz:\nrpz-log: x", "rpz:\nrpz-action-override: x", "rpz:\ntags: t",
        "local-zone: '10.in-addr.arpa' redirect\nlocal-data-ptr: '10.1.1.1 x.com'",
        "local-zone: 'in-addr.arpa' redirect\nlocal-data-ptr: '11.1.1.1 x.com'",
        "local-zone: 'in-addr.arpa' redirect\nunblock-lan-zones: yes\nlocal-data-ptr: '10.1.1.1 x.com'",
        "local-zone: 'in-addr.arpa' redirect\nlocal-zone: '10.in-addr.arpa' nodefault"
            + "\nlocal-data-ptr: '10.1.1.1 x.com'",
        "local-zone: '.' redirect\nlocal-data: 'a.com. A 1.2.3.4'",
        "local-zone: r.zz redirect\nlocal-zone: s.zz static\nlocal-data: 'r.zz CNAME a.'"
            + "\nlocal-data: 'r.zz A 1.2.3.4'",
        "local-zone: r.zz redirect\nlocal-data: 'r.zz CNAME a.'\nlocal-zone: s.zz static"
            + "\nlocal-data: 'r.zz A 1.2.3.4'",
        "local-data: 'r.zz CNAME a.'\nlocal-zone: r.zz redirect\nlocal-data: 'r.zz A 1.2.3.4'",
        "local-data: 'r.zz CNAME a.'\nlocal-zone: r.zz redirect\nlocal-data: 'r.zz CNAME a.'",
        "local-zone: r.zz redirect\nlocal-data: 'a.r.zz CH TXT a'",
        "local-zone: r.zz redirect\nlocal-zone: a.r.zz static\nlocal-data: 'b.a.r.zz CH TXT a'"
            + "\nlocal-data: 'r.zz CH TXT a'",
        "local-zone: '\\114.zz' redirect\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "local-zone: r.zz static\nlocal-zone: r.zz redirect\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "local-zone: r.zz redirect\nlocal-zone: a.r.zz nodefault\nlocal-data: 'b.a.r.zz A 1.2.3.4'",
        "local-zone: r.zz redirect\nlocal-zone: r.zz nodefault\nlocal-data: 'b.a.r.zz A 1.2.3.4'",
        "view:\nname: v\nlocal-zone: r.zz redirect\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "view:\nname: v\nlocal-zone: r.zz redirect\nlocal-data: 'r.zz CNAME a.'\nlocal-data: 'r.zz A 1.2.3.4'",
        "view:\nname: v\nview-first: yes\nlocal-zone: 'in-addr.arpa' redirect\nlocal-data-ptr: '10.1.1.1 x.com'",
        "view:\nname: v\nlocal-zone: 'in-addr.arpa' redirect\nlocal-data-ptr: '11.1.1.1 x.com'",
        "view:\nname: v\nlocal-zone: 'in-addr.arpa' redirect\nlocal-zone: '10.in-addr.arpa' nodefault"
            + "\nlocal-data-ptr: '10.1.1.1 x.com'",
        "view:\nname: v\nlocal-zone: 'r.zz' redirect\nlocal-zone: 'a.r.zz' nodefault"
            + "\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "view:\nname: v\nlocal-zone: r.zz bogus", "view:\nname: v\nlocal-data: 'a..b A 1.2.3.4'",
        "view:\nname: v\nlocal-data-ptr: 'x y'", "view:\nname: v\nlocal-zone: a..b static",
        "edns-tcp-keepalive-timeout: x", "tcp-idle-timeout: x", "cache-max-ttl: ''", "ede: x",
        "rpz:\nname: a.b\nname: c.d", "fake-dsa: x", "statistics-cumulative: x", "qname-minimisation: x",
        "local-zone: a.b typetransparent\nlocal-zone-override: a.b bogus static",
        "local-zone: a.b static\nlocal-zone-override: a.b 10.0.0.0/8 bogus",
        "local-zone: a.b static\nlocal-zone-override: a..b 10.0.0.0/8 static",
        "module-config: 'iteratorx validator'",
        "module-config: 'Validator iterator'",
        "module-config: iterator\nmodule-config: bad",
        "define-tag: t\nlocal-zone-tag: a.zz t",
        "define-tag: t\nlocal-zone-tag: a.zz ''",
        "local-zone: zz static\ndefine-tag: t\nlocal-zone-tag: a.zz t",
        "local-zone-override: a.zz 10.0.0.0/8 static",
        "local-data: 'a.zz A 192.0.2.1'\nlocal-zone-override: a.zz 10.0.0.0/8 static",
        "define-tag: t\nlocal-data: 'x.a.zz A 192.0.2.1'\nlocal-zone-tag: a.zz t",
        "define-tag: t\nlocal-data: 'x.a.zz A 192.0.2.1'\nlocal-data: 'y.a.zz A 192.0.2.1'\nlocal-zone-tag: x.a.zz t",
        "unblock-lan-zones: yes\ndefine-tag: t\nlocal-zone-tag: 10.in-addr.arpa t",
        "local-zone: localhost nodefault\ndefine-tag: t\nlocal-zone-tag: localhost t",
        "local-zone: localhost nodefault\nlocal-zone-override: localhost 10.0.0.0/8 static",
        "define-tag: t\nview:\nname: v\nlocal-zone: a.zz static\nserver:\nlocal-zone-tag: a.zz t",
        "local-data: 'a.zz DS 1 8 2 AABB'",
        "local-zone: a.zz static\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "local-data: 'a.zz DS 1 8 2 AABB'\nlocal-data: 'a.zz A 192.0.2.1'",
        "local-data: 'localhost DS 1 8 2 AABB'",
        "local-zone: zz nodefault\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "view:\nname: v\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "local-zone: zz static\nview:\nname: v\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "view:\nname: v\nview-first: yes\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "local-data: 'b.zz DS 1 8 2 AABB'\nlocal-data: 'x.b.zz A 192.0.2.1'\nlocal-data: 'y.b.zz A 192.0.2.1'",
    ]
    private static let taken = [
        "module-config: validatoriterator",
        "module-config: 'iteratorx'",
        "module-config: bad\nmodule-config: iterator",
        "module-config: 'respipvalidator iterator'",
        "module-config: respip",
        "define-tag: t\nlocal-zone-tag: a.zz t\nlocal-zone: A.ZZ. static",
        "local-zone-override: a.zz 10.0.0.0/8 static\nlocal-zone: a.zz transparent",
        "define-tag: t\nlocal-data: 'a.zz A 192.0.2.1'\nlocal-zone-tag: a.zz t",
        "define-tag: t\nlocal-zone-tag: localhost t",
        "define-tag: t\nlocal-zone-tag: 10.in-addr.arpa t",
        "local-zone-override: 10.in-addr.arpa 10.0.0.0/8 static",
        "unblock-lan-zones: yes\ndefine-tag: t\nlocal-zone-tag: localhost t",
        "define-tag: t\nlocal-data: 'x.a.zz A 192.0.2.1'\nlocal-data: 'y.a.zz A 192.0.2.1'\nlocal-zone-tag: a.zz t",
        "local-data: '. DS 1 8 2 AABB'",
        "local-zone: zz static\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "local-data: 'a.zz A 192.0.2.1'\nlocal-data: 'x.a.zz DS 1 8 2 AABB'",
        "local-data: 'b.zz A 192.0.2.1'\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "local-data: 'a.zz DS 1 8 2 AABB'\nlocal-data: 'b.zz DS 1 8 2 AABB'",
        "local-data: 'x.10.in-addr.arpa DS 1 8 2 AABB'",
        "view:\nname: v\nlocal-data: 'a.yy DS 1 8 2 AABB'\nlocal-zone: yy static",
        "view:\nname: v\nlocal-data: 'b.zz A 192.0.2.1'\nlocal-data: 'a.zz DS 1 8 2 AABB'",
        "local-data: 'a.b.zz DS 1 8 2 AABB'\nlocal-data: 'x.b.zz A 192.0.2.1'\nlocal-data: 'y.b.zz A 192.0.2.1'",
        "auth-zone:\nzonefile: x", "rpz:\nzonefile: x",
        "module-config: 'respip validator iterator'\nrpz:\nzonefile: x", "rpz:\nname: ''",
        "module-config: 'respip validator iterator'\nrpz:\nname: ''",
        "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4@5#",
        "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4#a..b",
        "forward-zone:\nname: a.zz\nforward-tls-upstream: yes\nforward-addr: 1.2.3.4#a..b",
        "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4@99999",
        "forward-zone:\nname: a.zz\nforward-addr: 1.2.3.4@53x",
        "forward-zone:\nname: a.zz\nforward-addr: fe80::1%lo", "forward-zone:\nname: a.zz\nforward-host: a.b@5",
        "forward-zone:\nname: a.zz\nforward-zone:\nname: a.zz", "auth-zone:\nname: ''",
        "auth-zone:\nname: a.b\nmaster: a..b", "auth-zone:\nname: a.b\nmaster: ''",
        "auth-zone:\nname: a.b\nurl: foo", "auth-zone:\nname: a.b\nallow-notify: foo",
        "auth-zone:\nname: a.b\nallow-notify: 10.0.0.0/99", "auth-zone:\nname: a.b\nauth-zone:\nname: a.b",
        "view:\nname: ''",
        "module-config: 'respip validator iterator'\nrpz:\nname: a.b\nrpz-cname-override: a..b",
        "module-config: 'respip validator iterator'\nrpz:\nname: a.b\nrpz-cname-override: a..b"
            + "\nrpz-action-override: nxdomain",
        "cachedb:\nbackend: x", "local-zone:\u{0C}a.zz static", "verbosity: 1", "rpz:\nfor-downstream: yes",
        "local-data: 'localhost A 127.0.0.2'",
        "local-zone: localhost static\nlocal-data: 'a.localhost A 127.0.0.1'",
        "local-zone: r.zz redirect\nlocal-data: 'r.zz CNAME a.'\nlocal-data: 'r.zz A 192.0.2.1'"
            + "\nlocal-zone: r.zz static",
        "num-threads: 2x", "tcp-connection-limit: 192.0.2.0/24 5\nlocal-zone: b.zz static",
        "val-nsec3-keysize-iterations: '1024 150 2048 500 4096 2500'", "target-fetch-policy: '3 2 1 0 0'",
        "edns-buffer-size: 12", "edns-buffer-size: 100000", "edns-buffer-size: 1232x", "msg-buffer-size: 4096",
        "ip-dscp: 0", "ip-dscp: 63", "fast-server-num: 3", "outgoing-port-avoid: 5-10",
        "outgoing-port-permit: 0", "outgoing-port-permit: 65535", "interface-action: 127.0.0.1 allow",
        "interface-action: 127.0.0.1 allow_snoop", "define-tag: t\ninterface-tag: 127.0.0.1 t",
        "define-tag: t\ninterface-tag-data: 127.0.0.1 t 'A 192.0.2.1'", "nsid: ''", "nsid: abcd",
        "nsid: ascii_", "nsid: ascii_x", "edns-client-string-opcode: 0", "edns-client-string-opcode: 65535",
        "edns-client-string: 10.0.0.0/8 y", "ratelimit-for-domain: a.b 0", "ratelimit-for-domain: a.b -5",
        "num-threads: 0", "domain-insecure: ''", "domain-insecure: a.b",
        "module-config: 'iterator'\ndomain-insecure: a..b", "do-not-query-address: 10.0.0.0/8",
        "send-client-subnet: 10.0.0.0/8", "client-subnet-zone: 10.0.0.0/8",
        "module-config: 'validator iterator'\nsend-client-subnet: x",
        "module-config: 'validator iterator'\nclient-subnet-zone: a..b", "client-subnet-opcode: x",
        "target-fetch-policy: '3 2'", "target-fetch-policy: '-1'", "val-nsec3-keysize-iterations: '1024 150'",
        "tcp-connection-limit: 10.0.0.0/8 y", "tcp-connection-limit: 10.0.0.0/8 5", "trust-anchor: ''",
        "trust-anchor: '. DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D'",
        "module-config: 'iterator'\ntrust-anchor: foo", "dns64-ignore-aaaa: a..b", "module-config: 'validator'",
        "module-config: 'respip'", "module-config: 'iterator validator'",
        "module-config: 'dns64 validator iterator'", "module-config: 'subnetcache validator iterator'",
        "module-config: 'validator iterator respip'", "module-config: 'iterator iterator'",
        "proxy-protocol-port: x", "proxy-protocol-port: 99999", "tls-additional-port: x",
        "tls-additional-port: 99999", "additional-tls-port: 0", "http-endpoint: noslash", "username: ''",
        "log-identity: ''", "max-udp-size: x", "unknown-server-time-limit: x", "low-rtt: x",
        "infra-lame-ttl: x", "infra-cache-lame-size: x", "dlv-anchor: x", "dlv-anchor-file: x",
        "ipsecmod-enabled: x", "ipsecmod-hook: x", "ipsecmod-max-ttl: x", "ipsecmod-strict: x",
        "ipsecmod-ignore-bogus: x", "ipsecmod-whitelist: a..b", "http-max-streams: 0", "statistics-interval: 0",
        "statistics-interval: ''", "shm-key: 0", "val-sig-skew-min: 0", "val-sig-skew-min: ''",
        "val-override-date: 0", "val-override-date: -1", "val-override-date: 20200101000000",
        "val-override-date: 2020010100000x", "max-client-subnet-ipv4: 33", "msg-cache-size: 50mb",
        "msg-cache-size: '50 m'", "msg-cache-size: '50 mb'", "msg-cache-size: '50b '", "msg-cache-size: '5 0'",
        "msg-cache-size: '50k '", "msg-cache-size: '50mB'", "msg-cache-size: 0", "msg-cache-size: 4G",
        "msg-cache-slabs: 1x", "use-systemd: no", "define-tag: ''", "define-tag: 'a a'",
        "access-control: 10.0.0.1/8 allow", "root-hints: ''", "tls-session-ticket-keys: ''", "tls-ciphers: x",
        "tls-ciphersuites: x", "tls-cert-bundle: ''", "tls-service-key: ''", "directory: ''", "pidfile: ''",
        "logfile: ''", "version: ''", "identity: ''", "remote-control:\ncontrol-use-cert: maybe",
        "dnstap:\ndnstap-ip: bogus", "dnscrypt:\ndnscrypt-provider: x", "cachedb:\nredis-server-port: 0",
        "cachedb:\nredis-timeout: x", "cachedb:\nredis-expire-records: x", "cachedb:\nsecret-seed: ''",
        "ipset:\nname-v4: x", "python:\npython-script: ''", "dynlib:\ndynlib-file: ''",
        "module-config: 'validator iterator'\nrpz:\nzonefile: x",
        "local-zone: 'in-addr.arpa' redirect\nlocal-data-ptr: '10.1.1.1 x.com'",
        "local-zone: 'in-addr.arpa' redirect\nunblock-lan-zones: yes"
            + "\nlocal-data: '1.0.0.127.in-addr.arpa PTR x.com'",
        "local-zone: '.' redirect\nlocal-data: '. A 1.2.3.4'",
        "local-zone: '.' redirect\nlocal-data: 'x.test. A 1.2.3.4'",
        "local-data: 'r.zz CNAME a.'\nlocal-zone: r.zz redirect",
        "local-data: 'r.zz CNAME a.'\nlocal-zone: r.zz redirect\nlocal-data: 'r.zz CH TXT a'",
        "local-zone: r.zz redirect\nlocal-zone: a.r.zz static\nlocal-data: 'b.a.r.zz CH TXT a'",
        "local-zone: r.zz redirect\nlocal-zone: a.r.zz static\nlocal-data: 'r.zz CH TXT a'"
            + "\nlocal-data: 'b.a.r.zz CH TXT a'",
        "local-zone: 'r\\.x.zz' redirect\nlocal-data: 'a.x.zz A 1.2.3.4'",
        "local-zone: r.zz redirect\nlocal-zone: r.zz static\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "view:\nname: v\nlocal-zone: r.zz redirect\nlocal-data: 'r.zz A 1.2.3.5'\nlocal-data: 'r.zz A 1.2.3.4'",
        "view:\nname: v\nlocal-zone: 'in-addr.arpa' redirect\nlocal-data-ptr: '10.1.1.1 x.com'",
        "view:\nname: v\nview-first: yes\nlocal-zone: 'r.zz' redirect\nlocal-zone: 'a.r.zz' nodefault"
            + "\nlocal-data: 'b.a.r.zz A 1.2.3.4'",
        "view:\nname: v\nview-first: yes\nlocal-zone: 'r.zz' redirect\nlocal-zone: 'a.r.zz' nodefault"
            + "\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "local-zone: r.zz redirect\nview:\nname: v\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "local-zone: r.zz always_null\nlocal-data: 'a.r.zz A 1.2.3.4'",
        "view:\nname: v\nlocal-data: 'a.zz CH TXT x'", "module-config: validator", "max-reuse-tcp-queries: -5",
        "local-zone: a.zz static # x", "trust-anchor: '. DNSKEY 257 3 8 AwEAAaz/tAm8'",
        "trust-anchor: '. IN DNSKEY 257 3 8 AwEAAaz/tAm8'",
        "trust-anchor: 'zz. 3600 IN DS 1 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D'",
    ]

    private static func read(_ statement: String) throws -> LoadedLayer {
        try readList("server:\nlocal-zone: first.zz refuse\n\(statement)\n", .unbound, .unbound)
    }

    /// Nothing is known of any name then.
    @Test(arguments: refused)
    func refuses(_ statement: String) throws {
        let list = try Self.read(statement)
        #expect(list.reports[0].unsupported["bad-statement"] == 1)
        #expect(try list.verdict("first.zz").kind == .unsupported)
        #expect(try list.verdict("first.zz").matched?.rule.line ?? 0 >= 3)
    }

    @Test(arguments: taken)
    func takes(_ statement: String) throws {
        let list = try Self.read(statement)
        #expect(list.reports[0].unsupported["bad-statement"] == nil, "\(list.reports[0].diagnostics)")
        #expect(try list.verdict("first.zz").kind == .refused)
    }

    /// Of later versions than 1.17.1, which refuses the file: verdicts are theirs, and that is said.
    @Test(arguments: [
        "answer-cookie: yes", "harden-unknown-additional: yes", "wait-limit-netblock: 192.0.2.0/24 5", "quic-port: 853",
    ])
    func saysThatAFileIsForLaterVersions(_ statement: String) throws {
        let report = try Self.read(statement).reports[0]
        #expect(report.notices.map(\.reason) == ["later-version"] && report.notices.first?.line == 3)
        #expect(try Self.read(statement).verdict("first.zz").kind == .refused)
        #expect(try Self.read("proxy-protocol-port: 853").reports[0].notices.isEmpty)
    }
}
