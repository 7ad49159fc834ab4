// Answers kept for repeated requests: the port `AnswerStore`.

package import ForgeCore

extension SQLiteStore: AnswerStore {
    package func keptAnswer(owner: String, key: String) async throws(StoreError) -> KeptAnswer? {
        try await readers.read("read kept answer") { connection throws(StoreError) in
            try connection.keptAnswer(owner: owner, key: key)
        }
    }

    package func keepAnswer(owner: String, key: String, _ answer: KeptAnswer) async throws(StoreError) -> KeptAnswer {
        try await writer.write("keep answer", bytes: answer.body.count + 512) { transaction throws(StoreError) in
            try transaction.connection.run(
                """
                INSERT INTO kept_answers (owner, key, status, body, request_digest, at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (owner, key) DO NOTHING
                """,
                [
                    .text(owner), .text(key), Value(answer.status), .bytes(answer.body), .text(answer.requestDigest),
                    Value(transaction.now),
                ])
            return try transaction.connection.keptAnswer(owner: owner, key: key) ?? answer
        }
    }
}

extension Connection {
    fileprivate func keptAnswer(owner: String, key: String) throws(StoreError) -> KeptAnswer? {
        let sql = "SELECT status, body, request_digest FROM kept_answers WHERE owner = ? AND key = ?"
        return try first(sql, [.text(owner), .text(key)]) { row in
            KeptAnswer(status: row.int(), body: row.bytes(), requestDigest: row.text())
        }
    }
}
