// Claiming: one statement finds the next job and takes it. It walks the lanes (repository, kind, priority) that have something queued in
// the order (priority, served longest ago), so it looks at one lane when the first has a job that is due, however long the queue is.

import ForgeCore

extension Transaction {
    func claim(kinds: [String], worker: String, lease: Duration, perRepository: Int) throws(StoreError) -> Job? {
        guard !kinds.isEmpty else { return nil }
        let values = [.text(worker), Value(now + lease), Value(now), Value(perRepository)] + kinds.map(Value.text)
        return try connection.first(Self.claimSQL(kinds: kinds.count), values, Connection.job)
    }

    /// Both conditions on the state: the first is the index's own, word for word.
    private static let sameSubjectRunning = """
        SELECT 1 FROM jobs AS held
        WHERE held.tenant = due.tenant AND held.repository = due.repository AND held.subject = due.subject
            AND held.state IN ('queued', 'running') AND held.state = 'running'
        """

    /// `turn` is the first lane in order with a job that is due. Among lanes that were served equally long ago, which is to say never, one
    /// whose oldest job is not due yet may stand before it: those few are compared by the job they would give.
    static func claimSQL(kinds: Int) -> String {
        let marks = (0..<kinds).map { "?\($0 + 5)" }.joined(separator: ", ")
        let candidates = """
            lanes
            JOIN turns ON turns.repository = lanes.repository
            JOIN jobs AS next ON next.id = (
                SELECT due.id FROM jobs AS due
                WHERE due.state = 'queued' AND due.repository = lanes.repository AND due.kind = lanes.kind
                    AND due.priority = lanes.priority AND (due.not_before IS NULL OR due.not_before <= ?3)
                    AND (due.subject IS NULL OR NOT EXISTS (\(sameSubjectRunning)))
                ORDER BY due.id LIMIT 1)
            """
        let eligible = "lanes.oldest IS NOT NULL AND lanes.kind IN (\(marks)) AND turns.running < ?4"
        return """
            UPDATE jobs SET state = 'running', attempt = attempt + 1, worker = ?1, lease_until = ?2, updated_at = ?3
            WHERE id = (
                SELECT next.id
                FROM (
                    SELECT lanes.priority, lanes.served, next.id FROM \(candidates) WHERE \(eligible)
                    ORDER BY lanes.priority DESC, lanes.served, lanes.oldest LIMIT 1) AS turn
                JOIN \(candidates)
                WHERE \(eligible) AND lanes.priority = turn.priority AND lanes.served = turn.served AND lanes.oldest <= turn.id
                ORDER BY next.id LIMIT 1)
            RETURNING \(Connection.jobColumns)
            """
    }
}
