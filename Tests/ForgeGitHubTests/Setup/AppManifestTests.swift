// What GitHub is asked for, and that the README says the same with the same reasons.

import ForgeCore
import Foundation
import Testing

@testable import ForgeGitHub

@Suite struct AppManifestTests {
    private let manifest = AppManifest(
        name: "Forge", publicURL: "https://forge.example.com/x", redirectURL: "http://127.0.0.1:9/word/created")

    @Test func `the manifest asks for what the table says and nothing else`() {
        #expect(
            manifest.json.text
                == """
                {"name":"Forge","url":"https://forge.example.com/x","description":"Reviews pull requests and answers commands. Runs on its \
                owner's own machine.","hook_attributes":{"url":"https://forge.example.com/x/webhooks/github","active":true},\
                "redirect_url":"http://127.0.0.1:9/word/created","public":false,"default_permissions":{"metadata":"read",\
                "contents":"write","pull_requests":"write","issues":"write","checks":"write","merge_queues":"read"},"default_events":\
                ["pull_request","pull_request_review","pull_request_review_comment","issue_comment","issues","check_run","check_suite",\
                "merge_group","repository"]}
                """)
    }

    @Test func `who would not let it push says so in one place`() {
        var careful = manifest
        careful.onlyReadsCode = true
        #expect(careful.json["default_permissions"]?["contents"]?.string == "read")
        #expect(careful.json["default_permissions"]?.members?.count == AppPermissions.all.count)
    }

    @Test func `each event has the permission that GitHub sends it for`() {
        for event in AppPermissions.events {
            #expect(AppPermissions.all.contains { $0.name == event.needs }, "\(event.name)")
        }
    }

    @Test func `no phase gets what the App does not have`() {
        let own = Dictionary(uniqueKeysWithValues: AppPermissions.all.map { ($0.name, $0.level) })
        for phase in HostPhase.allCases {
            for (name, level) in AppPermissions.granted(to: phase) { #expect(level <= own[name] ?? .read, "\(phase) \(name)") }
        }
        for (name, level) in AppPermissions.resolving { #expect(level <= own[name] ?? .read, "\(name)") }
    }

    @Test func `the README names each permission and event with its reason`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../README.md").standardized
        let readme = try String(contentsOf: path, encoding: .utf8)
        for permission in AppPermissions.all {
            let less = permission.reduced.map { "; with less, \($0.loss)" } ?? ""
            let row = "| `\(permission.name)` | \(permission.level.rawValue) | \(permission.reason)\(less) |"
            #expect(readme.contains(row), "README.md needs the row: \(row)")
        }
        let events = AppPermissions.events.map { "`\($0.name)` (\($0.reason))" }.joined(separator: ", ")
        #expect(readme.replacing("\n", with: " ").contains(events), "README.md needs the words: \(events)")
    }
}
