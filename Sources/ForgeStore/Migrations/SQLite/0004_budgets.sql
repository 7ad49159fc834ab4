-- What work costs, in millionths of a dollar: accounts hold what was spent, reservations what is set aside and what became of it.

CREATE TABLE budget_accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL CHECK (scope IN ('run', 'repository_day', 'organization_month')),
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,                     -- the run's number, the repository, the owner
    period TEXT NOT NULL,                   -- '', 2026-11-20, 2026-11: UTC
    spent INTEGER NOT NULL CHECK (spent >= 0),
    updated_at INTEGER NOT NULL,
    UNIQUE (scope, tenant, name, period)
) STRICT;
CREATE INDEX budget_accounts_by_age ON budget_accounts (updated_at);

CREATE TABLE budget_reservations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER,
    attempt INTEGER,                        -- of the run's job; null without a lease
    run_account INTEGER,
    repository_account INTEGER NOT NULL,
    organization_account INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    most INTEGER NOT NULL CHECK (most >= least),
    least INTEGER NOT NULL CHECK (least >= 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'expired')),
    spent INTEGER NOT NULL CHECK (spent >= 0),
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER                        -- null while it is open
) STRICT;
CREATE INDEX budget_open_by_run ON budget_reservations (run_account) WHERE state = 'open';
CREATE INDEX budget_open_by_repository ON budget_reservations (repository_account) WHERE state = 'open';
CREATE INDEX budget_open_by_organization ON budget_reservations (organization_account) WHERE state = 'open';
CREATE INDEX budget_open_by_end ON budget_reservations (expires_at) WHERE state = 'open';
CREATE INDEX budget_ended ON budget_reservations (ended_at) WHERE state <> 'open';
