// That the YAML which people copy out of this project is YAML, for a reader stricter than theirs.

import ForgeYAML
import Foundation
import Testing

@Suite struct ProjectFileTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: [".pre-commit-hooks.yaml", "deploy/review/github.yml", "deploy/review/gitlab.yml"])
    func `it parses`(path: String) throws {
        let text = try Data(contentsOf: Self.root.appending(path: path))
        #expect(throws: Never.self) { try parseYAML(Array(text), limits: YAMLLimits()) }
    }
}
