internal import Glibc
public import Policy
internal import Synchronization

/// What a layer is to be made of; see ``LayerLoader/load(_:engine:blockMode:options:mayBeEmpty:limits:)``.
public struct LayerRequest: Sendable {
    /// Its lists, in order.
    public var lists: [ListInput]
    /// Its engine; nil takes that of the first list's format.
    public var engine: Engine?
    /// A block mode of the engine; nil takes its default.
    public var blockMode: String?
    /// What else the engine's configuration says.
    public var options: LayerOptions

    /// A request.
    public init(
        lists: [ListInput],
        engine: Engine? = nil,
        blockMode: String? = nil,
        options: LayerOptions = LayerOptions()
    ) {
        self.lists = lists
        self.engine = engine
        self.blockMode = blockMode
        self.options = options
    }

    /// Octets to be read, as far as anybody knows before.
    fileprivate var octets: Int {
        lists.reduce(0) { sum, list in
            var status = stat()
            let size = list.octets?.count ?? (unsafe stat(list.path, &status) == 0 ? Int(status.st_size) : 0)
            return sum + size
        }
    }
}

extension LayerLoader {
    /// Loads the layers of a stack side by side, on as many threads as there are processors.
    ///
    /// The largest is begun first: compiling takes more memory than a layer keeps, and takes it while there is little else.
    /// - Returns: the layers in the order of their requests, or what is wrong with them.
    public static func loadAll(_ requests: [LayerRequest]) -> [Result<LoadedLayer, ListError>] {
        let queue = LoadQueue(requests)
        let helpers = min(requests.count, sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1
        // A thread that the system refuses leaves its work to the others.
        let threads = (0..<max(helpers, 0)).compactMap { _ in SystemThread { queue.work() } }
        queue.work()
        for thread in threads { thread.join() }
        FlatStorage.giveBackFreed()
        return queue.results()
    }
}

/// Layers that wait to be loaded, and those that are.
private final class LoadQueue: Sendable {
    private let requests: [LayerRequest]
    private let order: [Int]
    private let next = Atomic(0)
    private let loaded: Mutex<[Int: Result<LoadedLayer, ListError>]> = Mutex([:])

    init(_ requests: [LayerRequest]) {
        self.requests = requests
        let sizes = requests.map(\.octets)
        order = requests.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    }

    /// Loads one layer after the other until none waits.
    func work() {
        while true {
            let place = next.add(1, ordering: .relaxed).oldValue
            guard place < order.count else { return }
            let request = requests[order[place]]
            let result = Result { () throws(ListError) in
                try LayerLoader.load(
                    request.lists,
                    engine: request.engine,
                    blockMode: request.blockMode,
                    options: request.options
                )
            }
            loaded.withLock { $0[order[place]] = result }
        }
    }

    /// The results in the order of the requests; only when all work has ended.
    func results() -> [Result<LoadedLayer, ListError>] {
        loaded.withLock { loaded in requests.indices.compactMap { loaded[$0] } }
    }
}
