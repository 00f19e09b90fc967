-- What operators ask for.

-- The last look at each place where a repository is, and what was there when it could be seen last.
CREATE TABLE repository_looks (
  place text PRIMARY KEY,
  -- Its permanent id; null before it was seen.
  repository text,
  looked_at timestamptz NOT NULL,
  seen_at timestamptz,
  -- Why it could not be seen at the last look; null if it could.
  problem text,
  backups bigint NOT NULL DEFAULT 0 CHECK (backups >= 0),
  size bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
  stored_bytes bigint NOT NULL DEFAULT 0 CHECK (stored_bytes >= 0)
);

-- How much a repository held at the end of each day (UTC), or at its last look.
CREATE TABLE storage_days (
  day date NOT NULL,
  repository text NOT NULL,
  backups bigint NOT NULL,
  size bigint NOT NULL,
  stored_bytes bigint NOT NULL,
  PRIMARY KEY (day, repository)
);

CREATE INDEX runs_kind_created ON runs (kind, created_at DESC);
