// Conditions with literals are read, the script is not run; the first one that holds decides.
function FindProxyForURL(url, host) {
    if (dnsDomainIs(host, ".download.example")) return "DIRECT";
    if (shExpMatch(host, "*.ads.example")) return "PROXY 127.0.0.1:9";
    return "DIRECT";
}
