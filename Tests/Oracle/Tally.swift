/// What an engine and the model said so far.
struct Tally {
    var verdicts = 0
    /// Queries that the model declares it cannot decide.
    var unsupported = 0
    /// Queries that the model decides, but whose whole answer it does not say.
    var open = 0
    var mismatches = 0
    /// Answers of a server of ours that were compared with the engine's.
    var served = 0
    /// What was read of logs and captures, by format.
    var logged: [String: LogTally] = [:]
    /// Mismatches that were none when the round was played again.
    var unrepeated = 0
    var rounds = 0
    /// Rounds whose rules the engine refused, twice; they count for nothing else.
    var refusals = 0

    mutating func add(verdicts: Int, unsupported: Int, open: Int) {
        self.verdicts += verdicts
        self.unsupported += unsupported
        self.open += open
    }

    /// `verdicts N mismatches M unsupported K`, and what else there is.
    var description: String {
        var text = "verdicts \(verdicts) mismatches \(mismatches) unsupported \(unsupported)"
        if open > 0 { text += " open \(open)" }
        if served > 0 { text += " served \(served)" }
        if unrepeated > 0 { text += " mismatches that did not repeat \(unrepeated)" }
        for (format, log) in logged.sorted(by: { $0.key < $1.key }) {
            text +=
                "; \(format) events \(log.events) compared \(log.compared) untold \(log.untold) unseen \(log.unseen)"
        }
        return text
    }
}
