/// Transactions in the order in which they began, each reachable by its number until it leaves at the front.
struct TransactionRing<Transaction> {
    private var slots: [Transaction] = []
    /// What stands where a transaction has left.
    private let blank: Transaction
    /// The slot of the oldest transaction; what lies before it is dropped in batches.
    private var head = 0
    /// The number of the oldest transaction.
    private(set) var firstNumber = 0

    /// An empty ring; `blank` is any transaction that costs little to copy.
    init(blank: Transaction) { self.blank = blank }

    /// Transactions held.
    var count: Int { slots.count - head }

    /// The number after the youngest.
    var endNumber: Int { firstNumber + count }

    /// Adds the youngest; returns its number.
    mutating func append(_ transaction: consuming Transaction) -> Int {
        slots.append(transaction)
        return endNumber - 1
    }

    /// The transaction of a number between ``firstNumber`` and ``endNumber``; looked at in its place, as it is large.
    subscript(number: Int) -> Transaction {
        _read { yield slots[number - firstNumber + head] }
        _modify { yield &slots[number - firstNumber + head] }
    }

    /// Takes out the oldest; there must be one.
    mutating func removeFirst() -> Transaction {
        var transaction = blank
        swap(&slots[head], &transaction)
        head += 1
        firstNumber += 1
        if head >= 256, head * 2 >= slots.count {
            slots.removeFirst(head)
            head = 0
        }
        return transaction
    }
}
