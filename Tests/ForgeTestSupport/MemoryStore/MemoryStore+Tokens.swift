// Access tokens and kept answers in memory.
package import ForgeCore

extension MemoryStore {
    package func createToken(
        name: String, role: Role, tenant: Tenant?, digest: String, by actor: String
    ) async throws(StoreError) -> AccessToken {
        try transact { state in
            let stored = state.tokens.insert { number in
                let token = AccessToken(id: TokenID(number), name: name, role: role, tenant: tenant, createdAt: state.now)
                return StoredToken(token: token, digest: digest)
            }
            state.journal(stored.token, "token.created", by: actor)
            return stored.token
        }
    }

    package func token(digest: String) async throws(StoreError) -> AccessToken? {
        try transact { state in state.tokens.rows.first { $0.digest == digest && $0.token.revokedAt == nil }?.token }
    }

    package func tokens() async throws(StoreError) -> [AccessToken] {
        try transact { state in state.tokens.rows.reversed().map(\.token) }
    }

    package func revokeToken(_ id: TokenID, by actor: String) async throws(StoreError) -> AccessToken? {
        try transact { state in
            guard var stored = state.tokens[id.number] else { return nil }
            guard stored.token.revokedAt == nil else { return stored.token }
            stored.token.revokedAt = state.now
            state.tokens[id.number] = stored
            state.journal(stored.token, "token.revoked", by: actor)
            return stored.token
        }
    }
}

extension MemoryState {
    fileprivate mutating func journal(_ token: AccessToken, _ kind: String, by actor: String) {
        append(
            "audit", token.tenant, kind, ["token": .integer(token.id.number), "name": .string(token.name), "by": .string(actor)])
    }
}

extension MemoryStore {
    package func keptAnswer(owner: String, key: String) async throws(StoreError) -> KeptAnswer? {
        try transact { state in state.answers[AnswerKey(owner: owner, key: key)]?.answer }
    }

    package func keepAnswer(owner: String, key: String, _ answer: KeptAnswer) async throws(StoreError) -> KeptAnswer {
        try transact { state in
            let place = AnswerKey(owner: owner, key: key)
            let kept = state.answers[place] ?? StoredAnswer(answer: answer, at: state.now)
            state.answers[place] = kept
            return kept.answer
        }
    }
}
