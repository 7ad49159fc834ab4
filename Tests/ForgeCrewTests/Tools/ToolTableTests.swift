// The list of tools: byte for byte the same for every run, with examples that are right, and a page that says what it says.
// `FORGE_UPDATE_GOLDEN=1` writes the page anew.

import ForgeCore
import Foundation
import Testing

@testable import ForgeCrew

struct ToolTableTests {
    private static func list(_ role: ToolRole) -> JSON {
        .array(role.modelTools.map { ["name": .string($0.name), "description": .string($0.summary), "input_schema": $0.schema] })
    }

    /// Fowler, Noll, Vo: enough to see that something changed.
    private static func digest(_ bytes: [UInt8]) -> String {
        String(bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }, radix: 16)
    }

    /// A change here makes every cached prompt worthless once: it should be meant.
    @Test func `the tools are the same bytes in every process`() {
        let digests = ToolRole.allCases.map { "\($0.rawValue) \(Self.digest(Self.list($0).utf8))" }
        #expect(digests == Self.expected, "\(digests)")
    }

    private static let expected = ["reader 64ab9967a4119923", "engineer 4efd4370c613c2b3", "qa c9c5ae97e18842c8"]

    @Test func `every schema is closed, names what it requires, and explains every argument`() throws {
        for name in ToolName.allCases {
            let tool = name.specification
            #expect(tool.name == name && tool.summary.count > 20 && tool.summary.hasSuffix("."), "\(name)")
            try checkClosed(tool.schema, "\(name)")
            for member in tool.schema["properties"]?.members ?? [] {
                #expect(member.value["description"]?.string?.hasSuffix(".") == true, "\(name).\(member.name)")
            }
        }
    }

    private func checkClosed(_ schema: JSON, _ place: String) throws {
        if schema["type"]?.string == "array" { return try checkClosed(try #require(schema["items"]), place + "[]") }
        guard schema["type"]?.string == "object" else { return }
        #expect(schema["additionalProperties"] == .bool(false), "\(place)")
        let names = Set((schema["properties"]?.members ?? []).map(\.name))
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        #expect(required.isSubset(of: names), "\(place)")
        for member in schema["properties"]?.members ?? [] { try checkClosed(member.value, "\(place).\(member.name)") }
    }

    @Test func `every example is right, and what is handed in can be read again`() throws {
        for name in ToolName.allCases {
            let example = name.specification.example
            let role = try #require(ToolRole.allCases.first { $0.mayUse(name) })
            let (found, action) = try ToolAction.decode(ToolCall(id: "1", name: name.rawValue, argumentsText: example.text), for: role)
            #expect(found == name)
            guard case .end(let ending) = action else { continue }
            #expect(ending.tool == name)
            let again = try ToolAction.decode(ToolCall(id: "1", name: name.rawValue, argumentsText: ending.json.text), for: role)
            #expect(again.1 == action)
        }
    }

    @Test func `the page about tools says what the list says`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/tools.md").standardized.path()
        let page = Self.page
        if ProcessInfo.processInfo.environment["FORGE_UPDATE_GOLDEN"] == "1" {
            try page.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == page, "write it anew with FORGE_UPDATE_GOLDEN=1")
    }

    private static var page: String {
        let roles = ToolRole.allCases.map { role in
            "| \(role.rawValue) | \(role.tools.map { "`\($0.rawValue)`" }.joined(separator: ", ")) |\n"
        }
        return """
            # The tools of the crew

            What a model that works for Forge can do, and nothing else. Try each by hand: `forge tools list` shows them, and
            `forge tools call NAME JSON` carries one out on a folder, with `--write` also those that change files.

            Before a tool acts, its arguments are checked and the rules judge it; what they deny, or would ask a person about, comes back as an
            error with the rule's id and its reason. Paths begin at the top of the worktree; none leads out of it, through a symlink or into a
            git directory. Answers have at most 10,000 characters, from head and tail, with a line between that says how to see the rest;
            credentials are taken out, and characters that hide or move text are written as `\\u{…}`, bytes that are no text as `\\x…`. The
            third identical call in a row is refused. Calls of one turn that change nothing run beside each other, three at once; others one
            after the other. After each that may have changed files the files are kept, so that a run which was stopped goes on from there.

            What `.gitignore` files name is left out of lists and searches, and new files of that kind are no part of a change. Of each
            such file the first 256 KiB and 4,000 lines count, to the last whole line: what git would leave out by more than that, Forge
            shows and keeps.

            An edit is found by the first of these that finds anything: exactly as it was given; without regard to blanks at line ends; with
            another indentation, which the new text then gets, too; by its first and last line, when those between are alike. Found several
            times it is refused with the lines of each, found nowhere with the nearest passage. Line ends, a byte order mark, a last line without
            an end and everything outside of the passage stay as they are.

            | role | tools |
            |---|---|
            \(roles.joined())
            \(ToolName.allCases.map(section).joined(separator: "\n"))
            """
    }

    private static func section(_ name: ToolName) -> String {
        let tool = name.specification
        var text = "## \(name.rawValue)\n\n\(tool.summary)\n\n"
        if !tool.fields.isEmpty {
            text += "| argument | what it is |\n|---|---|\n"
            for field in tool.fields {
                let expected = field.kind.expected.replacing("|", with: "\\|")
                text += "| `\(field.name)`\(field.isRequired ? "" : " (optional)") | \(field.summary) Takes \(expected). |\n"
            }
            text += "\n"
        }
        return text + "```json\n\(tool.example.text)\n```\n"
    }
}
