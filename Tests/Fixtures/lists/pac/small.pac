// Made for tests.
function FindProxyForURL(url, host) {
    if (shExpMatch(host, "*.direct.example") || dnsDomainIs(host, ".also.example")) {
        return "DIRECT";
    }
    if (host == "sink.example") return "PROXY 127.0.0.1:9";
    if (localHostOrDomainIs(host, "intra.corp.example")) return "DIRECT";
    if (isInNet(dnsResolve(host), "10.0.0.0", "255.0.0.0")) return "DIRECT";
    if (dnsDomainIs(host, "suffix.example")) return 'PROXY proxy.example:3128';
    return "DIRECT";
}
