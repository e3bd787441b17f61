import Glibc
import Testing
import TextScan

@Suite struct InputFileTests {
    @Test(arguments: [
        ("list.txt", Compression?.none), ("list.txt.gz", .gzip), ("list.txt.xz", .xz), ("list.txt.zst", .zstd),
    ])
    func readsEveryPackingAlike(name: String, compression: Compression?) throws {
        let plain = try #require(InputFile.read(path: Fixture.path("list.txt")).inputs.first)
        let set = try InputFile.read(path: Fixture.path(name))
        let input = try #require(set.inputs.first)
        #expect(set.inputs.count == 1)
        #expect(set.diagnostics.isEmpty)
        #expect(input.path == Fixture.path(name))
        #expect(input.compression == compression)
        #expect(input.bytes.span.octets == plain.bytes.span.octets)
        #expect(input.bytes.count == 572)
    }

    @Test func readsMembersOfAZip() throws {
        let path = Fixture.path("lists.zip")
        let set = try InputFile.read(path: path)
        #expect(set.inputs.map(\.path) == ["\(path):a/hosts.txt", "\(path):b.txt"])
        #expect(set.inputs.map(\.bytes.count) == [572, 18])
        #expect(set.diagnostics.map(\.reason) == ["empty-input"])
    }

    @Test func refusesMembersThatLeaveTheArchive() throws {
        let path = Fixture.path("hostile.zip")
        let set = try InputFile.read(path: path)
        #expect(set.inputs.map(\.path) == ["\(path):good.txt"])
        #expect(
            set.diagnostics.map(\.reason) == [
                "member-path", "member-path", "member-path", "member-path", "member-not-a-file",
            ]
        )
    }

    @Test func keepsSoundMembersBesideADamagedOne() throws {
        let path = Fixture.path("damaged.zip")
        let set = try InputFile.read(path: path)
        #expect(set.inputs.map(\.path) == ["\(path):two.txt"])
        #expect(set.diagnostics.map(\.reason) == ["corrupt-archive"])
    }

    @Test(arguments: [
        ("absent.txt", "not-found"), ("list.txt/x", "not-found"), ("", "is-directory"),
        ("bomb.gz", "compression-ratio"),
        ("truncated.gz", "corrupt-archive"), ("none.zip", "archive-without-members"), ("empty.gz", "empty-input"),
    ])
    func failsWithAReason(name: String, id: String) {
        let error = #expect(throws: InputError.self) { try InputFile.read(path: Fixture.path(name)) }
        #expect(error?.id == id)
        #expect(error?.path == Fixture.path(name))
        #expect(error?.text.isEmpty == false)
    }

    @Test func keepsWhatADamagedLogYieldedWhenAsked() throws {
        let path = Fixture.path("truncated.gz")
        let set = try InputFile.read(path: path, limits: InputLimits(keepsDamaged: true))
        #expect(set.diagnostics.map(\.reason) == ["corrupt-archive"])
        #expect(try #require(set.inputs.first).bytes.count == 131_072)
    }

    @Test func refusesExpansionBeyondTheCap() {
        let limits = InputLimits(maximumExpandedSize: 500)
        let error = #expect(throws: InputError.self) {
            try InputFile.read(path: Fixture.path("list.txt.xz"), limits: limits)
        }
        #expect(error?.reason == .tooLarge(limit: 500))
    }

    @Test func refusesAnEmptyFile() throws {
        let path = try Fixture.temporaryFolder() + "/empty"
        try Fixture.write([], to: path)
        let error = #expect(throws: InputError.self) { try InputFile.read(path: path) }
        #expect(error?.reason == .empty)
    }

    @Test func mapsLargeFiles() throws {
        let path = try Fixture.temporaryFolder() + "/large"
        try Fixture.writeSparse(Array("first\n".utf8), size: 70 << 20, to: path)
        defer { unsafe unlink(path) }
        let input = try #require(InputFile.read(path: path).inputs.first)
        #expect(input.bytes.count == 70 << 20)
        let begins = input.bytes.span.hasPrefix("first\n")
        #expect(begins)
    }

    @Test func readsDevicesOnlyUpToTheLimit() {
        let limits = InputLimits(maximumExpandedSize: 1 << 20)
        let error = #expect(throws: InputError.self) { try InputFile.read(path: "/dev/zero", limits: limits) }
        #expect(error?.reason == .tooLarge(limit: 1 << 20))
        let empty = #expect(throws: InputError.self) { try InputFile.read(path: "/dev/null") }
        #expect(empty?.reason == .empty)
    }

    @Test func doesNotWaitForEverForAPipe() throws {
        let path = try Fixture.pipe()
        let error = #expect(throws: InputError.self) {
            try InputFile.read(path: path, limits: InputLimits(idleTimeout: 20))
        }
        #expect(error?.reason == .timedOut(milliseconds: 20))
    }

    @Test func readsAPipeThatIsWritten() throws {
        let text = Array("0.0.0.0 a.example\n".utf8)
        let reader = try Fixture.closedPipe(holding: text)
        defer { close(reader) }
        let input = try #require(InputFile.read(path: "/dev/fd/\(reader)").inputs.first)
        #expect(input.bytes.span.octets == text)
    }
}
