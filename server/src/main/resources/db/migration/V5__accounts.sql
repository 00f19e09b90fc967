-- What accounts of host applications have of their own.

-- A newer Holdfast may make backups of kinds that this one does not know: they are listed all the same.
ALTER TABLE backups DROP CONSTRAINT backups_kind_check;
ALTER TABLE backups ADD CONSTRAINT backups_kind_check CHECK (kind ~ '^[a-z][a-z0-9-]{0,62}$');

-- Runs of an account, newest first.
CREATE INDEX runs_account_created ON runs (account, created_at DESC) WHERE account IS NOT NULL;

CREATE TABLE account_settings (
  account uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  auto_backup boolean NOT NULL,
  frequency text NOT NULL CHECK (frequency IN ('hourly', 'daily', 'weekly', 'monthly', 'disabled')),
  include_audio boolean NOT NULL,
  include_documents boolean NOT NULL,
  retention_days integer NOT NULL CHECK (retention_days BETWEEN 1 AND 3650),
  max_backups integer NOT NULL CHECK (max_backups BETWEEN 1 AND 50),
  encrypt_backups boolean NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT catalog_now()
);
ALTER TABLE account_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY settings_of_the_account ON account_settings TO holdfast_app
  USING (account = current_account()) WITH CHECK (account = current_account());

-- When an account's next backup is due by itself: what is handled, and the slot after that.
CREATE TABLE account_schedules (
  account uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  rate text NOT NULL,
  handled timestamptz NOT NULL,
  next_due timestamptz NOT NULL
);
CREATE INDEX account_schedules_due ON account_schedules (next_due, account);

-- Links that are good once. Only the SHA-256 of a link's secret is kept; the passphrase of the file is sealed with a key
-- that is made from the secret, so that only whoever has the link can open it.
CREATE TABLE downloads (
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  account uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  backup text NOT NULL,
  passphrase bytea,
  asked_by text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX downloads_expiry ON downloads (expires_at);

GRANT SELECT, INSERT, UPDATE ON account_settings TO holdfast_app;

-- Figures of an account's backups.
CREATE FUNCTION get_backup_stats(for_user uuid)
  RETURNS TABLE (total_backups bigint, total_size bigint, stored_size bigint, last_backup_at timestamptz,
                 failed_backups bigint, restores bigint)
  LANGUAGE sql STABLE AS $$
    SELECT count(*), coalesce(sum(size), 0)::bigint, coalesce(sum(stored_bytes), 0)::bigint, max(completed_at),
           (SELECT count(*) FROM runs WHERE account = for_user AND kind = 'tenant' AND status = 'failed'),
           coalesce(sum(restore_count), 0)::bigint
      FROM backups WHERE user_id = for_user AND kind = 'tenant'
  $$;

-- The newest backups of an account.
CREATE FUNCTION get_recent_backups(for_user uuid, of_type text DEFAULT NULL, at_most integer DEFAULT 10)
  RETURNS SETOF backups LANGUAGE sql STABLE AS $$
    SELECT * FROM backups
     WHERE user_id = for_user AND kind = 'tenant' AND (of_type IS NULL OR type = of_type)
     ORDER BY created_at DESC, id LIMIT at_most
  $$;

-- Which backups an account's settings no longer keep: older than so many days, or not among the newest so many. The
-- newest good one of each scope stays, whatever they say. Nothing is deleted: the server forgets what this names.
CREATE FUNCTION cleanup_old_backups(for_user uuid, retention_days integer, max_backups integer)
  RETURNS TABLE (id text, reason text) LANGUAGE sql STABLE AS $$
    SELECT ranked.id,
           CASE WHEN ranked.place > max_backups THEN 'more than ' || max_backups || ' backups'
                ELSE 'older than ' || retention_days || ' days' END
      FROM (SELECT b.id, b.created_at, b.status, b.damaged,
                   row_number() OVER (ORDER BY b.created_at DESC, b.id) AS place,
                   row_number() OVER (PARTITION BY b.scope, b.scope_id, b.status = 'completed' AND NOT b.damaged
                                      ORDER BY b.created_at DESC, b.id) AS place_of_scope
              FROM backups b WHERE b.user_id = for_user AND b.kind = 'tenant') ranked
     WHERE (ranked.place > max_backups OR ranked.created_at < catalog_now() - retention_days * interval '1 day')
       AND NOT (ranked.status = 'completed' AND NOT ranked.damaged AND ranked.place_of_scope = 1)
  $$;

-- A backup was restored.
CREATE FUNCTION record_backup_restore(backup text) RETURNS void LANGUAGE sql AS $$
    UPDATE backups SET last_restored_at = catalog_now(), restore_count = restore_count + 1 WHERE id = backup
  $$;
