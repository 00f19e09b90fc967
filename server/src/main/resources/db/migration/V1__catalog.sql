-- The catalog of a Holdfast server: what happened, what runs, who may what. The repository is the truth about backups;
-- everything here about them can be made anew from it.

-- The one clock of leases and schedules: nodes may disagree about the time, the catalog does not.
CREATE FUNCTION catalog_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';

-- What an account's own requests are made as. Several catalogs of one server share it.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'holdfast_app') THEN
    CREATE ROLE holdfast_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF current_setting('server_version_num')::integer >= 160000 THEN
    -- Who makes a role may grant it, and is not yet allowed to become it.
    IF NOT pg_catalog.pg_has_role(current_user, 'holdfast_app', 'SET') THEN
      EXECUTE format('GRANT holdfast_app TO %I WITH SET TRUE', current_user);
    END IF;
  ELSIF NOT pg_catalog.pg_has_role(current_user, 'holdfast_app', 'MEMBER') THEN
    EXECUTE format('GRANT holdfast_app TO %I', current_user);
  END IF;
END $$;

-- The owner of tenant backups: an account of an application.
CREATE TABLE accounts (
  id uuid PRIMARY KEY,
  application text NOT NULL,
  external_id text NOT NULL,
  tier text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT catalog_now(),
  UNIQUE (application, external_id)
);

-- The account that the current transaction speaks for; null for nobody.
CREATE FUNCTION current_account() RETURNS uuid LANGUAGE sql STABLE
  AS 'SELECT nullif(current_setting(''holdfast.account'', true), '''')::uuid';

CREATE TABLE backups (
  id text PRIMARY KEY,
  user_id uuid REFERENCES accounts (id),
  repository text NOT NULL,
  snapshot text NOT NULL,
  source text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('physical', 'dump', 'schema', 'tenant', 'files')),
  type text NOT NULL CHECK (type ~ '^[a-z][a-z0-9_-]{0,62}$'),
  scope text NOT NULL DEFAULT 'full',
  scope_id text,
  size bigint NOT NULL CHECK (size >= 0),
  stored_bytes bigint NOT NULL CHECK (stored_bytes >= 0),
  checksum text NOT NULL,
  encrypted_with text,
  includes_audio boolean NOT NULL DEFAULT false,
  includes_documents boolean NOT NULL DEFAULT true,
  metadata jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled', 'missed')),
  error text,
  damaged boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  completed_at timestamptz,
  verified_at timestamptz,
  last_restored_at timestamptz,
  restore_count integer NOT NULL DEFAULT 0 CHECK (restore_count >= 0),
  UNIQUE (repository, snapshot)
);
CREATE INDEX idx_backups_user_created ON backups (user_id, created_at DESC);
CREATE INDEX idx_backups_status_created ON backups (status, created_at DESC);
CREATE INDEX idx_backups_type ON backups (type, created_at DESC);
CREATE INDEX idx_backups_scope_id ON backups (scope_id);
CREATE INDEX idx_backups_source_created ON backups (source, created_at DESC);

ALTER TABLE backups ENABLE ROW LEVEL SECURITY;
CREATE POLICY backups_of_the_account ON backups TO holdfast_app
  USING (user_id = current_account()) WITH CHECK (user_id = current_account());
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY the_account ON accounts FOR SELECT TO holdfast_app USING (id = current_account());

-- Work that was asked for or was due. A row ends once and never changes after that; another try is another row.
CREATE SEQUENCE run_tokens;
CREATE TABLE runs (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  request jsonb NOT NULL,
  source text NOT NULL,
  -- What no two runs may work on at once.
  resource text NOT NULL,
  account uuid REFERENCES accounts (id),
  origin text NOT NULL CHECK (origin IN ('request', 'schedule')),
  requested_by text,
  schedule text,
  slot timestamptz,
  attempt integer NOT NULL DEFAULT 1 CHECK (attempt >= 1),
  attempts_max integer NOT NULL DEFAULT 1 CHECK (attempts_max >= 1),
  status text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled', 'missed')),
  not_before timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  node text,
  -- Whoever has the larger token is the one that runs it; a smaller one is refused.
  token bigint,
  lease_until timestamptz,
  cancel_requested boolean NOT NULL DEFAULT false,
  progress jsonb NOT NULL DEFAULT '{}',
  result jsonb,
  error_code text,
  error_message text,
  error_hint text,
  -- Of a missed run: how many slots it stands for, and the first of them; the last is its own.
  missed_count bigint NOT NULL DEFAULT 0,
  missed_from timestamptz,
  CHECK ((status = 'missed') = (missed_count > 0)),
  CHECK ((schedule IS NULL) = (slot IS NULL)),
  CHECK ((status = 'running') = (lease_until IS NOT NULL)),
  CHECK ((status IN ('pending', 'running')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX runs_slot ON runs (schedule, slot, attempt) WHERE schedule IS NOT NULL;
CREATE UNIQUE INDEX runs_one_for_each_resource ON runs (resource) WHERE status = 'running';
CREATE INDEX runs_pending ON runs (not_before) WHERE status = 'pending';
CREATE INDEX runs_leases ON runs (lease_until) WHERE status = 'running';
CREATE INDEX runs_created ON runs (created_at DESC, id);
CREATE INDEX runs_source_created ON runs (source, created_at DESC);

ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY runs_of_the_account ON runs FOR SELECT TO holdfast_app USING (account = current_account());

CREATE TABLE run_log (
  run uuid NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  line integer NOT NULL,
  at timestamptz NOT NULL DEFAULT catalog_now(),
  text text NOT NULL,
  PRIMARY KEY (run, line)
);
ALTER TABLE run_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY log_of_the_account ON run_log FOR SELECT TO holdfast_app
  USING (EXISTS (SELECT FROM runs WHERE runs.id = run_log.run));

CREATE TABLE users (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name <> ''),
  role text NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
  created_at timestamptz NOT NULL DEFAULT catalog_now()
);

-- Only the SHA-256 of a token is kept; its text was shown once.
CREATE TABLE api_tokens (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL,
  digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  created_at timestamptz NOT NULL DEFAULT catalog_now(),
  expires_at timestamptz,
  last_used_at timestamptz
);

-- One row while nobody has set the server up.
CREATE TABLE setup (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);

GRANT SELECT ON backups, accounts, runs, run_log TO holdfast_app;
GRANT UPDATE (last_restored_at, restore_count) ON backups TO holdfast_app;
