import FilterLists
import Foundation
import Policy
import TestSupport
import Testing
import TextScan

@Suite struct RealListsTests {
    @Test(.enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)))
    func everyRealListIsReadOrRefusedWithItsReason() throws {
        let root = try #require(SharedSuites.root)
        for file in try SharedSuites.files(in: "data/blocklists") where file != "MANIFEST.tsv" {
            let path = root.appendingPathComponent("data/blocklists/" + file).path
            do {
                let loaded = try LayerLoader.load([ListInput(path: path)])
                for report in loaded.reports {
                    print(file, report.format, report.engine, report.lines, "rules", report.rules, "ignored", report.ignored, "unsupported", report.unsupported)
                    for d in report.diagnostics.prefix(3) { print("     ", d.line ?? 0, d.text) }
                }
            } catch {
                print(file, "ERROR", error.isUndecided, error.text)
            }
        }
    }
}
