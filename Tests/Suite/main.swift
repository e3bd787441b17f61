import Foundation
import Suites

// `suite DIR…`: runs the suites in folders; exit code 1 when a case fails, 2 when there is no suite.
let folders = CommandLine.arguments.dropFirst()
guard !folders.isEmpty else {
    print("usage: suite DIR…")
    exit(2)
}
var failed = false
for path in folders {
    let folder = URL(fileURLWithPath: path)
    do {
        let scores = try CaseSuite.scores(in: folder)
        guard !scores.isEmpty else {
            print("\(path): no suite")
            exit(2)
        }
        for score in scores {
            print(score.report)
            if !score.failures.isEmpty { failed = true }
        }
    } catch {
        print("\(path): \(error)")
        exit(2)
    }
}
exit(failed ? 1 : 0)
