internal import DNS

/// Upstreams that are asked although no client asks, so that it is known how they do before one does.
///
/// A probe is a flight that nobody waits for: who is asked, and what follows from the answer, is what every question does.
extension Worker {
    /// Asks the groups that nobody has asked for a while, and those in which a hold has ended.
    @inline(never)
    mutating func probe() {
        let pause = UInt64(configuration.probeInterval) * 1_000_000_000
        var hasHeld = false
        for (group, name) in forwarding.probes.enumerated() {
            let health = table.groups[group]
            hasHeld = hasHeld || health.hasHeld
            guard drainsUntil == nil, health.isDue(now: now) || health.isIdle(now: now, pause: pause) else { continue }
            var key = AnswerKey(
                type: group == 0 ? RRType.ns.rawValue : RRType.soa.rawValue,
                dnssecOK: false,
                checkingDisabled: true
            ).real
            // A question of this group alone, whatever others ask.
            key.client = UInt32(group) + 1
            flightName.fill(name)
            guard let flight = table.open(flightName, key, hash: keyedHash(flightName, key, seed: seed)) else {
                continue
            }
            counters.probes += 1
            perform(table.start(flight, group: group, now: now), for: flight)
        }
        probeAt = now + (hasHeld ? min(UpstreamGroup.firstHold, pause) : pause)
    }
}

extension UpstreamGroup {
    /// Whether somebody is held down.
    var hasHeld: Bool { health.contains { $0.heldUntil > 0 } }

    /// Whether somebody's hold has ended, and it is not known what became of it.
    func isDue(now: UInt64) -> Bool { health.contains { $0.heldUntil > 0 && $0.heldUntil <= now } }

    /// Whether nobody was asked for so long.
    func isIdle(now: UInt64, pause: UInt64) -> Bool { health.allSatisfy { now &- $0.askedAt >= pause } }
}
