import Foundation
import TestSupport
import Testing

/// Bundles of evidence: `--bundle`, and `verify`.
@Suite struct EvidenceTests {
    /// A new folder with copies of the demo files, which the caller may spoil.
    private static func folder() throws -> URL {
        let folder = Patchway.scratch.appendingPathComponent("evidence-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: Fixtures.packageRoot.appendingPathComponent("Zones/demo"),
            to: folder.appendingPathComponent("demo")
        )
        let tree = folder.appendingPathComponent("tree/ads")
        try FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
        try Data("windowsupdate.com\n".utf8).write(to: tree.appendingPathComponent("domains"))
        return folder
    }

    /// Made once: an audit takes its time.
    private static let template = Result { try made("audit @/demo/hosts.txt --names @/demo/names.txt -o ndjson") }

    /// A copy of a bundle of an audit of one list.
    private static func bundle() throws -> URL {
        let copy = try folder().appendingPathComponent("bundle")
        try FileManager.default.copyItem(at: try template.get(), to: copy)
        return copy
    }

    /// A bundle of what a command says.
    private static func made(_ arguments: String) throws -> URL {
        let folder = try folder()
        let words = arguments.replacing("@", with: folder.path).split(separator: " ").map(String.init)
        let bundle = folder.appendingPathComponent("bundle")
        let made = try Patchway.run(words + ["--bundle", bundle.path])
        #expect(FileManager.default.fileExists(atPath: bundle.path), "\(made.errors)")
        return bundle
    }

    private static func verify(_ bundle: URL) throws -> Patchway.Result {
        try Patchway.run(["verify", bundle.path])
    }

    // MARK: - What is the same

    static let runs: [(arguments: String, status: Int32)] = [
        ("audit @/demo/hosts.txt @/demo/rpz.zone @/demo/dnsmasq.conf", 1),
        ("audit -v --names @/demo/names.txt @/demo/adblock.txt", 1),
        ("audit @/demo/hosts.txt --names @/demo/names.txt -o html", 1),
        ("audit @/demo/hosts.txt -o json --fail-on critical", 1),
        ("audit @/demo/hosts.txt --names @/demo/names.txt -o sarif", 1),
        ("audit --stack @/demo/patchway.yaml -o ndjson", 1),
        ("audit @/tree -o csv", 1),
        ("audit @/demo/hosts.txt @/demo/no-such.txt", 2),
        ("audit --equivalent @/demo/hosts.txt @/demo/adblock.txt", 1),
        ("check --list @/demo/hosts.txt -f @/demo/names.txt", 0),
        ("check --stack @/demo/patchway.yaml --known-chains ctldl.windowsupdate.com", 0),
        ("cover @/demo/firewall.txt --engine pan-os", 1),
        ("allow @/demo/hosts.txt -o rules", 0),
    ]

    @Test(arguments: runs.indices)
    func comesOutTheSameWithoutTheFiles(index: Int) throws {
        let (arguments, status) = Self.runs[index]
        let folder = try Self.folder()
        let words = arguments.replacing("@", with: folder.path).split(separator: " ").map(String.init)
        let bundle = folder.appendingPathComponent("bundle")
        let alone = try Patchway.run(words)
        let made = try Patchway.run(words + ["--bundle=\(bundle.path)"], environment: ["COLUMNS": "77"])
        #expect(alone.status == status && made.status == status, "\(made.errors)")
        #expect(made.errors.contains("SHA-256 of its manifest: "))
        for gone in ["demo", "tree"] { try FileManager.default.removeItem(at: folder.appendingPathComponent(gone)) }
        let verified = try Self.verify(bundle)
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        #expect(verified.output.contains("The same, octet for octet"))
        let kept = try Data(contentsOf: bundle.appendingPathComponent("report"))
        #expect(String(decoding: kept, as: UTF8.self) == made.output)
    }

    @Test func standardInputIsKept() throws {
        let folder = try Self.folder()
        let made = try Patchway.shell(
            "cat \(folder.path)/demo/hosts.txt | patchway audit - --engine pihole --bundle \(folder.path)/bundle"
        )
        #expect(made.status == 1, "\(made.errors)")
        #expect(try Self.verify(folder.appendingPathComponent("bundle")).status == 0)
    }

    @Test(arguments: ["cd bundle && zip -q -r ../all.zip .", "zip -q -r all.zip bundle"])
    func anArchiveIsAsGood(pack: String) throws {
        let bundle = try Self.bundle()
        let folder = bundle.deletingLastPathComponent()
        #expect(try Patchway.shell("cd \(folder.path) && \(pack)").status == 0)
        let verified = try Self.verify(folder.appendingPathComponent("all.zip"))
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    }

    @Test func nothingIsWrittenOver() throws {
        let bundle = try Self.bundle()
        let again = try Patchway.run(["audit", "Zones/demo/hosts.txt", "--bundle", bundle.path])
        #expect(again.status == 2)
        #expect(again.errors.contains("is there already; name a new folder"))
    }

    // MARK: - What was changed

    private static func files(_ bundle: URL) throws -> [String] {
        let inputs = try FileManager.default.contentsOfDirectory(atPath: bundle.path + "/inputs").map { "inputs/\($0)" }
        return ["manifest.ndjson", "report"] + inputs
    }

    @Test func everyChangedOctetIsFound() throws {
        let bundle = try Self.bundle()
        for name in try Self.files(bundle) {
            let place = bundle.appendingPathComponent(name)
            let whole = try Data(contentsOf: place)
            for position in [0, whole.count / 3, whole.count / 2, whole.count - 2] {
                var changed = whole
                changed[position] ^= 1
                try changed.write(to: place)
                let result = try Self.verify(bundle)
                #expect(result.status == 1 || result.status == 2, "\(name)@\(position)")
                if name != "manifest.ndjson" { #expect(result.output.contains("\(name)"), "\(result.output)") }
            }
            try whole.write(to: place)
        }
        #expect(try Self.verify(bundle).status == 0)
    }

    @Test func everyMissingFileIsNamed() throws {
        let bundle = try Self.bundle()
        for name in try Self.files(bundle) {
            let place = bundle.appendingPathComponent(name)
            let whole = try Data(contentsOf: place)
            try FileManager.default.removeItem(at: place)
            let result = try Self.verify(bundle)
            #expect(result.status == (name == "manifest.ndjson" ? 2 : 1))
            #expect((result.output + result.errors).contains(name))
            try whole.write(to: place)
        }
    }

    @Test(arguments: ["more", "inputs/more", ".hidden"])
    func whatIsThereBesideIsNamed(name: String) throws {
        let bundle = try Self.bundle()
        try Data("x".utf8).write(to: bundle.appendingPathComponent(name))
        let result = try Self.verify(bundle)
        #expect(result.status == 1)
        #expect(result.output.contains("DIFFERS: \(name): is not in the manifest"))
    }

    @Test func linksAreNotFollowed() throws {
        let bundle = try Self.bundle()
        let report = bundle.appendingPathComponent("report")
        let aside = bundle.deletingLastPathComponent().appendingPathComponent("aside")
        try FileManager.default.moveItem(at: report, to: aside)
        try FileManager.default.createSymbolicLink(at: report, withDestinationURL: aside)
        let result = try Self.verify(bundle)
        #expect(result.status == 1)
        #expect(result.output.contains("report: is a link"))
        let inputs = bundle.appendingPathComponent("inputs")
        let other = bundle.deletingLastPathComponent().appendingPathComponent("inputs-aside")
        try FileManager.default.moveItem(at: inputs, to: other)
        try FileManager.default.createSymbolicLink(at: inputs, withDestinationURL: other)
        #expect(try Self.verify(bundle).output.contains("inputs: is no folder"))
    }

    /// A report that was changed with its hash is found out by running again, with the line.
    @Test func aForgedReportIsNotTheOneThatComes() throws {
        let bundle = try Self.bundle()
        let place = bundle.appendingPathComponent("report")
        let forged = String(decoding: try Data(contentsOf: place), as: UTF8.self).replacing(
            "sinkhole",
            with: "nxdomain"
        )
        let old = try Patchway.shell("sha256sum < \(place.path) | cut -d' ' -f1").output.dropLast()
        try Data(forged.utf8).write(to: place)
        let new = try Patchway.shell("sha256sum < \(place.path) | cut -d' ' -f1").output.dropLast()
        try Self.edit(bundle) { $0.replacing(old, with: new) }
        let result = try Self.verify(bundle)
        #expect(result.status == 1)
        #expect(result.output.contains("DIFFERS: report:3\n  then: "))
        #expect(!result.output.contains("SHA-256"))
    }

    private static func edit(_ bundle: URL, _ change: (String) -> String) throws {
        let place = bundle.appendingPathComponent("manifest.ndjson")
        let text = String(decoding: try Data(contentsOf: place), as: UTF8.self)
        try Data(change(text).utf8).write(to: place)
    }

    static let zero = String(repeating: "0", count: 64)
    static let edits: [(regex: String, with: String, status: Int32, says: String)] = [
        (
            "\"catalog/chains.tsv\",\"sha256\":\"[0-9a-f]*\"", "\"catalog/chains.tsv\",\"sha256\":\"\(zero)\"", 1,
            "DIFFERS: catalog/chains.tsv, part of the program: SHA-256 \(zero) then,"
        ),
        ("\"catalog: [^\"]*\"", "\"catalog: older\"", 1, "DIFFERS: catalog: "),
        ("\"version\":\"[^\"]*\"", "\"version\":\"0.0.9\"", 1, "DIFFERS: program: version 0.0.9 then"),
        ("\"status\":1", "\"status\":0", 1, "DIFFERS: exit status: 0 then, 1 now"),
        ("\\{\"kind\":\"input\"[^\n]*\n", "", 1, "is read now, and is not in the bundle"),
        ("\\[\"audit\",", "[\"serve\",", 2, "is no command line that a bundle is made by"),
        ("\\[\"audit\",", "[\"audit\",\"--bundle\",\"/tmp/x\",", 2, "is no command line that a bundle is made by"),
        ("\\[\"audit\",", "[\"--version\",", 2, "is no command line that a bundle is made by"),
        ("(?s)\\{\"kind\":\"report\".*", "", 2, "no record of kind `report`"),
        (
            "\"kind\":\"versions\"", "\"kind\":\"versoins\"", 2,
            "manifest.ndjson:2:9: `kind`: no kind of record of a bundle"
        ),
        ("\"form\":1", "\"form\":2", 2, "only bundles of form 1"),
        ("\"form\":1", "\"form\":01", 2, "manifest.ndjson:1:25: no number"),
        ("\"width\":[0-9]+", "\"width\":100000", 2, "`width`: is none from 1 to 10000"),
        (
            "\"sha256\":\"[0-9a-f]{64}\"\\}\n\\{\"kind\":\"folder\"",
            "\"sha256\":\"../../../../etc/passwd\"}\n{\"kind\":\"folder\"",
            2, "`sha256`: is not 64 hexadecimal digits"
        ),
        (
            "\\{\"kind\":\"versions\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 2,
            "nested more than 32 deep"
        ),
        ("\"labels\"", "\"labels\":[],\"labels\"", 2, "`labels` is there twice"),
        ("\"labels\"", "\"\\\\x\"", 2, "there is no such escape"),
        ("\\{\"kind\":\"versions\"", "\u{1B}[2J", 2, "manifest.ndjson:2:1: expected a value"),
        ("(?s)^.*$", "", 2, "no record of kind `bundle`"),
    ]

    @Test(arguments: edits.indices)
    func hostileManifestsAreRefusedWithTheirPlace(index: Int) throws {
        let (regex, replacement, status, says) = Self.edits[index]
        let bundle = try Self.bundle()
        var isChanged = false
        try Self.edit(bundle) { text in
            let changed = text.replacingOccurrences(of: regex, with: replacement, options: .regularExpression)
            isChanged = changed != text
            return changed
        }
        #expect(isChanged)
        let result = try Self.verify(bundle)
        #expect(result.status == status, "\(result.output)\(result.errors)")
        #expect((result.output + result.errors).contains(says), "\(result.output)\(result.errors)")
        #expect(!result.errors.contains("\u{1B}"))
    }

    @Test(arguments: ["Zones/demo", "Zones/demo/hosts.txt", "Zones/no-such"])
    func whatIsNoBundleIsSaid(path: String) throws {
        let result = try Patchway.run(["verify", path])
        #expect(result.status == 2)
        #expect(result.errors.hasPrefix("patchway: \(path): "), "\(result.errors)")
    }
}
