-- The first shape of the store. A file here is never changed once released: the next change is the next number.
-- Moments are milliseconds since 1970. `tenant` is `local` or `installation/<number>`, null where none is known yet.

-- Deliveries. The body lives in a table of its own: settling rewrites the delivery's row, and would write the body once more with it.
-- Numbers come from the writer, above any there ever was (`given_numbers`): AUTOINCREMENT was measured to cost a tenth of the insert.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    tracker TEXT NOT NULL,                  -- '' for none
    transport_key TEXT NOT NULL UNIQUE,
    event_name TEXT,
    headers TEXT NOT NULL,                  -- a JSON array: name, value, name, value, …
    body_bytes INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    secret_index INTEGER NOT NULL,
    is_healed INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'ignored', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    repeats INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    event TEXT,
    intent TEXT,
    tenant TEXT,
    repository TEXT,
    ticket INTEGER,
    job INTEGER
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (id) WHERE state = 'pending';
CREATE INDEX deliveries_failed ON deliveries (id) WHERE state = 'failed';
CREATE INDEX deliveries_by_tenant ON deliveries (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX deliveries_by_repository ON deliveries (repository) WHERE repository IS NOT NULL;

CREATE TABLE delivery_bodies (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    body BLOB NOT NULL
) STRICT;

-- The highest number that a row had which is gone.
CREATE TABLE given_numbers (
    name TEXT PRIMARY KEY,
    highest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When each source was last heard of in each hour.
CREATE TABLE arrivals (
    source TEXT NOT NULL,
    tracker TEXT NOT NULL,
    hour INTEGER NOT NULL,                  -- since 1970
    last_at INTEGER NOT NULL,
    PRIMARY KEY (source, tracker, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    tracker TEXT,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    remote_address TEXT NOT NULL,
    event_name TEXT,
    delivery_name TEXT,
    body_bytes INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Where a repository lives. Rows key on the host's own number, since names move.
CREATE TABLE repositories (
    host TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'removed')),
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (host, number)
) STRICT;
CREATE INDEX repositories_by_name ON repositories (lower(name)) WHERE state <> 'removed';
CREATE INDEX repositories_by_tenant ON repositories (tenant);

-- Tickets. `draft` is the JSON that other tools read; the columns beside it are what it is found by.
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'working', 'resolved', 'closed')),
    source TEXT NOT NULL,
    repository TEXT,
    identity TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    joined INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    draft TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tickets_unfinished ON tickets (tenant, identity) WHERE state IN ('open', 'working');
CREATE INDEX tickets_by_fingerprint ON tickets (tenant, repository, fingerprint) WHERE state IN ('open', 'working');
CREATE INDEX tickets_by_tenant ON tickets (tenant);
CREATE INDEX tickets_by_repository ON tickets (repository);

-- The queue.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead', 'cancelled')),
    kind TEXT NOT NULL,
    tenant TEXT NOT NULL,
    repository TEXT NOT NULL,
    work_key TEXT NOT NULL,
    subject TEXT,
    priority INTEGER NOT NULL,
    not_before INTEGER,                     -- as asked for, then as the last pause has it
    attempts_max INTEGER NOT NULL,
    payload TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    worker TEXT,
    is_cancel_requested INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX jobs_unfinished ON jobs (tenant, work_key) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_subject ON jobs (tenant, repository, subject) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_waiting ON jobs (repository, kind, priority, id, not_before) WHERE state = 'queued';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_by_depth ON jobs (kind, state, created_at);
CREATE INDEX jobs_by_tenant ON jobs (tenant);
CREATE INDEX jobs_by_repository ON jobs (repository);

-- Whose turn it is. A claim walks the lanes in the order (priority, served longest ago, oldest job) and takes the first with a job that is
-- due, so it does not grow with the queue. `served` is the number of the claim that last took from the repository, 0 for none yet; `oldest`
-- is the first queued job of the lane, null when there is none. The triggers keep both tables true whoever changes a job.
CREATE TABLE turns (
    repository TEXT PRIMARY KEY,
    served INTEGER NOT NULL DEFAULT 0,
    running INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX turns_by_served ON turns (served);

CREATE TABLE lanes (
    repository TEXT NOT NULL REFERENCES turns (repository),
    kind TEXT NOT NULL,
    priority INTEGER NOT NULL,
    served INTEGER NOT NULL,
    oldest INTEGER,
    PRIMARY KEY (repository, kind, priority)
) STRICT;
CREATE INDEX lanes_waiting ON lanes (priority DESC, served, oldest, repository, kind) WHERE oldest IS NOT NULL;

CREATE TRIGGER jobs_enter AFTER INSERT ON jobs WHEN NEW.state = 'queued' BEGIN
    INSERT INTO turns (repository) VALUES (NEW.repository) ON CONFLICT (repository) DO NOTHING;
    INSERT INTO lanes (repository, kind, priority, served, oldest)
        SELECT NEW.repository, NEW.kind, NEW.priority, served, NEW.id FROM turns WHERE repository = NEW.repository
        ON CONFLICT (repository, kind, priority) DO UPDATE SET oldest = coalesce(oldest, NEW.id);
END;
CREATE TRIGGER jobs_move AFTER UPDATE OF state ON jobs WHEN (NEW.state = 'queued') <> (OLD.state = 'queued') BEGIN
    UPDATE lanes
        SET oldest = (
            SELECT min(id) FROM jobs
            WHERE state = 'queued' AND repository = NEW.repository AND kind = NEW.kind AND priority = NEW.priority)
        WHERE repository = NEW.repository AND kind = NEW.kind AND priority = NEW.priority;
END;
CREATE TRIGGER jobs_start AFTER UPDATE OF state ON jobs WHEN NEW.state = 'running' AND OLD.state <> 'running' BEGIN
    UPDATE turns SET running = running + 1, served = 1 + (SELECT max(served) FROM turns) WHERE repository = NEW.repository;
    UPDATE lanes SET served = (SELECT served FROM turns WHERE repository = NEW.repository) WHERE repository = NEW.repository;
END;
CREATE TRIGGER jobs_stop AFTER UPDATE OF state ON jobs WHEN OLD.state = 'running' AND NEW.state <> 'running' BEGIN
    UPDATE turns SET running = running - 1 WHERE repository = OLD.repository;
END;

-- Runs and what they leave behind.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    tenant TEXT NOT NULL,
    repository TEXT NOT NULL,
    job INTEGER REFERENCES jobs (id),
    ticket INTEGER REFERENCES tickets (id),
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_by_tenant ON runs (tenant);
CREATE INDEX runs_by_repository ON runs (repository);
CREATE INDEX runs_by_state ON runs (state);

CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    result TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (run, key)
) STRICT;

CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    stable_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    category TEXT NOT NULL,
    path TEXT NOT NULL,
    line INTEGER,
    message TEXT NOT NULL,
    state TEXT NOT NULL,
    UNIQUE (run, stable_id)
) STRICT;

CREATE TABLE approvals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (id),
    digest TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX approvals_unused ON approvals (run, digest) WHERE used_at IS NULL;

-- Kept per run, never shared between runs: a digest is no proof of who may read the bytes.
CREATE TABLE artifacts (
    run INTEGER NOT NULL REFERENCES runs (id),
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (run, digest)
) STRICT;

-- The journal: append-only, chained by hash within each stream.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    tenant TEXT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (stream, sequence)
) STRICT;
CREATE INDEX events_by_stream ON events (stream);
CREATE INDEX events_by_tenant ON events (tenant) WHERE tenant IS NOT NULL;

-- Where each stream ends, written with each link: a stream that ends earlier was cut.
CREATE TABLE stream_heads (
    stream TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

-- The last link that retention dropped, so that the rest still hangs on something. `audit_sequence` is the link of the stream `audit`
-- that tells of it: a checkpoint that nobody told of is forged.
CREATE TABLE checkpoints (
    stream TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    audit_sequence INTEGER NOT NULL,
    PRIMARY KEY (stream, sequence)
) STRICT;

CREATE TRIGGER events_stay AFTER UPDATE ON events BEGIN
    SELECT RAISE(ABORT, 'a link of the journal cannot be changed');
END;
CREATE TRIGGER events_remain BEFORE DELETE ON events
WHEN NOT EXISTS (SELECT 1 FROM checkpoints WHERE stream = OLD.stream AND sequence >= OLD.sequence) BEGIN
    SELECT RAISE(ABORT, 'a link of the journal cannot be deleted before a checkpoint covers it');
END;
CREATE TRIGGER checkpoints_stay AFTER UPDATE ON checkpoints BEGIN
    SELECT RAISE(ABORT, 'a checkpoint cannot be changed');
END;
CREATE TRIGGER checkpoints_remain BEFORE DELETE ON checkpoints
WHEN NOT EXISTS (SELECT 1 FROM checkpoints WHERE stream = OLD.stream AND sequence > OLD.sequence) BEGIN
    SELECT RAISE(ABORT, 'the last checkpoint of a stream cannot be deleted');
END;

CREATE VIEW audit AS
    SELECT id, sequence, at, tenant, kind, payload, previous_hash, hash FROM events WHERE stream = 'audit' ORDER BY sequence;

-- Who may use the API.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    tenant TEXT,
    digest TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE kept_answers (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    request_digest TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;
CREATE INDEX kept_answers_by_age ON kept_answers (at);

-- One row that is written to prove that writing works.
CREATE TABLE probes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
