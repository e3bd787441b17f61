internal import DNS
internal import Glibc
internal import Policy
internal import Resolver
internal import TextScan

/// The server without configuration files, for measurements: `serve-bench LISTEN UPSTREAM [MODE [LIST [CAPTURE]]]`;
/// LIST holds one name a line, each blocked with everything below it. With `SERVE_BENCH_TLS=CERTIFICATE:KEY` in the
/// environment it also speaks TLS on the next port and HTTPS on the one after that.
@main
enum ServeBench {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 2, let listen = SocketAddress(arguments[1]), let upstream = SocketAddress(arguments[2])
        else {
            print("usage: serve-bench LISTEN UPSTREAM [MODE [LIST [CAPTURE]]]")
            return
        }
        var configuration = ServerConfiguration(upstreams: [upstream])
        configuration.listen = [listen]
        if let files = unsafe getenv("SERVE_BENCH_TLS").map({ unsafe String(cString: $0) })?.split(separator: ":"),
            files.count == 2
        {
            configuration.certificate = (String(files[0]), String(files[1]))
            configuration.listenTLS = [SocketAddress(listen.address, port: listen.port + 1)]
            configuration.listenHTTPS = [SocketAddress(listen.address, port: listen.port + 2)]
        }
        configuration.mode = arguments.count > 3 ? ServingMode(rawValue: arguments[3]) ?? .shadow : .shadow
        if arguments.count > 5 { configuration.capturePath = arguments[5] }
        ServerSignal.block()
        do {
            let layers = arguments.count > 4 ? [try layer(arguments[4])].compactMap { $0 } : []
            let server = try Server(configuration, policy: ServerPolicy(stack: CompiledStack(layers: layers)))
            try server.start()
            if ServerSignal.next() == .drain { server.drain() } else { server.stop() }
            print(server.counters)
        } catch {
            print(error)
        }
    }

    private static func layer(_ path: String) throws -> CompiledLayer? {
        guard let input = try InputFile.read(path: path).inputs.first,
            var builder = LayerBuilder(engine: .dnsmasq)
        else { return nil }
        input.bytes.withSpan { text in
            var list: [UInt8] = []
            for index in 0..<text.count { list.append(text[index]) }
            builder.beginList(ListSource(path: path, format: "domains", octets: list))
            let action = builder.intern(.nxdomain)
            var lines = LineScanner(text)
            while let line = lines.next() {
                try? builder.add(
                    .subtree,
                    in: text,
                    name: line.range,
                    rule: line.range,
                    line: line.number,
                    class: builder.profile.precedence.contains(.block) ? .block : .zone,
                    action: action
                )
            }
        }
        return builder.compile()
    }
}
