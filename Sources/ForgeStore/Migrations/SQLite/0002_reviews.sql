-- What is known of a pull request between two looks at it, the lanes in which an installation's writes wait, and what the sweeper of runs
-- and jobs finds its rows by.

-- One row for each pull request that was looked at.
CREATE TABLE pull_requests (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    repository TEXT NOT NULL,
    number INTEGER NOT NULL,
    reviewed_head TEXT,                     -- null before the first review, and then all of these are
    merge_base TEXT,
    base_branch TEXT,
    round INTEGER,
    conclusion TEXT,
    unasked_pushes INTEGER NOT NULL,
    paused_by TEXT,
    was_pause_told INTEGER NOT NULL,
    summary_comment INTEGER,
    config_comment INTEGER,
    check_run INTEGER,
    is_described INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL,
    closed_at INTEGER,                      -- null while it is open, as far as the deliveries tell
    UNIQUE (tenant, repository, number)
) STRICT;
CREATE INDEX pull_requests_closed ON pull_requests (closed_at) WHERE closed_at IS NOT NULL;

-- The lines that were looked at may be a megabyte: in a table of their own they are written only when there was a review.
CREATE TABLE reviewed_lines (
    pull_request INTEGER PRIMARY KEY REFERENCES pull_requests (id) ON DELETE CASCADE,
    lines TEXT NOT NULL
) STRICT;

CREATE TABLE ledger (
    pull_request INTEGER NOT NULL REFERENCES pull_requests (id) ON DELETE CASCADE,
    finding TEXT NOT NULL,
    rule TEXT NOT NULL,
    family TEXT NOT NULL,
    severity TEXT NOT NULL,
    source TEXT NOT NULL,
    path BLOB,                              -- a path is bytes, and may be no UTF-8
    line INTEGER,
    message TEXT NOT NULL,
    snippet TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'fixed', 'dismissed', 'outdated')),
    state_commit TEXT,                      -- where it was fixed, or got outdated
    dismissed_by TEXT,
    dismissed_why TEXT,
    dismissed_at INTEGER,
    in_thread INTEGER NOT NULL,
    comment INTEGER,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    is_answered INTEGER NOT NULL,
    disputed_by TEXT,
    PRIMARY KEY (pull_request, finding)
) STRICT, WITHOUT ROWID;

-- How many findings of each rule are dismissed. Counted here and not in the ledger, which retention drops.
CREATE TABLE dismissals (
    tenant TEXT NOT NULL,
    repository TEXT NOT NULL,
    rule TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, repository, rule)
) STRICT, WITHOUT ROWID;

-- The lanes of writes to a code host (`lanes` are those of the queue). A lane has a time of its own, `wall clock + shift`, which never goes
-- back: `seen_at`, `granted_at`, `blocked_until` and `write_turns.at` are in it. `reset_at` is the host's own.
CREATE TABLE write_lanes (
    name TEXT PRIMARY KEY,
    shift INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    granted INTEGER NOT NULL,               -- the number of the last write, 0 for none
    granted_at INTEGER NOT NULL,
    blocked_until INTEGER,
    remaining INTEGER,
    reset_at INTEGER
) STRICT, WITHOUT ROWID;

-- The writes of the last hour, numbered: whether one more fits into a window is told by the time of one row.
CREATE TABLE write_turns (
    lane TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (lane, number)
) STRICT, WITHOUT ROWID;

-- For the sweeper, and for the checks of what it deletes.
CREATE INDEX runs_by_job ON runs (job) WHERE job IS NOT NULL;
CREATE INDEX approvals_by_run ON approvals (run);
