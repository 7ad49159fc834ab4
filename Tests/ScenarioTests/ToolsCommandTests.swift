// `forge tools …` as a person uses it: what there is, and each tool tried by hand on a folder.

import Foundation
import Testing

@Suite(.serialized) struct ToolsCommandTests {
    /// Runs one tool on a folder with these files, and gives back what it said and the files as they are then.
    private func call(
        _ name: String, _ json: String, _ options: [String] = [], files: [String: String] = ["a.txt": "one\ntwo\n"]
    ) throws -> (code: Int32, output: String, errors: String, files: [String: String]) {
        let folder = URL.temporaryDirectory.appending(path: "forge-tools-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let answer = try Program.run(["tools", "call", name, json, "--root", folder.path] + options)
        var after: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            after[name] = String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
        }
        return (answer.code, answer.output, answer.errors, after)
    }

    @Test func `every tool is listed with its schema, or what a role is given alone`() throws {
        let all = try Program.run(["tools", "list", "--json"])
        let names = all.output.split(separator: "\n").compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["name"] as? String
        }
        #expect(all.code == 0 && names.first == "read_file" && names.last == "give_up" && names.count == 21)
        let reader = try Program.run(["tools", "list", "--role", "reader"])
        #expect(reader.output.contains("submit_plan") && !reader.output.contains("edit_file"))
        #expect(try Program.run(["tools", "list", "--role", "boss"]).code == 2)
    }

    @Test func `a person can look, and changes nothing without saying so`() throws {
        let read = try call("read_file", #"{"path":"a.txt"}"#)
        #expect(read.code == 0 && read.output == "a.txt: 2 lines\n     1\tone\n     2\ttwo\n", "\(read.errors)")
        let found = try call("search", #"{"pattern":"^t"}"#)
        #expect(found.output.contains("a.txt\n     2\ttwo\n"), "\(found.output)\(found.errors)")
        let edit = #"{"path":"a.txt","old_text":"two\n","new_text":"2\n"}"#
        let refused = try call("edit_file", edit)
        #expect(refused.code == 1 && refused.files["a.txt"] == "one\ntwo\n" && refused.output.contains("No file may be changed here"))
        let done = try call("edit_file", edit, ["--write"])
        #expect(done.code == 0 && done.files["a.txt"] == "one\n2\n", "\(done.output)\(done.errors)")
    }

    @Test func `what the rules or the folder's walls refuse is refused here, too`() throws {
        let command = try call("run_command", #"{"command":"rm -rf / --no-preserve-root"}"#, ["--write"])
        #expect(command.code == 1 && command.output.contains("(rule "), "\(command.output)")
        let workflow = try call("create_file", #"{"path":".github/workflows/x.yml","text":"on: push\n"}"#, ["--write"])
        #expect(workflow.code == 1 && workflow.output.contains("(rule ") && workflow.files.count == 1, "\(workflow.output)")
        let outside = try call("read_file", #"{"path":"../x"}"#)
        #expect(outside.code == 1 && outside.output.contains("'..'"))
    }

    @Test func `credentials in a file are not shown, and lines keep their numbers`() throws {
        var state: UInt64 = 7
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 40)
        }
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let key = "AKIA" + String((0..<16).map { _ in letters[Int(next()) % letters.count] })
        // The beginning of a key's structure, with its length: what follows may be anything.
        let bytes = [0x30, 0x82, 0x02, 0x54, 0x02, 0x01, 0x00] + (0..<593).map { _ in next() }
        let body = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        let pem = "-----BEGIN RSA PRIVATE" + " KEY-----\n\(body)\n-----END RSA PRIVATE" + " KEY-----"
        let read = try call("read_file", #"{"path":"a.txt"}"#, files: ["a.txt": "id = \"\(key)\"\n\(pem)\nlast\n"])
        #expect(read.code == 0 && !read.output.contains(key) && !read.output.contains(body.prefix(64)), "\(read.output)")
        let number = 4 + body.split(separator: "\n").count
        #expect(read.output.hasSuffix("    \(number)\tlast\n"), "\(read.output)")
    }

    @Test func `a word that is no tool, and arguments that fit none, are told`() throws {
        let unknown = try call("read_fil", "{}")
        #expect(unknown.code == 2 && unknown.errors.contains("did you mean 'read_file'?"))
        let wrong = try call("read_file", #"{"pth":"a.txt"}"#)
        #expect(wrong.code == 1 && wrong.output.contains(#"Did you mean "path"?"#))
        #expect(try Program.run(["tools", "call", "read_file", "{}", "--root", "/no/such/folder"]).code == 2)
    }
}
