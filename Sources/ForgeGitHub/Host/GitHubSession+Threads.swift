// Conversations under lines: only GraphQL knows threads, so they are read and resolved there. It names a bot without `[bot]` and may give
// no number for an id beyond 32 bits; both are put right here.

package import ForgeCore

private let threadsQuery = """
    query($owner: String!, $name: String!, $number: Int!, $after: String) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) {
        reviewThreads(first: 50, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { id path line isResolved isOutdated comments(first: 50) { \(commentFields) } }
        }
      } }
    }
    """

private let threadQuery = """
    query($id: ID!, $after: String) {
      node(id: $id) { ... on PullRequestReviewThread { comments(first: 100, after: $after) { \(commentFields) } } }
    }
    """

private let commentFields = """
    pageInfo { hasNextPage endCursor }
    nodes { databaseId fullDatabaseId body createdAt updatedAt url
      author { __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Organization { databaseId } } }
    """

private let resolveQuery = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }"

extension GitHubSession {
    /// Of threads, and of the comments of one: more are nobody's conversation.
    private static let pagesMax = 40

    package func threads(on number: Int64) async throws(CodeHostError) -> [HostThread] {
        var threads: [HostThread] = []
        var after: JSON = .null
        for _ in 0..<Self.pagesMax {
            let variables: JSON = [
                "owner": .string(place.repository.owner), "name": .string(place.repository.name), "number": .integer(number),
                "after": after,
            ]
            let data = try await graph(threadsQuery, variables)
            let connection = try need(data["repository"]?["pullRequest"]?["reviewThreads"], "list of threads")
            for node in connection["nodes"]?.array ?? [] { threads.append(try await thread(node)) }
            guard let cursor = nextCursor(connection) else { return threads }
            after = cursor
        }
        throw CodeHostError(.refused, "pull request \(number) has more than \(Self.pagesMax * 50) threads")
    }

    private func thread(_ node: JSON) async throws(CodeHostError) -> HostThread {
        let id = try need(node["id"]?.string, "id of a thread")
        var connection = node["comments"] ?? .null
        var comments = (connection["nodes"]?.array ?? []).compactMap { HostComment(graph: $0) }
        for _ in 0..<Self.pagesMax {
            guard let cursor = nextCursor(connection) else { break }
            connection = try await graph(threadQuery, ["id": .string(id), "after": cursor])["node"]?["comments"] ?? .null
            comments += (connection["nodes"]?.array ?? []).compactMap { HostComment(graph: $0) }
        }
        return HostThread(
            id: id, path: RepositoryPath(node["path"]?.string ?? ""), line: node["line"]?.integer.map { Int(clamping: $0) },
            isResolved: node["isResolved"]?.bool ?? false, isOutdated: node["isOutdated"]?.bool ?? false, comments: comments)
    }

    private func nextCursor(_ connection: JSON) -> JSON? {
        connection["pageInfo"]?["hasNextPage"]?.bool == true ? connection["pageInfo"]?["endCursor"] : nil
    }

    /// First with the token there is. An App may need one that could push; that one is then made for this alone.
    package func resolve(thread: String) async throws(CodeHostError) {
        let variables: JSON = ["id": .string(thread)]
        if !host.resolvesByPushing {
            do throws(CodeHostError) {
                _ = try await graph(resolveQuery, variables, effect: .write)
                return
            } catch {
                guard case .forbidden = error.kind else { throw error }
            }
        }
        _ = try await graphAsPusher(resolveQuery, variables)
        host.resolvesByPushing = true
    }

    /// The comment that opened the thread is named; GitHub takes no answer to an answer.
    package func reply(_ body: String, to comment: Int64, on number: Int64) async throws(CodeHostError) -> HostComment {
        let json = try await write(.post, "\(root)/pulls/\(number)/comments/\(comment)/replies", ["body": .string(body)])
        return try needWritten(HostComment(json), "comment")
    }
}
