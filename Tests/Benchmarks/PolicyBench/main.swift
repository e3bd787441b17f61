// policy-bench LAYER…: what one stack costs. A layer is ENGINE=LIST[,LIST…] or LIST[,LIST…], nearest the client first.
//
// Prints lines of WORDS NUMBER UNIT: time and memory of loading, nanoseconds and allocations of a lookup, one name after the
// other and in batches. Names that hit are those of random rules, as long as they are; those that miss have five labels.
// Every one is asked once a round, so that its rule is in memory alone; `again` is for a thousand of them, in turns.
import CCounter
import DNS
import FilterLists
import Glibc
import Policy

/// Seconds of a clock.
func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Octets resident, as /proc says.
func residentOctets() -> Int {
    guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard unsafe fgets(&line, 256, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}

/// Prints one figure.
func show(_ title: String, _ value: Double, _ digits: Int, _ unit: String) {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let rounded = (value * scale).rounded() / scale
    print(title, digits == 0 ? "\(Int(rounded))" : "\(rounded)", unit)
}

/// The layer that an argument names.
func request(_ argument: String) -> LayerRequest {
    let parts = argument.split(separator: "=", maxSplits: 1)
    let engine = parts.count > 1 ? Engine(rawValue: String(parts[0])) : nil
    let lists = (engine == nil ? Substring(argument) : parts[1]).split(separator: ",")
    return LayerRequest(lists: lists.map { ListInput(path: String($0)) }, engine: engine)
}

/// Times lookups of every name, the best of five rounds; filling the buffer is the packet parser's work and taken off.
func measure(_ title: String, _ names: [DomainName], _ stack: CompiledStack) {
    guard !names.isEmpty else { return }
    var best = Double.infinity
    var (hits, allocations, labels) = (0, 0, 0)
    var buffer = NameBuffer()
    let context = QueryContext.unknown
    for _ in 0..<5 {
        hits = 0
        labels = 0
        let (before, start) = (ccounter_allocations(), seconds(CLOCK_PROCESS_CPUTIME_ID))
        for name in names {
            buffer.fill(name)
            if stack.decide(buffer, type: .a, context: context).hasRule { hits += 1 }
        }
        let spent = seconds(CLOCK_PROCESS_CPUTIME_ID) - start
        allocations = ccounter_allocations() - before
        let fillStart = seconds(CLOCK_PROCESS_CPUTIME_ID)
        for name in names {
            buffer.fill(name)
            labels += buffer.labelCount
        }
        best = min(best, spent - (seconds(CLOCK_PROCESS_CPUTIME_ID) - fillStart))
    }
    let count = Double(names.count)
    show(title, best / count * 1e9, 1, "ns")
    show("\(title)-allocations", Double(allocations) / count, 6, "a lookup")
    show("\(title)-rules-met", Double(hits) / count * 100, 1, "%")
    show("\(title)-labels", Double(labels) / count, 2, "a name")
}

/// The same in batches, whose memory is fetched together; filling and hashing counts.
func measureBatches(_ title: String, _ names: [DomainName], _ stack: CompiledStack) {
    guard !names.isEmpty else { return }
    var best = Double.infinity
    var batch = NameBatch()
    let context = QueryContext.unknown
    // Wire forms one behind the other, so that no name is counted as an object.
    let wire = names.flatMap { $0.wire }
    let starts = names.indices.reduce(into: [0]) { $0.append($0[$1] + names[$1].wire.count) }
    for _ in 0..<5 {
        var hits = 0
        let start = seconds(CLOCK_PROCESS_CPUTIME_ID)
        for index in names.indices {
            batch.append { $0.fill(trustedWire: wire.span, at: starts[index]) }
            guard batch.isFull || index + 1 == names.count else { continue }
            stack.prefetch(&batch)
            for place in 0..<batch.count
            where batch.with(place, { stack.decide($0, $1, type: .a, context: context).hasRule }) { hits += 1 }
            batch.removeAll()
        }
        precondition(hits <= names.count)
        best = min(best, seconds(CLOCK_PROCESS_CPUTIME_ID) - start)
    }
    show(title, best / Double(names.count) * 1e9, 1, "ns")
}

let arguments = CommandLine.arguments.dropFirst()
guard !arguments.isEmpty else {
    print("usage: policy-bench [ENGINE=]LIST[,LIST…] …")
    exit(2)
}
let before = residentOctets()
let (wall, processor) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
do throws(ListError) {
    var layers: [CompiledLayer] = []
    var octets = 0
    for result in LayerLoader.loadAll(arguments.map(request)) {
        let loaded = try result.get()
        layers.append(loaded.layer)
        octets += loaded.reports.reduce(0) { $0 + $1.octets }
    }
    let stack = CompiledStack(layers: layers)
    show("rules", Double(stack.ruleCount), 0, "")
    show("load", seconds(CLOCK_PROCESS_CPUTIME_ID) - processor, 3, "processor-s")
    show("load-wall", seconds(CLOCK_MONOTONIC) - wall, 3, "s")
    let resident = residentOctets() - before
    show("resident", Double(resident) / 1e6, 1, "MB")
    show("beside-the-lists", Double(resident - octets) / Double(max(stack.ruleCount, 1)), 1, "octets a rule")
    var hits: [DomainName] = []
    var misses: [DomainName] = []
    var random: UInt64 = 42
    for _ in 0..<200_000 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // Layers such as those of zones may have no rule of a list.
        if stack.ruleCount > 0 {
            var place = Int(truncatingIfNeeded: random >> 33) % stack.ruleCount
            var index = 0
            while place >= layers[index].ruleCount {
                place -= layers[index].ruleCount
                index += 1
            }
            if let name = layers[index].name(place) { hits.append(name) }
        }
        let (first, second) = (String(random >> 44, radix: 36), String(random >> 24 & 0xFFFFF, radix: 36))
        if let name = try? DomainName("h\(first).cdn.www.m\(second).com") { misses.append(name) }
    }
    measure("hit", hits, stack)
    measure("miss", misses, stack)
    measureBatches("hit-in-batches", hits, stack)
    measureBatches("miss-in-batches", misses, stack)
    let (few, others) = ([DomainName](hits.prefix(1_000)), [DomainName](misses.prefix(1_000)))
    measure("hit-again", (0..<200).flatMap { _ in few }, stack)
    measure("miss-again", (0..<200).flatMap { _ in others }, stack)
} catch {
    print(error)
    exit(3)
}
