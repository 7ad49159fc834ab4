-- The local code host: pull requests of bare repositories on this machine, what is said under them, and checks.

CREATE TABLE local_pull_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- the order of listings
    repository TEXT NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'merged')),
    is_draft INTEGER NOT NULL,
    head_branch TEXT NOT NULL,
    base_branch TEXT NOT NULL,
    labels TEXT NOT NULL,                   -- a JSON array
    last_head TEXT,
    last_base TEXT,
    merge_commit TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (repository, number)
) STRICT;
CREATE UNIQUE INDEX local_pull_requests_open ON local_pull_requests (repository, head_branch, base_branch) WHERE state = 'open';

CREATE TABLE local_remarks (
    pull_request INTEGER NOT NULL REFERENCES local_pull_requests (id),
    number INTEGER NOT NULL,
    content TEXT NOT NULL,                  -- JSON: LocalRemark.stored
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (pull_request, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE local_checks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    head TEXT NOT NULL,
    name TEXT NOT NULL,
    external_id TEXT NOT NULL,
    content TEXT NOT NULL,                  -- JSON: CheckRunContent.stored
    updated_at INTEGER NOT NULL,
    UNIQUE (repository, external_id)
) STRICT;
CREATE INDEX local_checks_by_head ON local_checks (repository, head);
