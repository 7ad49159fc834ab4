// Promises about access tokens and kept answers.
import ForgeCore
import Testing

extension StoreContract {
    static let tokenCases: [Case] = [
        Case("a token is found by its digest, with its role and tenant") { scene in
            let ours = try await scene.store.createToken(name: "ci", role: .reviewer, tenant: tenant, digest: "d1", by: "root")
            #expect(ours == AccessToken(id: ours.id, name: "ci", role: .reviewer, tenant: tenant, createdAt: scene.now))
            let admin = try await scene.store.createToken(name: "ops", role: .admin, tenant: nil, digest: "d2", by: "root")
            #expect(try await scene.store.token(digest: "d1") == ours)
            #expect(try await scene.store.token(digest: "d2") == admin)
            #expect(admin.scope == .all && ours.scope == .only(tenant))
            #expect(try await scene.store.token(digest: "d3") == nil)
            #expect(try await scene.store.token(digest: "") == nil)
        },
        Case("a revoked token opens nothing, and revoking twice keeps the first moment") { scene in
            let token = try await scene.store.createToken(name: "ci", role: .admin, tenant: nil, digest: "d1", by: "root")
            let other = try await scene.store.createToken(name: "ci", role: .admin, tenant: nil, digest: "d2", by: "root")
            scene.clock.advance(by: .seconds(1))
            let revoked = try #require(try await scene.store.revokeToken(token.id, by: "alice"))
            #expect(revoked.id == token.id && revoked.revokedAt == scene.now)
            #expect(try await scene.store.token(digest: "d1") == nil)
            #expect(try await scene.store.token(digest: "d2") == other)
            scene.clock.advance(by: .seconds(1))
            #expect(try await scene.store.revokeToken(token.id, by: "bob") == revoked)
            #expect(try await scene.store.revokeToken(TokenID(999), by: "bob") == nil)
        },
        Case("tokens are listed newest first, revoked ones too") { scene in
            #expect(try await scene.store.tokens().isEmpty)
            var ids: [TokenID] = []
            for index in 0..<3 {
                ids.append(
                    try await scene.store.createToken(name: "\(index)", role: .observer, tenant: nil, digest: "d\(index)", by: "root").id)
            }
            let revoked = try await scene.store.revokeToken(ids[1], by: "root")
            let listed = try await scene.store.tokens()
            #expect(listed.map(\.id) == ids.reversed() && listed[1] == revoked)
        },
        Case("making and revoking a token is journaled under audit with who did it, and without the digest") { scene in
            let token = try await scene.store.createToken(name: "ci", role: .admin, tenant: tenant, digest: "d1d1", by: "root")
            _ = try await scene.store.revokeToken(token.id, by: "alice")
            _ = try await scene.store.revokeToken(token.id, by: "bob")
            let audit = try await scene.journal("audit")
            #expect(audit.map(\.new.kind) == ["token.created", "token.revoked"])
            #expect(audit[0].new.payload.text.contains("root") && audit[1].new.payload.text.contains("alice"))
            #expect(audit.allSatisfy { $0.new.tenant == tenant && !$0.new.payload.text.contains("d1d1") })
        },
    ]

    static let answerCases: [Case] = [
        Case("the first answer under a key is kept, and every later one gets it") { (scene) async throws in
            let first = KeptAnswer(status: 201, body: [UInt8](0...255), requestDigest: "r1")
            #expect(try await scene.store.keptAnswer(owner: "token/1", key: "k") == nil)
            #expect(try await scene.store.keepAnswer(owner: "token/1", key: "k", first) == first)
            let second = KeptAnswer(status: 500, body: [], requestDigest: "r2")
            #expect(try await scene.store.keepAnswer(owner: "token/1", key: "k", second) == first)
            #expect(try await scene.store.keptAnswer(owner: "token/1", key: "k") == first)
        },
        Case("one owner's keys are not another's") { scene in
            let answer = KeptAnswer(status: 200, body: [1], requestDigest: "r")
            _ = try await scene.store.keepAnswer(owner: "token/1", key: "k", answer)
            #expect(try await scene.store.keptAnswer(owner: "token/2", key: "k") == nil)
            #expect(try await scene.store.keptAnswer(owner: "token/1", key: "other") == nil)
            #expect(try await scene.store.keptAnswer(owner: "token/", key: "1k") == nil)
            let other = KeptAnswer(status: 404, body: [], requestDigest: "r")
            #expect(try await scene.store.keepAnswer(owner: "token/2", key: "k", other) == other)
        },
        Case("of 32 answers kept under one key at once all get the same") { scene in
            let answers = try await atOnce(32) { index in
                try await scene.store.keepAnswer(owner: "o", key: "k", KeptAnswer(status: 200 + index, body: [], requestDigest: "r"))
            }
            #expect(Set(answers).count == 1)
        },
    ]
}
