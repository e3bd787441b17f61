import DNS
import TextScan

/// `http_port` of squid 5.7: an address and the options that it takes (each was given to `squid -k parse`).
enum SquidPort {
    /// What becomes of a statement.
    enum Standing {
        case starts, refused
        /// A build with OpenSSL starts, others do not.
        case needsTLS
        /// It depends on certificates.
        case unread
    }

    /// Whether squid starts with the words behind the directive.
    static func standing(_ text: Span<UInt8>, _ words: ArraySlice<Range<Int>>) -> Standing {
        guard let first = words.first, isAddress(text.extracting(first)) else { return .refused }
        var modes: Set<String> = []
        var result = Standing.starts
        for word in words.dropFirst() {
            let option = text.extracting(word)
            if let mode = mode(option) {
                modes.insert(mode)
            } else if option.hasPrefix("tls-") {
                result = .unread
            } else if ofTLS.contains(where: { option.hasPrefix($0) }) {
                result = .needsTLS
            } else if !plain.contains(where: { option.equals($0) }), !takes(option, isAccelerator: modes == ["accel"]) {
                return .refused
            }
        }
        return modes.count > 1 ? .refused : result
    }

    /// The way of being asked that an option stands for.
    private static func mode(_ option: Span<UInt8>) -> String? {
        if option.equals("transparent") { return "intercept" }
        let known: [StaticString] = ["accel", "intercept", "tproxy"]
        return known.contains { option.equals($0) } ? option.string : nil
    }

    /// Whether it is an option with a value, or one of accelerators, that it takes.
    private static func takes(_ option: Span<UInt8>, isAccelerator: Bool) -> Bool {
        if option.hasPrefix("name=") { return true }
        if option.hasPrefix("tcpkeepalive=") {
            let numbers = option.octets[13...].split(separator: 0x2C, omittingEmptySubsequences: false)
            return numbers.count == 3 && numbers.allSatisfy { Array($0).span.decimal != nil }
        }
        guard isAccelerator else { return false }
        if option.hasPrefix("vport=") { return option.extracting(6..<option.count).decimal != nil }
        return option.equals("vport") || option.equals("allow-direct") || option.hasPrefix("defaultsite=")
            || option.equalsIgnoringCase("protocol=http")
    }

    private static let plain: [StaticString] = [
        "act-as-origin", "connection-auth", "connection-auth=off", "connection-auth=on",
        "disable-pmtu-discovery=always",
        "disable-pmtu-discovery=off", "disable-pmtu-discovery=transparent", "ignore-cc", "ipv4", "no-connection-auth",
        "no-vhost", "require-proxy-header", "tcpkeepalive", "vhost", "worker-queues",
    ]

    private static let ofTLS: [StaticString] = [
        "ssl-bump", "cert=", "key=", "options=", "cipher=", "dhparams=", "clientca=", "cafile=", "capath=", "crlfile=",
        "sslflags=", "sslcontext=", "generate-host-certificates", "dynamic_cert_mem_cache_size=",
    ]

    /// `port`, perhaps behind an address; names but one are looked up.
    private static func isAddress(_ value: Span<UInt8>) -> Bool {
        let octets = value.octets
        guard let colon = octets.lastIndex(of: 0x3A) else { return isPort(octets[...]) }
        var host = octets[..<colon]
        if host.first == 0x5B, host.last == 0x5D { host = host.dropFirst().dropLast() }
        return isPort(octets[(colon + 1)...]) && (IPAddress(text: host) != nil || host.elementsEqual("localhost".utf8))
    }

    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        (1...65_535).contains(Array(digits).span.decimal ?? 0)
    }
}
