import Foundation
import TestSupport
import Testing

private let canActivate = FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-socket-activate")
private let canAnalyze = FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")
private let hasDig = FileManager.default.isExecutableFile(atPath: "/usr/bin/dig")

/// `serve` as a service manager runs it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServiceTests {
    private static let zone = ["--zone", "Zones/update-service.zone", "--list", "Zones/demo/hosts.txt"]

    /// What a service manager hears, until `isEnough` or nothing more comes for so long.
    private func listen(_ socket: Int32, until isEnough: (String) -> Bool) -> [String] {
        var heard: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            var polled = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&polled, 1, 20_000) > 0 else { return heard }
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return heard }
            heard.append(String(decoding: buffer[..<count], as: UTF8.self))
            if isEnough(heard.last ?? "") { return heard }
        }
    }

    private func notifySocket() throws -> (descriptor: Int32, path: String) {
        let path = Patchway.scratch.appendingPathComponent("notify-\(UInt32.random(in: 0 ... .max))").path
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, octet) in path.utf8.enumerated() { unsafe room[index] = octet }
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        try #require(bound == 0)
        return (descriptor, path)
    }

    @Test func saysWhenItIsReadyReloadsLivesAndStops() throws {
        let (manager, path) = try notifySocket()
        defer { close(manager) }
        let (process, _, _) = try Patchway.process(
            Patchway.executable,
            ["serve", "--listen", "127.0.0.1:0"] + Self.zone,
            environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"]
        )
        try process.run()
        let started = listen(manager) { $0.contains("WATCHDOG=1") }
        #expect(started.first?.hasPrefix("READY=1\nSTATUS=") == true)
        #expect(started.last == "WATCHDOG=1")
        kill(process.processIdentifier, SIGHUP)
        let reloaded = listen(manager) { $0.contains("READY=1") }.filter { $0 != "WATCHDOG=1" }
        #expect(reloaded.first?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
        #expect(reloaded.last?.contains("STATUS=32 rules") == true, "\(reloaded)")
        kill(process.processIdentifier, SIGTERM)
        #expect(listen(manager) { $0.contains("STOPPING=1") }.last == "STOPPING=1")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// What SIGHUP does not take over is said, and so is what of a file is not used.
    @Test func saysWhatIsNotTakenOver() throws {
        let folder = Patchway.scratch.appendingPathComponent("reload-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let command = """
            cd \(folder.path); echo '0.0.0.0 bad.example' > a.hosts
            file='{upstreams: [192.0.2.1], listen: ["127.0.0.1:0"], layers: [{engine: pihole, lists: [a.hosts]}]'
            heard() { for _ in $(seq 200); do grep -q "$2" $1 && return; sleep 0.1; done; }
            echo "$file}" > c.yaml; patchway serve --config c.yaml 2> reload & child=$!; heard reload serving
            echo "$file, mode: enforce, stop-rebinding: yes, workers: 2}" > c.yaml
            kill -HUP $child; heard reload restart; kill $child; wait $child
            patchway serve --config c.yaml --list a.hosts --engine pihole 2> list & child=$!; heard list serving
            kill $child; wait $child
            patchway serve --stack c.yaml --upstream 192.0.2.1 --listen 127.0.0.1:0 2> stack & child=$!
            heard stack serving; kill $child; wait $child
            cat reload list stack
            """
        let said = try Patchway.shell(command).output
        for line in [
            "patchway: reloaded, 1 rule, mode enforce instead of shadow\n",
            "patchway: only a restart takes over what has changed in workers, stop-rebinding\n",
            "patchway: the layers of c.yaml are not used: --list names others\n",
            "patchway: of c.yaml only the layers are used, not mode, listen, workers, stop-rebinding, upstreams; --config takes",
        ] {
            #expect(said.contains(line), "\(line)\(said)")
        }
    }

    @Test func theWatchdogOfAnotherProcessIsLeftAlone() throws {
        let (manager, path) = try notifySocket()
        defer { close(manager) }
        let (process, _, _) = try Patchway.process(
            Patchway.executable,
            ["serve", "--listen", "127.0.0.1:0"] + Self.zone,
            environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"]
        )
        try process.run()
        #expect(listen(manager) { $0.contains("READY=1") }.count == 1)
        var polled = pollfd(fd: manager, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&polled, 1, 600) == 0)
        process.terminate()
        process.waitUntilExit()
    }

    @Test(.enabled(if: canActivate && hasDig, "systemd-socket-activate or dig is not installed"))
    func servesOnSocketsThatWereOpenedForIt() throws {
        for (option, digOption) in [("--datagram", "+notcp"), ("", "+tcp")] {
            let port = Int.random(in: 20_000..<30_000)
            let command = """
                systemd-socket-activate \(option) --listen=127.0.0.1:\(port) $(command -v patchway) \
                serve \(Self.zone.joined(separator: " ")) & child=$!
                for _ in $(seq 50); do
                    sleep 0.3
                    dig \(digOption) +time=1 +tries=1 -p \(port) @127.0.0.1 sls.update.microsoft.com A +short && break
                done
                kill $child; wait $child
                """
            let result = try Patchway.shell(command)
            #expect(result.output.contains("20.54.24.10"), "\(option): \(result.output) \(result.errors)")
            #expect(!result.errors.contains(":5353"), "the default address is not opened beside it")
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can become somebody else"))
    func becomesAnotherUser() throws {
        let command = """
            said=$(mktemp); patchway serve --listen 127.0.0.1:0 --user nobody \(Self.zone.joined(separator: " ")) 2> $said & child=$!
            for _ in $(seq 200); do grep -q serving $said && break; sleep 0.1; done; rm $said
            grep -E '^(Uid|Gid|Groups|CapEff)' /proc/$child/status; kill $child; wait $child
            """
        let lines = try Patchway.shell(command).output.split(separator: "\n").map {
            $0.split(whereSeparator: { $0 == "\t" || $0 == " " }).map(String.init)
        }
        #expect(lines.first == ["Uid:", "65534", "65534", "65534", "65534"])
        #expect(lines.contains(["CapEff:", "0000000000000000"]))
        let others = ["--listen", "0.0.0.0:0", "--allow-remote"]
        for (arguments, words) in [
            (others, "this would go on as root"), (["--user", "no-such-user"], "there is no user no-such-user"),
        ] {
            let result = try Patchway.run(["serve", "--listen", "127.0.0.1:0"] + arguments + Self.zone)
            #expect(result.status == 2)
            #expect(result.errors.contains(words))
        }
    }

    @Test(
        .enabled(if: canAnalyze, "systemd-analyze is not installed"),
        arguments: ["patchway.service", "patchway-fetch.service"]
    )
    func unitsAreHardened(unit: String) throws {
        let result = try Patchway.shell(
            "systemd-analyze security --offline=true --threshold=15 Scripts/systemd/\(unit)"
        )
        #expect(result.status == 0, "\(result.output.split(separator: "\n").last ?? "")")
    }

    /// The program itself is not installed here; everything else must be known to the manager.
    @Test(.enabled(if: canAnalyze, "systemd-analyze is not installed"))
    func unitsSayNothingUnknown() throws {
        let result = try Patchway.shell("systemd-analyze verify Scripts/systemd/*.* 2>&1")
        let rest = result.output.split(separator: "\n").filter {
            !$0.contains("/usr/local/bin/patchway is not executable")
        }
        #expect(rest.isEmpty, "\(rest)")
    }
}
