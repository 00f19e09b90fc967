-- What the catalog's own backup in the repository needs: who this catalog is, and whether something changed since.

CREATE TABLE catalog_identity (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- Goes on in a catalog that is rebuilt.
  id uuid NOT NULL,
  saved_at timestamptz,
  saved_as text
);
INSERT INTO catalog_identity (id) VALUES (gen_random_uuid());

-- One row for each transaction that changed a definition and is not saved yet. A counter would be wrong: who counted
-- first may commit last, after a snapshot that does not see it. Nobody waits for anybody here.
CREATE TABLE definition_changes (
  xid xid8 PRIMARY KEY DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT catalog_now()
);

-- As the owner: accounts may change definitions of theirs, and see nothing of this.
CREATE FUNCTION note_definition_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
  INSERT INTO definition_changes DEFAULT VALUES ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

-- Not at every use of a token and every slot of a schedule: that goes along with the next save.
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE OF name, role ON users
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE OF user_id, name, digest, expires_at, role ON api_tokens
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE ON accounts
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE ON account_settings
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE ON account_templates
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE ON backup_shares
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE OF plan, origin, since ON schedules
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT OR DELETE OR UPDATE ON scheduling
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
CREATE TRIGGER definition_changed AFTER INSERT ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION note_definition_change();
