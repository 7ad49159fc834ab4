// The port `TokenStore`. The token itself never comes here, only its digest, and that is told to nobody, the journal included.

package import ForgeCore

extension SQLiteStore: TokenStore {
    package func createToken(
        name: String, role: Role, tenant: Tenant?, digest: String, by actor: String
    ) async throws(StoreError) -> AccessToken {
        try await writer.write("create token") { transaction throws(StoreError) in
            let number = try transaction.connection.first(
                "INSERT INTO tokens (name, role, tenant, digest, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
                [.text(name), Value(role), Value(tenant), .text(digest), Value(transaction.now)]
            ) { row in row.integer() }
            let token = AccessToken(id: TokenID(number ?? 0), name: name, role: role, tenant: tenant, createdAt: transaction.now)
            try transaction.append("audit", tenant, "token.created", token.told(by: actor))
            return token
        }
    }

    package func token(digest: String) async throws(StoreError) -> AccessToken? {
        try await readers.read("read token") { connection throws(StoreError) in
            let sql = "\(Connection.tokenColumns) WHERE digest = ? AND revoked_at IS NULL"
            return try connection.first(sql, [.text(digest)], Connection.token)
        }
    }

    package func tokens() async throws(StoreError) -> [AccessToken] {
        try await readers.read("list tokens") { connection throws(StoreError) in
            try connection.all("\(Connection.tokenColumns) ORDER BY id DESC", [], Connection.token)
        }
    }

    package func revokeToken(_ id: TokenID, by actor: String) async throws(StoreError) -> AccessToken? {
        try await writer.write("revoke token") { transaction throws(StoreError) in
            let connection = transaction.connection
            try connection.run(
                "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", [Value(transaction.now), Value(id)])
            let isRevokedNow = connection.changes > 0
            let token = try connection.first("\(Connection.tokenColumns) WHERE id = ?", [Value(id)], Connection.token)
            if let token, isRevokedNow { try transaction.append("audit", token.tenant, "token.revoked", token.told(by: actor)) }
            return token
        }
    }
}

extension Connection {
    fileprivate static let tokenColumns = "SELECT id, name, role, tenant, created_at, revoked_at FROM tokens"

    fileprivate static func token(_ row: inout Row) throws(StoreError) -> AccessToken {
        AccessToken(
            id: row.id(), name: row.text(), role: try row.word(), tenant: try row.optionalTenant(), createdAt: row.moment(),
            revokedAt: row.optionalMoment())
    }
}

extension AccessToken {
    fileprivate func told(by actor: String) -> JSON {
        ["token": .integer(id.number), "name": .string(name), "role": .string(role.rawValue), "by": .string(actor)]
    }
}
