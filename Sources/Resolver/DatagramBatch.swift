internal import CSockets

/// A batch of datagrams received and one to be sent, in memory of the C shim.
@safe struct DatagramBatch: ~Copyable {
    private let batch: OpaquePointer

    /// Datagrams in a batch.
    static let size = Int(PATCHWAY_BATCH)
    /// The largest datagram taken.
    static let maximumQuery = Int(PATCHWAY_QUERY_SIZE)

    /// Empty buffers; nil when there is no memory.
    init?() {
        guard let batch = unsafe patchway_batch_create() else { return nil }
        unsafe self.batch = unsafe batch
    }

    deinit { unsafe patchway_batch_destroy(batch) }

    /// Takes what has arrived at a socket; gives the number of datagrams, or a negated errno.
    mutating func receive(_ socket: Int32) -> Int { unsafe Int(patchway_batch_receive(batch, socket)) }

    /// Octets of a datagram, also when it did not fit.
    func length(_ index: Int) -> Int { unsafe patchway_batch_query_length(batch, Int32(index)) }

    /// The sender of a datagram.
    func sender(_ index: Int) -> patchway_peer { unsafe patchway_batch_client(batch, Int32(index)).pointee }

    /// The octets of a datagram: valid until the next ``receive(_:)``, whatever else happens to the batch.
    @unsafe @_lifetime(immortal)
    func octets(_ index: Int) -> Span<UInt8> {
        let start = unsafe patchway_batch_query(batch, Int32(index))
        let octets = unsafe UnsafeBufferPointer(start: start, count: min(length(index), Self.maximumQuery))
        return unsafe _overrideLifetime(Span(_unsafeElements: octets), copying: ())
    }

    /// Queues a reply; gives the number of earlier replies that the kernel did not take.
    mutating func queue(_ reply: borrowing MessageBuffer, socket: Int32, to peer: patchway_peer) -> Int {
        var peer = peer
        return unsafe reply.span.withUnsafeBufferPointer { octets in
            unsafe Int(patchway_batch_queue(batch, socket, octets.baseAddress, octets.count, &peer))
        }
    }

    /// Sends what is queued; gives the number of replies that the kernel did not take.
    mutating func flush() -> Int { unsafe Int(patchway_batch_flush(batch)) }
}
