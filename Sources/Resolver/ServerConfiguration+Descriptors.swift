extension ServerConfiguration {
    /// Files that are open whatever clients and upstreams do, and for each worker what stays for TCP upstreams.
    private static let fixedFiles = 20
    private static let filesOfWorker = 8

    /// Sockets towards upstreams of one worker.
    var maximumUpstreamSockets: Int { min(4 * maximumOutstanding, filesForUpstreams) }

    /// Divides the files that may be open, so that connections of clients do not take what questions need: a quarter is for
    /// those, the rest for sockets towards upstreams. Says so where that is less than what was meant.
    mutating func fit(files: Int) {
        let share = max((files - Self.fixedFiles) / workers - Self.filesOfWorker, 8)
        let meant = (maximumConnections, maximumUpstreamSockets)
        maximumConnections = min(maximumConnections, share / 4)
        filesForUpstreams = share - share / 4
        // Nobody needs as many sockets as there may be questions; told is what a busy server would feel.
        guard maximumConnections < meant.0 || filesForUpstreams < min(meant.1, 2 * SocketPool.maximumIdle) else {
            return
        }
        notice?(
            "only \(files) files may be open: each worker takes \(maximumConnections) connections of clients and asks upstreams on "
                + "\(maximumUpstreamSockets) sockets at a time; raise the limit (ulimit -n, LimitNOFILE=)"
        )
    }
}
