// That docs/tests.md says what the table and the readers do.

import ForgeCrew
import Foundation
import Testing

@Suite struct TestsPageTests {
    private static let page: String? = {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        // try? because a page that cannot be read is nil, which the test says.
        return try? String(contentsOf: root.appending(path: "docs/tests.md"), encoding: .utf8)
    }()

    @Test func `the page has each row of the table, and no other`() throws {
        let lines = try #require(Self.page).split(separator: "\n").map(String.init)
        for row in TestTable.rows {
            let wanted = "| `\(row.id)` | \(row.marks) | \(row.command) | \(row.setup) |"
            #expect(lines.contains(wanted), "docs/tests.md lacks: \(wanted)")
        }
        let shown = lines.filter { $0.hasPrefix("| `") && $0.split(separator: " | ", omittingEmptySubsequences: false).count == 4 }
        #expect(shown.count == TestTable.rows.count)
        #expect(Set(TestTable.rows.map(\.id)).count == TestTable.rows.count)
    }

    @Test func `the page has each format and each ending`() throws {
        let page = try #require(Self.page)
        for format in TestFormat.allCases {
            #expect(page.contains("| `\(format.rawValue)` | \(format.writers) |"), "docs/tests.md lacks the format \(format.rawValue)")
        }
        for ending in TestEnding.allCases {
            #expect(page.contains("| `\(ending.rawValue)` | "), "docs/tests.md lacks the ending \(ending.rawValue)")
        }
    }
}
