// How people ask in tests: a comment on the host, and the job that its event leads to.

import ForgeCore
import ForgeCrypto
import ForgeEngine
import ForgeTestSupport
import ForgeWebhooks

extension ReviewScene {
    /// A comment in the conversation; its number.
    @discardableResult
    func ask(_ words: String, by asker: Actor = ada, number: Int64 = 7) async throws -> Int64 {
        let comment = host.say(words, by: asker, on: number, in: Self.name)
        try await tellOfWords(words, comment, place: "pullRequest", root: nil, asker, number)
        return comment
    }

    /// A reply in the thread that this comment opened; its number.
    @discardableResult
    func reply(_ words: String, to root: Int64, by asker: Actor = ada, number: Int64 = 7) async throws -> Int64 {
        let reply = HostComment(id: host.newID(), author: asker, body: words, createdAt: clock.timestamp, updatedAt: clock.timestamp)
        host.change(Self.name) { shop in
            guard let index = shop.threads[number]?.firstIndex(where: { $0.comments.first?.id == root }) else { return }
            shop.threads[number]?[index].comments.append(reply)
        }
        try await tellOfWords(words, reply.id, place: "diff", root: root, asker, number)
        return reply.id
    }

    private func tellOfWords(
        _ words: String, _ comment: Int64, place: String, root: Int64?, _ asker: Actor, _ number: Int64
    ) async throws {
        let commands = CommandList(in: words)
        let list = (commands?.commands ?? []).map { command -> JSON in
            ["command": .string(command.name), "arguments": .string(command.arguments)]
        }
        let who = JSON.object([
            .init("login", JSON(asker.login)), .init("id", JSON(asker.number)), .init("kind", JSON(asker.kind)),
        ])
        let payload: [JSON.Member] = [
            .init("schema", 1), .init("repository_id", 5), .init("number", JSON(number)), .init("comment", JSON(comment)),
            .init("is_pull_request", true), .init("place", .string(place)), .init("root", JSON(root)), .init("asked_by", who),
            .init("text_sha256", .string(Hex.encode(SHA256.digest(words)))), .init("updated_at", JSON(clock.timestamp)),
        ]
        let more: [JSON.Member] = list.isEmpty ? [] : [.init("commands", .array(list))]
        let kind = list.isEmpty ? "reply" : "command"
        _ = try await store.enqueue(
            NewJob(
                kind: kind, tenant: Self.place.tenant, repository: Self.name.description, workKey: "\(kind):5:\(place)/\(comment)",
                priority: 10, attemptsMax: 4, payload: JSON.object(payload + more).withoutNulls))
    }

    /// Forge's words in the conversation, without the summary.
    var answers: [String] { shop.ownComments(on: 7).map(\.body).filter { !$0.contains("<!-- forge:summary") } }
}
