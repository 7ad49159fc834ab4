// `forge check` as a person, an editor and a CI job use it.

import ForgeCore
import Foundation
import Testing

@Suite struct CheckTests {
    /// Files in a folder of their own, for as long as the body runs.
    private func withFiles(_ files: [String: String], _ body: (_ folder: String) throws -> Void) throws {
        let folder = URL.temporaryDirectory.appending(path: "forge-check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        try body(folder.path)
    }

    @Test func `problems are printed like a compiler's, all at once, and the exit code is 2`() throws {
        try withFiles([".forge.yml": "review:\n  min_severty: low\nscope: {max_files: 0}\n"]) { folder in
            let result = try Program.run(["check", folder])
            #expect(result.code == 2)
            #expect(
                result.output == """
                    \(folder)/.forge.yml:2:3: error: review.min_severty is not a known key: did you mean min_severity?
                      2 |   min_severty: low
                        |   ^~~~~~~~~~~
                    \(folder)/.forge.yml:3:9: error: scope.max_files is out of range: give one from 1 to 10000
                      3 | scope: {max_files: 0}
                        |         ^~~~~~~~~

                    """)
            #expect(result.errors == "forge: 2 errors; until it is mended, the layers above and the strict floor hold\n")
        }
    }

    @Test func `an attempt to loosen is a warning, and the exit code stays 0`() throws {
        try withFiles(["org.yml": "scope: {max_files: 5}", "a.yml": "scope: {max_files: 6, deny: [x]}"]) { folder in
            let result = try Program.run(["check", "\(folder)/a.yml", "--org", "\(folder)/org.yml"])
            #expect(result.code == 0 && result.errors == "forge: 1 warning\n")
            #expect(
                result.output.hasPrefix(
                    "\(folder)/a.yml:1:9: warning: scope.max_files loosens what the organisation (\(folder)/org.yml:1) sets: 5 holds\n"))
            let explained = try Program.run(["check", "\(folder)/a.yml", "--floor", "\(folder)/org.yml", "--explain"])
            let lines = explained.output.split(separator: "\n")
            #expect(lines.contains("scope.max_files\t5\toperator\t\(folder)/org.yml:1"))
            #expect(lines.contains("scope.deny\t[x]\trepository\t\(folder)/a.yml:1"))
            #expect(lines.allSatisfy { $0.split(separator: "\t", omittingEmptySubsequences: false).count == 4 })
            #expect(explained.errors.contains("warning: scope.max_files"))
        }
    }

    @Test func `a program gets one object`() throws {
        try withFiles(["a.yml": "scope: {max_files: 0}"]) { folder in
            let result = try Program.run(["check", "\(folder)/a.yml", "--json", "--explain"])
            let json = try JSONParser.parse(result.output)
            #expect(result.code == 2 && json["schema"] == 1 && json["usable"] == false)
            #expect(json["problems"]?[0]?["line"] == 1 && json["problems"]?[0]?["key"] == "scope.max_files")
            let autonomy = json["effective"]?.array?.first { $0["key"] == "agents.autonomy" }
            #expect(autonomy?["value"] == "nothing" && autonomy?["origins"]?[0]?["file"] == "strict floor")
        }
    }

    @Test func `what is no file is said, and what is too much of one`() throws {
        let missing = try Program.run(["check", "/nowhere/.forge.yml"])
        #expect(missing.code == 2 && missing.errors == "forge: /nowhere/.forge.yml cannot be read: No such file or directory\n")
        try withFiles(["big.yml": String(repeating: "# \n", count: 3_500_000)]) { folder in
            let result = try Program.run(["check", "\(folder)/big.yml"])
            #expect(result.code == 2)
            #expect(result.output.hasPrefix("\(folder)/big.yml:1:1: error: 10500000 bytes are more than the 262144 allowed\n"))
        }
    }

    @Test func `the example in the tree can be used, and its schema is printed`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let result = try Program.run(["check", root.appending(path: ".forge.yml.example").path])
        #expect(result.code == 0 && result.output.isEmpty && result.errors == "forge: no problems\n")
        let schema = try JSONParser.parse(try Program.run(["schema", "--repository"]).output)
        #expect(schema["$id"] == "urn:forge:repository-config:1")
        #expect(try Program.run(["schema", "--repository", "--server"]).code == 2)
    }
}
