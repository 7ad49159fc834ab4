// docs/operations.md against the code: every route with its role, every metric, and nothing that is not there.

import ForgeCore
import Foundation
import Testing

@Suite struct OperationsPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The cells of each row of the page's tables, without their code marks.
    private static func rows() throws -> [[String]] {
        let page = try String(contentsOf: root.appending(path: "docs/operations.md"), encoding: .utf8)
        return page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
        }
    }

    @Test func `every route of the API is on the page with its least role`() async throws {
        let scene = ConsoleScene()
        let document = try await scene.send(.get, "/api/v1/openapi.json", as: try await scene.token(.observer)).json
        let routes = (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name) \($0.value["x-role"]?.string ?? "")" }
        }
        let listed = try Self.rows().filter { $0[0].contains(" /api/v1/") }.map { "\($0[0]) \($0[1])" }
        #expect(listed.sorted() == routes.sorted())
    }

    @Test func `every other route of the console is on the page`() throws {
        let listed = Set(try Self.rows().map { $0[0] })
        for route in ConsoleScene().routes { #expect(listed.contains("\(route.method.rawValue) \(route.template)")) }
    }

    @Test func `every metric is on the page, and the page names no other`() throws {
        let listed = try Self.rows().filter { ["counter", "gauge", "histogram"].contains($0[1]) }.map { $0[0] }
        #expect(Set(listed).count == listed.count)
        #expect(Set(listed) == (try Self.metricsInSources()))
    }

    /// Names of metrics as the sources say them: a text of its own that begins as ours do.
    private static func metricsInSources() throws -> Set<String> {
        let folder = root.appending(path: "Sources")
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        var names: Set<String> = []
        for file in files where file.hasSuffix(".swift") && !file.hasPrefix("forge/") {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for part in text.components(separatedBy: "\"") where part.hasPrefix("forge_") || part.hasPrefix("process_") {
                let isName = part.count > 8 && part.allSatisfy { $0.isLowercase || $0 == "_" }
                // A system call, which a wall refuses.
                if isName, !part.hasPrefix("process_vm_") { names.insert(part) }
            }
        }
        return names
    }
}
