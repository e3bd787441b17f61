internal import CSockets
internal import DNS

extension Worker {
    /// Batches taken from a socket before other events get their turn.
    private static let maximumRounds = 4

    /// Takes and answers the datagrams that have arrived.
    mutating func receiveDatagrams(_ socket: Int32) {
        for _ in 0..<Self.maximumRounds {
            let count = batch.receive(socket)
            guard count > 0 else { return }
            receivedDatagrams = true
            for index in 0..<count {
                guard batch.length(index) <= DatagramBatch.maximumQuery else {
                    counters.droppedOversized += 1
                    continue
                }
                let origin = Origin(socket: socket, peer: batch.sender(index))
                if limitsRate, unsafe isOverLimit(batch.octets(index), from: origin) { continue }
                // Nothing is received into the batch before this query has been dealt with.
                if unsafe answer(batch.octets(index), from: origin, overTCP: false) { send(to: origin) }
            }
            if count < DatagramBatch.size { return }
        }
    }

    /// Queues the reply under construction as a datagram.
    mutating func send(to origin: Origin) {
        counters.droppedReplies += UInt64(batch.queue(reply, socket: origin.socket, to: origin.peer))
    }
}
