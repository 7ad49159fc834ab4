// Every way .ci/apt can go, on machines played by stand-ins: who runs it, what is missing, and what fails.

import Foundation
import Testing

@Suite struct AptScriptTests {
    private static let all = [
        "libmicrohttpd-dev", "libsqlite3-dev", "libssl-dev", "libcurl4-openssl-dev", "libgit2-dev", "libvectorscan-dev", "libpcre2-dev",
        "libseccomp-dev", "bubblewrap", "universal-ctags", "libyaml-dev",
    ]

    private struct Machine {
        var installed = AptScriptTests.all
        var isRoot = false
        /// nil: no sudo; false: sudo asks for a password.
        var sudoAnswers: Bool?
        var hasApt = true
        var failing = ""
        var onTerminal = false
        var environment: [String: String] = [:]
    }

    private func run(_ machine: Machine) throws -> ScriptRoom.Outcome {
        try ScriptRoom.use { room in
            let lines = machine.installed.map { "echo '\($0) installed'" } + ["echo 'libnothing-dev config-files'", "exit 1"]
            if machine.hasApt {
                try room.stand(in: "dpkg-query", lines.joined(separator: "\n"))
                try room.stand(in: "apt-get", "echo progress\ncase \" $* \" in *' \(machine.failing) '*) echo broken >&2; exit 100;; esac")
            }
            try room.stand(in: "id", "echo \(machine.isRoot ? 0 : 1000)")
            if let answers = machine.sudoAnswers {
                let noPassword = "if [ \"$1\" = -n ]; then shift; \(answers ? "" : "echo 'a password is required' >&2; exit 1;") fi"
                try room.stand(in: "sudo", noPassword + "\nexec \"$@\"")
            }
            return try room.run("apt", environment: machine.environment, onTerminal: machine.onTerminal)
        }
    }

    private func aptCalls(_ outcome: ScriptRoom.Outcome) -> [String] { outcome.calls.filter { $0.hasPrefix("apt-get") } }

    @Test func `with everything there it says nothing and asks for nothing`() throws {
        let outcome = try run(Machine())
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.calls.map { $0.prefix(10) } == ["dpkg-query"])
    }

    @Test func `root installs what is missing and only that, saying why`() throws {
        let outcome = try run(Machine(installed: Array(AptScriptTests.all.dropFirst().dropLast()), isRoot: true))
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                forge: libmicrohttpd-dev is missing; it receives HTTP
                forge: libyaml-dev is missing; it reads settings
                forge: installing what is missing with apt-get
                progress

                """)
        let calls = aptCalls(outcome)
        #expect(calls.count == 2)
        #expect(calls.first?.hasSuffix(" update") == true)
        #expect(calls.last?.hasSuffix(" install -y --no-install-recommends libmicrohttpd-dev libyaml-dev") == true)
        #expect(!outcome.calls.contains { $0.hasPrefix("sudo") })
    }

    @Test func `a package that was removed but left its settings is missing`() throws {
        let outcome = try run(Machine(installed: AptScriptTests.all.dropLast(), isRoot: true))
        #expect(aptCalls(outcome).last?.hasSuffix(" libyaml-dev") == true)
    }

    @Test func `someone whom sudo trusts installs through sudo without a password`() throws {
        let outcome = try run(Machine(installed: [], sudoAnswers: true))
        #expect(outcome.status == 0)
        let sudo = outcome.calls.filter { $0.hasPrefix("sudo") }
        #expect(sudo.count == 3)
        #expect(sudo.allSatisfy { $0.hasPrefix("sudo -n ") })
        #expect(aptCalls(outcome).last?.hasSuffix(AptScriptTests.all.joined(separator: " ")) == true)
    }

    @Test(.enabled(if: ScriptRoom.hasTerminals, "this machine hands out no pseudo-terminals"))
    func `at a terminal sudo may ask for its password`() throws {
        let outcome = try run(Machine(installed: [], sudoAnswers: false, onTerminal: true))
        #expect(outcome.status == 0)
        #expect(outcome.calls.filter { $0.hasPrefix("sudo env ") }.count == 2)
        #expect(aptCalls(outcome).count == 2)
    }

    @Test(arguments: [false, nil])
    func `without root or a usable sudo it says what to run and runs nothing`(sudo: Bool?) throws {
        let outcome = try run(Machine(installed: Array(AptScriptTests.all.dropFirst(2).dropLast()), sudoAnswers: sudo))
        #expect(outcome.status == 1)
        #expect(
            outcome.lastLine.hasSuffix(
                "As root, run: apt-get update && apt-get install --no-install-recommends libmicrohttpd-dev libsqlite3-dev libyaml-dev"))
        #expect(outcome.lastLine.contains(sudo == nil ? "there is no sudo here" : "sudo wants a password"))
        #expect(aptCalls(outcome) == [])
    }

    @Test(arguments: [("update", "apt-get update failed", 1), ("install", "apt-get could not install libyaml-dev", 2)])
    func `when apt fails its message is shown, then what to run`(step: String, says: String, calls: Int) throws {
        let outcome = try run(Machine(installed: AptScriptTests.all.dropLast(), isRoot: true, failing: step))
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("broken"))
        #expect(outcome.lastLine.contains(says))
        #expect(outcome.lastLine.hasSuffix("apt-get install --no-install-recommends libyaml-dev"))
        #expect(aptCalls(outcome).count == calls)
    }

    @Test func `a system without apt is told what it needs and how to go on`() throws {
        let outcome = try run(Machine(hasApt: false))
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("this system has no apt"))
        #expect(AptScriptTests.all.allSatisfy(outcome.output.contains))
        #expect(outcome.output.contains("FORGE_SKIP_APT=1"))
        #expect(try run(Machine(hasApt: false, environment: ["FORGE_SKIP_APT": "1"])).status == 0)
    }
}
