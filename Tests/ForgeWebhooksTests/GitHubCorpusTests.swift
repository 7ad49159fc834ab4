// GitHub's own published bodies, where a developer has them: every one is accepted or ignored by name.

import ForgeCore
import Foundation
import Testing

@testable import ForgeWebhooks

struct GitHubCorpusTests {
    private static let handled: Set<String> = [
        "ping", "pull_request", "pull_request_review", "pull_request_review_comment", "pull_request_review_thread", "issue_comment",
        "issues", "push", "check_run", "check_suite", "workflow_run", "status", "installation", "installation_repositories", "repository",
        "merge_group", "code_scanning_alert", "dependabot_alert", "secret_scanning_alert",
    ]

    @Test func `every published body becomes an event, and those we do not use are named`() throws {
        guard let corpus = ExampleFiles.corpus("github") else { return }
        var bodies = 0
        for folder in ExampleFiles.folders(in: corpus) {
            let name = folder.lastPathComponent
            for file in ExampleFiles.files(in: folder) {
                bodies += 1
                let event = try #require(decode(file, as: name), "\(name)/\(file.name)")
                let settlement = settlement(
                    for: event, intent: decideIntent(event, as: GitHubExampleTests.settings, review: nil),
                    settings: GitHubExampleTests.settings)
                check(event, settlement, name, file)
            }
        }
        #expect(bodies > 100, "the corpus has lost its bodies")
        print("\(bodies) published bodies of GitHub: none failed")
    }

    private func check(_ event: Event, _ settlement: Settlement, _ name: String, _ file: ExampleFiles.File) {
        #expect(event.context.name == name || event.context.name.hasPrefix("\(name)."), "\(file)")
        #expect(!settlement.reason.isEmpty)
        if case .unhandled(let why) = event.matter {
            #expect(!Self.handled.contains(name) && why.contains(name), "\(name) is ignored: \(why)")
        } else {
            #expect(Self.handled.contains(name), "\(name) is a surprise")
        }
    }

    private func decode(_ file: ExampleFiles.File, as name: String) -> Event? {
        do throws(DecodeFailure) {
            let headers = [HeaderField("x-github-event", name), HeaderField("content-type", "application/json")]
            return try GitHubDecoder.event(
                body: VerifiedBody(fromOperator: file.bytes), headers: headers, settings: GitHubExampleTests.settings)
        } catch {
            Issue.record("\(name)/\(file): \(error.reason)")
            return nil
        }
    }
}
