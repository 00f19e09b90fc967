-- What accounts let others have of their backups, what they make them by, and what is told of their failures.

-- Scheduled backups of accounts whose last try failed. People are told of all of an application at once.
CREATE TABLE account_failures (
  account uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  source text NOT NULL,
  application text NOT NULL,
  run uuid NOT NULL,
  -- The first failure since the last success.
  since timestamptz NOT NULL,
  problem text NOT NULL,
  hint text NOT NULL,
  PRIMARY KEY (account, source)
);
CREATE INDEX account_failures_group ON account_failures (source, application, since);
-- What was told of single accounts before that ends by itself: nobody looks at it any more.
DELETE FROM incidents WHERE source ~ '^[^/]+/tenant(-[a-z]+)?/';

-- Settings under a name, of one account or, without one, of a whole application.
CREATE TABLE account_templates (
  id uuid PRIMARY KEY,
  application text NOT NULL,
  account uuid REFERENCES accounts (id) ON DELETE CASCADE,
  name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  -- What accounts get that are heard of for the first time.
  is_default boolean NOT NULL DEFAULT false CHECK (NOT is_default OR account IS NULL),
  scope text NOT NULL,
  auto_backup boolean NOT NULL,
  frequency text NOT NULL CHECK (frequency IN ('hourly', 'daily', 'weekly', 'monthly', 'disabled')),
  include_audio boolean NOT NULL,
  include_documents boolean NOT NULL,
  retention_days integer NOT NULL CHECK (retention_days BETWEEN 1 AND 3650),
  max_backups integer NOT NULL CHECK (max_backups BETWEEN 1 AND 50),
  encrypt_backups boolean NOT NULL,
  made_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT catalog_now()
);
CREATE UNIQUE INDEX account_templates_of_account ON account_templates (account, name) WHERE account IS NOT NULL;
CREATE UNIQUE INDEX account_templates_of_application ON account_templates (application, name) WHERE account IS NULL;
CREATE UNIQUE INDEX account_templates_default ON account_templates (application) WHERE is_default;

ALTER TABLE account_templates ENABLE ROW LEVEL SECURITY;
-- Those of the application are written by the server alone, for whoever the application trusts with it.
CREATE POLICY templates_of_the_account ON account_templates TO holdfast_app
  USING (account = current_account())
  WITH CHECK (account = current_account()
              AND application = (SELECT a.application FROM accounts a WHERE a.id = current_account()));
CREATE POLICY templates_of_the_application ON account_templates FOR SELECT TO holdfast_app
  USING (account IS NULL
         AND application = (SELECT a.application FROM accounts a WHERE a.id = current_account()));
GRANT SELECT, INSERT, DELETE ON account_templates TO holdfast_app;

-- What an account lets another one of its application have of one backup. The other is named as the application names
-- it: it need not have been heard of, and nobody finds out here whether it was.
ALTER TABLE backups ADD CONSTRAINT backups_owner UNIQUE (id, user_id);
CREATE TABLE backup_shares (
  id uuid PRIMARY KEY,
  backup text NOT NULL,
  owner uuid NOT NULL,
  application text NOT NULL,
  -- The owner, as the application names it.
  shared_by text NOT NULL,
  receiver text NOT NULL,
  rights text[] NOT NULL CHECK ('view' = ANY (rights) AND rights <@ ARRAY['view', 'download', 'restore']),
  until timestamptz,
  made_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT catalog_now(),
  CHECK (receiver <> shared_by),
  UNIQUE (backup, receiver),
  -- Nobody shares what is another's, and a share ends with its backup.
  FOREIGN KEY (backup, owner) REFERENCES backups (id, user_id) ON DELETE CASCADE
);
CREATE INDEX backup_shares_receiver ON backup_shares (application, receiver);
CREATE INDEX backup_shares_until ON backup_shares (until) WHERE until IS NOT NULL;

ALTER TABLE backup_shares ENABLE ROW LEVEL SECURITY;
CREATE POLICY shares_of_the_account ON backup_shares TO holdfast_app
  USING (owner = current_account())
  WITH CHECK (owner = current_account()
              AND (application, shared_by)
                  = (SELECT a.application, a.external_id FROM accounts a WHERE a.id = current_account()));
CREATE POLICY shares_with_the_account ON backup_shares FOR SELECT TO holdfast_app
  USING ((until IS NULL OR until > catalog_now())
         AND (application, receiver)
             = (SELECT a.application, a.external_id FROM accounts a WHERE a.id = current_account()));
-- Nobody has to have what others share.
CREATE POLICY shares_that_are_declined ON backup_shares FOR DELETE TO holdfast_app
  USING ((application, receiver)
         = (SELECT a.application, a.external_id FROM accounts a WHERE a.id = current_account()));
GRANT SELECT, INSERT, DELETE, UPDATE (rights, until, made_by, created_at) ON backup_shares TO holdfast_app;

-- Beside its own ones, an account sees what is shared with it. It changes only its own.
CREATE POLICY backups_shared_with_the_account ON backups FOR SELECT TO holdfast_app
  USING (EXISTS (SELECT FROM backup_shares s
                  WHERE s.backup = backups.id AND s.owner = backups.user_id
                    AND s.owner <> current_account()));
