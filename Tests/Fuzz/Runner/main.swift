// fuzz SUBJECT [FLAG…] [FOLDER…]: tries octets that find new ways through one part of the program, by libFuzzer, whose flags
// and folders of examples these are. `fuzz --list` lists the subjects, `fuzz --seed SUBJECT FOLDER` writes the examples that
// the tests have for one into a folder. Scripts/fuzz builds and runs it.
import CFuzzer
import Foundation
import FuzzSubjects

/// What is tried; set once, before the first input.
nonisolated(unsafe) private var trial: (Span<UInt8>) -> Void = { _ in }

private func fail(_ text: String) -> Never {
    let line = Array("fuzz: \(text)\n".utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    exit(2)
}

private func subject(_ name: String) -> Subject {
    guard let subject = Subject.all.first(where: { $0.name == name }) else { fail("no subject is called \(name)") }
    return subject
}

private func run(_ name: String) -> Int32 {
    unsafe trial = subject(name).trial
    // libFuzzer's own arguments begin behind the subject.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv + 1
    return unsafe LLVMFuzzerRunDriver(&count, &arguments) { octets, count in
        unsafe trial(Span(_unsafeElements: UnsafeBufferPointer(start: octets, count: count)))
        return 0
    }
}

switch Array(CommandLine.arguments.dropFirst()) {
case ["--list"]: for subject in Subject.all { print(subject.name) }
case let words where words.count == 3 && words[0] == "--seed":
    for (name, octets) in subject(words[1]).examples {
        try Data(octets).write(to: URL(fileURLWithPath: words[2]).appendingPathComponent(name))
    }
case let words where !words.isEmpty && words[0].first != "-": exit(run(words[0]))
default: fail("usage: fuzz SUBJECT [FLAG…] [FOLDER…] | --list | --seed SUBJECT FOLDER")
}
