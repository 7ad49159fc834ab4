// Reviews, comments, check runs and threads at the stand-in: what it takes, what it refuses, and what a person then sees.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite struct StandInReviewTests {
    private func review(_ github: GitHubStandIn, _ comments: JSON..., event: JSON = "COMMENT") throws -> JSON {
        let head = try #require(github.tip(of: "change", in: "acme/shop"))
        return ["commit_id": .string(head), "body": "Looked at it.", "event": event, "comments": .array(comments)]
    }

    @Test func `a review on the diff is there with its threads`() throws {
        let github = try GitHubStandIn()
        let number = try shop(github)
        let client = try StandInClient(github)
        let path = "/repos/acme/shop/pulls/\(number)/reviews"
        let body = try review(
            github, ["path": "a.txt", "line": 3, "side": "RIGHT", "start_line": 2, "start_side": "RIGHT", "body": "Why words?"],
            ["path": "a.txt", "line": 2, "side": "LEFT", "body": "It was fine."])
        #expect(try client.ask("POST", path, body).status == 200)
        #expect(
            try github.page(of: number, in: "acme/shop").text == """
                #1 Words for numbers
                forge[bot] reviewed (COMMENTED, 2 threads): Looked at it.
                  at a.txt:3
                    forge[bot]: Why words?
                  at a.txt:2
                    forge[bot]: It was fine.
                """)
        #expect(github.violations.isEmpty && github.refusals.isEmpty)
        #expect(
            github.state.deliveries.map(\.event).suffix(3) == ["pull_request_review"]
                + Array(repeating: "pull_request_review_comment", count: 2))
    }

    @Test(
        arguments: [
            (["path": "a.txt", "line": 12, "side": "RIGHT", "body": "x"], "Line could not be resolved"),
            (["path": "nowhere", "line": 2, "side": "RIGHT", "body": "x"], "Path could not be resolved"),
            (["path": "a.txt", "line": 2, "start_line": 2, "body": "x"], "start line must precede the end line"),
            (["path": "a.txt", "line": 3, "start_line": 15, "body": "x"], "start line must precede the end line"),
            (["path": "a.txt", "line": 3, "body": ""], "Review comment body can't be blank"),
        ] as [(JSON, String)])
    func `one bad place refuses the whole review`(_ bad: JSON, _ sentence: String) throws {
        let github = try GitHubStandIn()
        let number = try shop(github)
        let client = try StandInClient(github)
        let body = try review(github, ["path": "a.txt", "line": 3, "side": "RIGHT", "body": "Good."], bad)
        let reply = try client.ask("POST", "/repos/acme/shop/pulls/\(number)/reviews", body)
        #expect(reply.status == 422 && reply.json["errors"]?[0]?.string == sentence, "\(reply.json.text)")
        #expect(try github.page(of: number, in: "acme/shop").reviews.isEmpty)
    }

    @Test func `what is too long, unknown or without a commit is refused`() throws {
        let github = try GitHubStandIn()
        let number = try shop(github)
        let client = try StandInClient(github)
        let path = "/repos/acme/shop/pulls/\(number)/reviews"
        let long = String(repeating: "x", count: 65_537)
        let head = try #require(github.tip(of: "change", in: "acme/shop"))
        #expect(try client.ask("POST", path, ["commit_id": .string(head), "body": .string(long), "event": "COMMENT"]).status == 422)
        #expect(try client.ask("POST", "/repos/acme/shop/issues/\(number)/comments", ["body": .string(long)]).status == 422)
        let zero = JSON.string(String(repeating: "0", count: 40))
        let reply = try client.ask("POST", path, ["commit_id": zero, "body": "x", "event": "COMMENT"])
        #expect(reply.json["errors"]?[0]?.string == "The commitOID is not part of the pull request")
        #expect(github.violations.isEmpty)
        #expect(try client.ask("POST", path, ["body": "x", "event": "COMMENT", "position": 3]).status == 422)
        #expect(github.violations == ["\"position\" is not a permitted key"])
        github.change { $0.options.refusedReviewStays = true }
        #expect(try client.ask("POST", path, ["commit_id": zero, "body": "mine", "event": "COMMENT"]).status == 422)
        #expect(try github.page(of: number, in: "acme/shop").reviews.map(\.body) == ["mine"])
    }

    @Test func `a thread is answered, resolved and moves with its line`() throws {
        let github = try GitHubStandIn()
        let number = try shop(github)
        let client = try StandInClient(github)
        _ = try client.ask(
            "POST", "/repos/acme/shop/pulls/\(number)/reviews",
            try review(
                github, ["path": "a.txt", "line": 3, "side": "RIGHT", "body": "One"],
                ["path": "a.txt", "line": 2, "side": "RIGHT", "body": "Two"]))
        let first = try #require(try github.page(of: number, in: "acme/shop").threads.first)
        let root = first.remarks[0].id
        #expect(try client.ask("POST", "/repos/acme/shop/pulls/1/comments/\(root)/replies", ["body": "Done."]).status == 201)
        let query = """
            query($owner: String!, $name: String!, $number: Int!, $after: String) { repository(owner: $owner, name: $name) {
              pullRequest(number: $number) { reviewThreads(first: 1, after: $after) { pageInfo { hasNextPage endCursor }
                nodes { id isResolved comments(first: 50) { nodes { fullDatabaseId body author { login } } } } } } } }
            """
        let variables: JSON = ["owner": "acme", "name": "shop", "number": 1]
        let page = try client.ask("POST", "/graphql", ["query": .string(query), "variables": variables]).json
        let threads = try #require(page["data"]?["repository"]?["pullRequest"]?["reviewThreads"])
        #expect(threads["pageInfo"]?.text == #"{"hasNextPage":true,"endCursor":"cursor:1"}"#)
        #expect(threads["nodes"]?[0]?["comments"]?["nodes"]?.array?.map { $0["body"]?.string } == ["One", "Done."])
        let mutation = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { id isResolved } } }"
        let done = try client.ask("POST", "/graphql", ["query": .string(mutation), "variables": ["id": .string(first.id)]])
        #expect(done.json["data"]?["resolveReviewThread"]?["thread"]?["isResolved"]?.bool == true, "\(done.json.text)")
        try github.push([("a.txt", .text("0\n1\nzwei\nthree\n4\n"))], to: "change", of: "acme/shop")
        let after = try github.page(of: number, in: "acme/shop").threads
        #expect(after.map(\.line) == [4, nil] && after.map(\.isOutdated) == [false, true] && after.map(\.isResolved) == [true, false])
        let bad = try client.ask("POST", "/graphql", ["query": "query { repository(owner: \"acme\", name: \"shop\") { nonsense } }"])
        #expect(bad.json["errors"] != nil && github.violations.count == 1)
    }

    @Test func `a check run takes fifty annotations at a time and is not opened again`() throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        let client = try StandInClient(github)
        let head = try #require(github.tip(of: "change", in: "acme/shop"))
        func output(_ count: Int) -> JSON {
            let annotation: JSON = ["path": "a.txt", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"]
            return ["title": "t", "summary": "s", "annotations": .array(Array(repeating: annotation, count: count))]
        }
        let made = try client.ask(
            "POST", "/repos/acme/shop/check-runs",
            ["name": "Forge", "head_sha": .string(head), "status": "in_progress", "external_id": "e", "output": output(50)])
        let id = try #require(made.json["id"]?.integer)
        let path = "/repos/acme/shop/check-runs/\(id)"
        #expect(try client.ask("PATCH", path, ["status": "completed", "conclusion": "neutral", "output": output(20)]).status == 200)
        #expect(try github.page(of: 1, in: "acme/shop").checks.map(\.annotationCount) == [70])
        #expect(github.violations.isEmpty)
        #expect(try client.ask("PATCH", path, ["output": output(51)]).status == 422)
        #expect(try client.ask("PATCH", path, ["status": "in_progress"]).json["status"]?.string == "completed")
        #expect(github.violations.count == 2)
        let listed = try client.ask("GET", "/repos/acme/shop/commits/\(head)/check-runs?check_name=Forge")
        #expect(listed.json["check_runs"]?[0]?["external_id"]?.string == "e")
    }

    @Test func `the same change on two branches is two commits, however quick they come`() throws {
        let github = try GitHubStandIn()
        try github.makeRepository("acme/shop", [("a.txt", "one\n")])
        let heads = try (1...3).map { try github.push([("a.txt", "two\n")], to: "change\($0)", of: "acme/shop") }
        #expect(Set(heads).count == 3, "one commit would be the head of three pull requests, with one list of check runs")
    }

    @Test func `lists come in pages`() throws {
        let github = try GitHubStandIn()
        _ = try shop(github)
        for index in 0..<5 { try github.comment("\(index)", on: 1, in: "acme/shop", as: "bob") }
        let client = try StandInClient(github)
        let reply = try client.ask("GET", "/repos/acme/shop/issues/1/comments?per_page=2&page=2")
        #expect(reply.json.array?.map { $0["body"]?.string } == ["2", "3"])
        #expect(
            reply.headers["link"]?.contains("<\(github.apiURL)/repos/acme/shop/issues/1/comments?per_page=2&page=3>; rel=\"next\"") == true)
        #expect(try client.ask("GET", "/repos/acme/shop/issues/1/comments?per_page=2&page=3").headers["link"] == nil)
    }
}
