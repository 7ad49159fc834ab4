// A repository has another name now. What is queued for it or runs goes on under that, and what is known of its pull requests goes with it: both
// are found by name, and the code host knows the old one no longer where it matters. A running job is moved too, or a second one about the
// same pull request could be claimed beside it; what it writes with its lease goes to the new name, whatever its worker still calls it.

import ForgeCore

extension Transaction {
    func move(_ old: String, to new: String, of tenant: Tenant) throws(StoreError) {
        guard old != new else { return }
        try moveJobs(old, to: new, of: tenant)
        let names: [Value] = [.text(new), Value(tenant), .text(old)]
        try connection.run("UPDATE runs SET repository = ? WHERE tenant = ? AND repository = ?", names)
        // Where the new name has a row already, that one is the newer.
        try connection.run("UPDATE OR IGNORE pull_requests SET repository = ? WHERE tenant = ? AND repository = ?", names)
        try connection.run(
            """
            INSERT INTO dismissals (tenant, repository, rule, count)
                SELECT tenant, ?1, rule, count FROM dismissals WHERE tenant = ?2 AND repository = ?3
                ON CONFLICT (tenant, repository, rule) DO UPDATE SET count = count + excluded.count
            """, names)
        try connection.run("DELETE FROM dismissals WHERE tenant = ? AND repository = ?", [Value(tenant), .text(old)])
        try moveBudgets(old, to: new, of: tenant)
    }

    /// With the lanes that claims walk: their triggers see to jobs that come and go, not to jobs that move.
    private func moveJobs(_ old: String, to new: String, of tenant: Tenant) throws(StoreError) {
        try connection.run("INSERT INTO turns (repository) VALUES (?) ON CONFLICT (repository) DO NOTHING", [.text(new)])
        let count = "(SELECT count(*) FROM jobs WHERE state = 'running' AND tenant = ?1 AND repository = ?2)"
        for (sign, repository) in [("-", old), ("+", new)] {
            try connection.run(
                "UPDATE turns SET running = running \(sign) \(count) WHERE repository = ?3", [Value(tenant), .text(old), .text(repository)])
        }
        try connection.run(
            "UPDATE jobs SET repository = ?, updated_at = ? WHERE tenant = ? AND repository = ? AND state IN ('queued', 'running')",
            [.text(new), Value(now), Value(tenant), .text(old)])
        try connection.run(
            """
            INSERT INTO lanes (repository, kind, priority, served, oldest)
                SELECT ?1, kind, priority, (SELECT served FROM turns WHERE repository = ?1), min(CASE state WHEN 'queued' THEN id END)
                FROM jobs WHERE state IN ('queued', 'running') AND repository = ?1 GROUP BY kind, priority
                ON CONFLICT (repository, kind, priority) DO UPDATE SET oldest = excluded.oldest
            """, [.text(new)])
        try connection.run(
            """
            UPDATE lanes SET oldest = (
                SELECT min(id) FROM jobs
                WHERE state = 'queued' AND jobs.repository = lanes.repository AND jobs.kind = lanes.kind AND jobs.priority = lanes.priority)
            WHERE repository = ?
            """, [.text(old)])
    }

    /// What is known of a repository by the host's own number.
    func knownRepository(_ host: String, _ number: Int64) throws(StoreError) -> (name: String, tenant: Tenant)? {
        try connection.first(
            "SELECT name, tenant FROM repositories WHERE host = ? AND number = ? AND state <> 'removed'", [.text(host), .integer(number)]
        ) { row throws(StoreError) in (row.text(), try row.tenant()) }
    }
}
