-- What tokens may do at most, and what people did.

ALTER TABLE api_tokens
  -- Takes rights of its user away; null for none.
  ADD COLUMN role text CHECK (role IN ('admin', 'operator', 'viewer'));
CREATE INDEX api_tokens_user ON api_tokens (user_id);

-- Each row seals the one before it: the digest is over that one's digest and the row's own bytes, so a row that is
-- changed, removed or put in between is noticed by every later one.
CREATE TABLE audit (
  number bigint PRIMARY KEY CHECK (number > 0),
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  -- JSON as text: the digest is over these bytes.
  details text NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32)
);
CREATE INDEX audit_actor ON audit (actor, number DESC);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
