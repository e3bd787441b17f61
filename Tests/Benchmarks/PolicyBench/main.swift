// policy-bench LIST [ENGINE [NAMES]]: seconds to read and compile a list, memory a rule, nanoseconds a lookup.
import DNS
import FilterLists
import Glibc
import Policy

/// Processor seconds of this process, so that other work on the machine does not count.
func seconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Resident kilobytes from /proc.
func residentKilobytes() -> Int {
    guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard unsafe fgets(&line, 256, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4
}

func round(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    return "\((value * scale).rounded() / scale)"
}

/// Times lookups of every name, three rounds, and prints the best.
func measure(_ title: String, _ names: [DomainName], _ layer: CompiledLayer) {
    guard !names.isEmpty else { return }
    var best = Double.infinity
    var hits = 0
    for _ in 0..<3 {
        hits = 0
        var buffer = NameBuffer()
        var spent = 0.0
        // Filling the buffer is the packet parser's work, so it is timed apart and taken off.
        let start = seconds()
        for name in names {
            buffer.fill(name)
            if layer.decide(buffer, type: .a).kind != .pass { hits += 1 }
        }
        spent = seconds() - start
        let fillStart = seconds()
        var octets = 0
        for name in names {
            buffer.fill(name)
            octets += buffer.count
        }
        precondition(octets > 0)
        best = min(best, spent - (seconds() - fillStart))
    }
    print(title, round(best / Double(names.count) * 1e9, 1), "ns", "hits \(hits) of \(names.count)")
}

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: policy-bench LIST [ENGINE]")
    exit(2)
}
let engine = arguments.count > 2 ? Engine(rawValue: arguments[2]) : nil
let before = residentKilobytes()
let start = seconds()
do throws(ListError) {
    let loaded = try LayerLoader.load([ListInput(path: arguments[1])], engine: engine)
    let spent = seconds() - start
    let after = residentKilobytes()
    let report = loaded.reports[0]
    print("list", report.format.id, report.engine.rawValue, "\(report.lines) lines \(report.rules) rules")
    print("load", round(spent, 3), "cpu-s")
    print("resident", after - before, "KiB")
    let beside = Double((after - before) * 1024 - report.octets) / Double(max(report.rules, 1))
    print("bytes-a-rule", round(beside, 1), "octets beside the list")
    var hits: [DomainName] = []
    var misses: [DomainName] = []
    var state: UInt64 = 42
    for _ in 0..<200_000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let rule = Int(truncatingIfNeeded: (state >> 33)) % loaded.layer.ruleCount
        if let name = loaded.layer.name(rule) { hits.append(name) }
        if let name = try? DomainName("h\(state >> 40).miss\(state >> 50).example") { misses.append(name) }
    }
    measure("hit", hits, loaded.layer)
    measure("miss", misses, loaded.layer)
} catch {
    print(error)
    exit(3)
}
