// What a session writes in a conversation: comments, reactions, labels, the description.

package import ForgeCore

extension GitHubSession {
    package func postComment(_ body: String, on number: Int64) async throws(CodeHostError) -> HostComment {
        let json = try await write(.post, "\(root)/issues/\(number)/comments", ["body": .string(body)])
        return try needWritten(HostComment(json), "comment")
    }

    package func editComment(_ id: Int64, to body: String) async throws(CodeHostError) {
        try await write(.patch, path(of: id, .conversation), ["body": .string(body)])
    }

    package func react(_ reaction: HostReaction, to comment: Int64, _ place: CommentPlace) async throws(CodeHostError) {
        try await write(.post, path(of: comment, place) + "/reactions", ["content": .string(reaction.rawValue)])
    }

    package func changeLabels(on number: Int64, adding: [String], removing: [String]) async throws(CodeHostError) {
        let labels = "\(root)/issues/\(number)/labels"
        if !adding.isEmpty { try await write(.post, labels, ["labels": .array(adding.map(JSON.string))]) }
        for label in removing {
            do throws(CodeHostError) {
                try await write(.delete, "\(labels)/\(label.percentEncoded)")
            } catch  where error.kind == .notFound {
                // Gone already.
            }
        }
    }

    package func setDescription(of number: Int64, to body: String) async throws(CodeHostError) {
        try await write(.patch, "\(root)/pulls/\(number)", ["body": .string(body)])
    }
}
