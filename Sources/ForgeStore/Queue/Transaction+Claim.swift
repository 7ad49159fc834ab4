// Claiming: one statement finds the next job and takes it. It walks the lanes (repository, kind, priority) that have something queued in
// the order (priority, served longest ago), so it looks at one lane when the first has a job that is due, however long the queue is.

import ForgeCore

extension Transaction {
    func claim(kinds: [String], worker: String, lease: Duration, perRepository: Int) throws(StoreError) -> Job? {
        guard !kinds.isEmpty else { return nil }
        let values = [.text(worker), Value(now + lease), Value(now), Value(perRepository)] + kinds.map(Value.text)
        return try connection.first(Self.claimSQL(kinds: kinds.count), values, Connection.job)
    }

    static func claimSQL(kinds: Int) -> String {
        let marks = (0..<kinds).map { "?\($0 + 5)" }.joined(separator: ", ")
        return """
            UPDATE jobs SET state = 'running', attempt = attempt + 1, worker = ?1, lease_until = ?2, updated_at = ?3
            WHERE id = (
                SELECT next.id
                FROM lanes
                JOIN turns ON turns.repository = lanes.repository
                JOIN jobs AS next ON next.id = (
                    SELECT due.id FROM jobs AS due
                    WHERE due.state = 'queued' AND due.repository = lanes.repository AND due.kind = lanes.kind
                        AND due.priority = lanes.priority AND due.due_at <= ?3
                    ORDER BY due.id LIMIT 1)
                WHERE lanes.queued > 0 AND lanes.kind IN (\(marks)) AND turns.running < ?4
                ORDER BY lanes.priority DESC, lanes.served, next.id LIMIT 1)
            RETURNING \(Connection.jobColumns)
            """
    }
}
