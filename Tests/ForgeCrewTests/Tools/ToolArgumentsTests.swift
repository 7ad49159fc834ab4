// What a model may write as arguments, and what it is told when it does not.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeCrew

private func decode(_ name: ToolName, _ arguments: String, _ role: ToolRole? = nil) throws(ToolProblem) -> ToolAction {
    let role = role ?? ToolRole.allCases.first { $0.mayUse(name) } ?? .engineer
    return try ToolAction.decode(ToolCall(id: "1", name: name.rawValue, argumentsText: arguments), for: role).1
}

private func checkRefused(_ name: ToolName, _ arguments: String, says parts: String..., at place: SourceLocation = #_sourceLocation) {
    do throws(ToolProblem) {
        let action = try decode(name, arguments)
        Issue.record("it was read as \(action)", sourceLocation: place)
    } catch {
        for part in parts { #expect(error.message.contains(part), "\(error.message)", sourceLocation: place) }
    }
}

struct ToolArgumentsTests {
    @Test func `arguments become what they ask for`() throws {
        #expect(
            try decode(.readFile, #"{"path":"./src//a.py","from_line":3,"to_line":null}"#)
                == .readFile(RepositoryPath("src/a.py"), from: 3, to: nil))
        #expect(try decode(.listFiles, "") == .listFiles(nil, depth: 2, includesIgnored: false))
        #expect(try decode(.listFiles, #"{"folder":"./"}"#) == .listFiles(nil, depth: 2, includesIgnored: false))
        #expect(
            try decode(.search, #"{"pattern":"x","path":"src","globs":["*.py"],"ignore_case":true,"matches_max":5}"#)
                == .search(WorkSearch(pattern: "x", ignoresCase: true, beneath: RepositoryPath("src"), globs: ["*.py"], matchesMax: 5)))
        #expect(try decode(.runCommand, #"{"command":"ls","timeout_seconds":5.0}"#) == .runCommand("ls", folder: nil, timeout: .seconds(5)))
        #expect(try decode(.createFile, #"{"path":"a","text":""}"#) == .createFile(RepositoryPath("a"), text: ""))
        #expect(try decode(.gitBlame, #"{"path":"a","from_line":7}"#) == .gitBlame(RepositoryPath("a"), lines: 7...56))
        #expect(
            try decode(.submitVerdict, #"{"decision":"accept","why":"ok","problems":[]}"#)
                == .end(.verdict(SubmittedVerdict(decision: .accept, why: "ok", problems: []))))
    }

    @Test func `everything that is wrong is told at once, by its name and with what is expected`() {
        checkRefused(
            .readFile, #"{"pth":"a","from_line":"3","to_line":0}"#, says: #""pth" is no argument"#, #"Did you mean "path"?"#,
            #""path" is missing: a path below the top"#, #""from_line" is the string "3"; a whole number from 1"#,
            #""to_line" is the number 0"#)
        checkRefused(
            .search, #"{"pattern":["x"],"literal":"yes"}"#, says: #""pattern" is a list of 1; a string of 1 to 4096 bytes"#, "true or false"
        )
        checkRefused(.search, #"{"pattern":""}"#, says: #""pattern" is empty"#)
        checkRefused(.search, #"{"pattern":"x","globs":[1]}"#, says: #""globs[0]" is the number 1"#)
        checkRefused(.runCommand, #"{"command":"x","timeout_seconds":1e9}"#, says: "from 1 to 600")
        checkRefused(.runCommand, #"{"command":"x","timeout_seconds":1.5}"#, says: "the number 1.5")
        checkRefused(.showTicket, #"{"x":1}"#, says: #""x" is no argument: there are no arguments"#)
        checkRefused(.readFile, #"{"path":"a","from_line":5,"to_line":4}"#, says: #""to_line" is 4"#)
        checkRefused(.gitBlame, #"{"path":"a","from_line":1,"to_line":4000}"#, says: "at most 400 lines")
        checkRefused(.moveFile, #"{"path":"a","to":"./a"}"#, says: "nothing would move")
        checkRefused(
            .submitPlan, #"{"goal":"g","root_cause":"r","steps":[{"kind":"magic","what":"w","files":["../x"]}],"tests":[],"risks":[]}"#,
            says: #""steps[0].kind" is the string "magic"; one of "backend""#, #""steps[0].files[0]": '../x' has '..'"#)
        checkRefused(.submitPlan, #"{"goal":"g","root_cause":"r","steps":[],"tests":[],"risks":[]}"#, says: "a plan has a step at least")
        checkRefused(.submitVerdict, #"{"decision":"reject","why":"w","problems":[]}"#, says: "names a problem at least")
        checkRefused(.note, #"{"text":"\#(String(repeating: "x", count: 5_000))"}"#, says: "a string of 5000 bytes")
    }

    @Test func `what is no object of JSON is never carried out`() {
        checkRefused(.readFile, #"{"path":"a""#, says: "no JSON", "too early")
        checkRefused(.readFile, #"["a"]"#, says: "no JSON object")
        checkRefused(.readFile, "path: a", says: "no JSON")
        checkRefused(.readFile, "{\"path\":\"a\u{0}\"}", says: "no JSON")
    }

    @Test func `a path never leaves the worktree and never leads into a git directory`() {
        for path in ["/etc/passwd", "~/x", "../x", "a/../../x", ".git/config", "a/.GIT/hooks", "sub/.git", ".", "", "a/.."] {
            #expect(throws: ToolProblem.self, "\(path)") { try ToolPath.read(path) }
        }
        #expect(throws: ToolProblem.self) { try ToolPath.read(String(repeating: "a/", count: 4_000)) }
        for path in ["a", ".github/x", ".gitignore", "a b/ü", "..a/b..", ".gitmodules"] {
            #expect((try? ToolPath.read(path)) == RepositoryPath(path), "\(path)")
        }
    }

    @Test func `a role is refused what it was not given, and told what there is`() {
        func problem(_ name: String, _ role: ToolRole) -> String {
            do throws(ToolProblem) {
                _ = try ToolAction.decode(ToolCall(id: "1", name: name, argumentsText: "{}"), for: role)
                return ""
            } catch {
                return error.message
            }
        }
        #expect(problem("edit_file", .reader).hasPrefix("there is no tool 'edit_file' here; there are read_file, "))
        #expect(problem("run_comand", .qa).hasSuffix("Did you mean run_command?"))
        #expect(problem("x\u{1B}[2J", .engineer).contains(#"'x\u{1b}[2J'"#))
    }

    @Test func `each kind of role is given what it needs, in one order`() {
        #expect(
            ToolRole.reader.tools.map(\.rawValue).joined(separator: " ")
                == "read_file list_files search find_symbol outline git_diff git_log git_blame show_ticket note submit_plan give_up")
        #expect(Set(ToolRole.engineer.tools) == Set(ToolName.allCases).subtracting([.submitPlan, .submitVerdict]))
        #expect(Set(ToolRole.qa.tools).subtracting(ToolRole.reader.tools) == [.runCommand, .runTests, .submitVerdict])
        for role in ToolRole.allCases { #expect(role.tools == ToolName.allCases.filter(role.tools.contains)) }
    }

    @Test(arguments: UInt64(0)..<300) func `whatever is written as arguments ends in an action or in words`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let name = random.element(of: ToolName.allCases)
        var text = Array(name.specification.example.utf8)
        for _ in 0..<(1 + random.below(4)) {
            let at = random.below(text.count)
            switch random.below(3) {
            case 0: text.remove(at: at)
            case 1: text.insert(random.element(of: Array("{}[]\",:0x\\n-".utf8)), at: at)
            default: text[at] = UInt8(truncatingIfNeeded: random.next())
            }
            if text.isEmpty { text = [0x7B] }
        }
        do throws(ToolProblem) {
            _ = try decode(name, String(decoding: text, as: UTF8.self))
        } catch {
            #expect(
                !error.message.isEmpty && !error.message.unicodeScalars.contains { $0.isHidden && $0 != "\n" },
                "\(error.message.debugDescription)")
        }
    }
}
