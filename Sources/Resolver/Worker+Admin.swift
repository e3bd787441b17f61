internal import DNS

/// Pages about the server for its owner, over HTTP/1.1 on loopback: one request a connection.
extension Worker {
    /// Answers the request that a connection has sent, once it is whole.
    mutating func answerAdmin(_ number: Int) {
        let filled = Int(streams.slots[number].filled)
        let octets = unsafe streams.input.steadySpan(number * StreamTable.areaSize, filled)
        var page: (status: Int, text: [UInt8])
        switch HTTPRequest.read(octets) {
        case .incomplete: return
        case .fault(let status): page = (status, [])
        case .request(let request):
            // A page on the web that had its own name resolved to loopback must not read it (DNS rebinding).
            if !Self.isLocal(octets.extracting(request.host)) {
                page = (421, [])
            } else if request.method != .get {
                page = (405, [])
            } else {
                page = supervisor.page(text(octets, request.target)) ?? (404, [])
            }
        }
        streams.slots[number].filled = 0
        streamFrame.reset()
        streamFrame.append("HTTP/1.1 ")
        streamFrame.append(decimal: UInt32(page.status))
        streamFrame.append(" \r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\ncontent-length: ")
        streamFrame.append(decimal: UInt32(page.text.count))
        streamFrame.append("\r\nx-content-type-options: nosniff\r\ncache-control: no-store")
        streamFrame.append("\r\nconnection: close\r\n\r\n")
        streamFrame.append(page.text.span)
        guard settle(streams.write(streamFrame, to: number), number) else { return }
        streams.slots[number].isEnding = true
        if streams.output[number].isEmpty { closeStream(number) } else { watch(number) }
    }

    private func text(_ octets: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: range.map { octets[$0] }, as: UTF8.self)
    }

    /// Whether a `Host` field names this host itself, whatever the port.
    private static func isLocal(_ host: Span<UInt8>) -> Bool {
        let text = String(decoding: host.indices.map { host[$0] }, as: UTF8.self).lowercased()
        return ["localhost", "127.0.0.1", "[::1]"].contains { name in
            guard text.hasPrefix(name) else { return false }
            let rest = text.dropFirst(name.count)
            return rest.isEmpty || rest.first == ":" && rest.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
        }
    }
}
