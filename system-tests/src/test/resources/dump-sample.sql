-- One of everything that a dump has to carry. Loaded by psql as a superuser.
CREATE ROLE app LOGIN;
CREATE ROLE "Reader, x";
CREATE SCHEMA app AUTHORIZATION app;
CREATE SCHEMA "Mixed Case ""q"" / 100%";
SET search_path = app;
CREATE EXTENSION btree_gist;
CREATE EXTENSION postgres_fdw;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE float_range AS RANGE (subtype = float8);
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL COLLATE "C",
  email text UNIQUE DEFERRABLE INITIALLY DEFERRED,
  mood mood,
  pair pair,
  tags text[],
  r int4range,
  f float_range,
  b bytea,
  n numeric,
  d double precision,
  ts timestamptz,
  iv interval,
  j jsonb,
  x xml,
  big text GENERATED ALWAYS AS (upper(name)) STORED,
  q positive);
INSERT INTO customers (name, email, mood, pair, tags, r, f, b, n, d, ts, iv, j, x, q)
  SELECT 'n' || i || E'\t\\\n\\.', 'e' || i, 'ok', ROW (i, 'x,"y')::pair, ARRAY['a', 'b"c', NULL],
    int4range(i, i + 5), float_range(i, i + 1.5), decode(md5(i::text), 'hex'), i / 3.0,
    i / 7.0::float8, '2026-01-01'::timestamptz - i * interval '1.000001 s',
    i * interval '1 day 3 hours', jsonb_build_object('i', i), '<a/>', i
  FROM generate_series(1, 5000) i;
INSERT INTO customers (name, d, n, ts) VALUES ('', 'NaN', 'NaN', 'infinity');
DELETE FROM customers WHERE id % 10 = 3;

CREATE TABLE orders (id int, customer bigint, placed date, note text,
  PRIMARY KEY (id, placed)) PARTITION BY RANGE (placed);
CREATE TABLE orders_a PARTITION OF orders FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE orders_b PARTITION OF orders FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')
  PARTITION BY RANGE (placed);
CREATE TABLE orders_b_default PARTITION OF orders_b DEFAULT;
INSERT INTO orders SELECT i, NULL, '2020-01-01'::date + i % 700, 'x' FROM generate_series(1, 20000) i;
UPDATE orders SET customer = 1 WHERE id % 3 = 0;
ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers ON DELETE CASCADE;

COMMENT ON CONSTRAINT orders_customer_fkey ON orders IS 'of a foreign key';
CREATE TABLE "Aufträge" (id int PRIMARY KEY, "Größe" numeric) PARTITION BY HASH (id);
CREATE TABLE "Aufträge 1" PARTITION OF "Aufträge" FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE "Aufträge 2" PARTITION OF "Aufträge" FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO "Aufträge" SELECT i, i / 2.0 FROM generate_series(1, 100) i;
GRANT SELECT ON "Aufträge" TO "Reader, x";
COMMENT ON TABLE "Aufträge" IS 'Überschrift';
COMMENT ON COLUMN "Aufträge"."Größe" IS 'ß';
CREATE TABLE bookings (room int, during tsrange,
  EXCLUDE USING gist (room WITH =, during WITH &&));
INSERT INTO bookings VALUES (1, '[2020-01-01,2020-01-02)');
CREATE TABLE "we""ird, name" ("a, b" int, "c""d" text, "e
f" text, g int);
INSERT INTO "we""ird, name" VALUES (1, 'x', 'y', 2);
ALTER TABLE "we""ird, name" DROP COLUMN g;
CREATE TABLE "Mixed Case ""q"" / 100%"."tab/le" (i int);
INSERT INTO "Mixed Case ""q"" / 100%"."tab/le" VALUES (7);
CREATE TABLE no_columns ();
INSERT INTO no_columns SELECT FROM generate_series(1, 3);
CREATE TABLE parent (a int);
CREATE TABLE child (b int) INHERITS (parent);
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);
INSERT INTO tree VALUES (2, NULL), (1, 2);
CREATE TABLE one (id int PRIMARY KEY, two int NOT NULL);
CREATE TABLE two (id int PRIMARY KEY, one int NOT NULL REFERENCES one);
INSERT INTO one VALUES (1, 1);
INSERT INTO two VALUES (1, 1);
ALTER TABLE one ADD FOREIGN KEY (two) REFERENCES two;
CREATE TABLE secret (id int, owner name);
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON secret USING (owner = current_user);
INSERT INTO secret VALUES (1, 'app');
CREATE TABLE loosely (t text COLLATE loose);
INSERT INTO loosely VALUES ('Ä');
CREATE UNLOGGED TABLE unlogged AS SELECT generate_series(1, 10) g;
CREATE RULE told AS ON INSERT TO unlogged DO ALSO NOTIFY x;
CREATE TABLE "LIKE" (LIKE customers INCLUDING ALL);

CREATE MATERIALIZED VIEW m1 AS SELECT count(*) c FROM customers;
CREATE MATERIALIZED VIEW m2 AS SELECT c * 2 d FROM m1;
CREATE VIEW between_them AS SELECT * FROM m2;
CREATE MATERIALIZED VIEW a_last AS SELECT * FROM between_them;
CREATE UNIQUE INDEX ON m2 (d);
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 x WITH NO DATA;

CREATE SEQUENCE used START 100;
SELECT nextval('used');
CREATE SEQUENCE unused;
SELECT setval('unused', 55, false);
CREATE SEQUENCE downwards INCREMENT -3 MINVALUE -1000 MAXVALUE -1 START -7;
SELECT nextval('downwards');

CREATE FUNCTION add_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.b := NEW.b + 1; RETURN NEW; END $$;
CREATE TRIGGER add_one BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION add_one();
INSERT INTO child VALUES (2, 3);
CREATE AGGREGATE total (int) (sfunc = int4pl, stype = int);
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x');
CREATE FOREIGN TABLE far (a int) SERVER elsewhere;
CREATE VIEW shown AS SELECT * FROM customers WITH LOCAL CHECK OPTION;
CREATE PUBLICATION pub FOR TABLE customers;
CREATE STATISTICS st ON id, customer FROM orders;
GRANT USAGE ON SCHEMA app TO "Reader, x";
GRANT SELECT ON customers TO "Reader, x";
CREATE MATERIALIZED VIEW of_reader AS SELECT max(id) FROM customers;
ALTER MATERIALIZED VIEW of_reader OWNER TO "Reader, x";
GRANT SELECT (id) ON orders TO "Reader, x";
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO "Reader, x";
COMMENT ON TABLE customers IS 'it''s
commented';
ALTER TABLE customers OWNER TO app;
REVOKE INSERT ON customers FROM app;

SELECT lo_from_bytea(4711, 'hello');
SELECT lo_from_bytea(4712, convert_to(repeat('0123456789abcdef', 200000), 'UTF8'));
SELECT lo_from_bytea(4713, '');
SELECT lo_from_bytea(4714, convert_to(repeat('x', 1048576), 'UTF8'));
ALTER LARGE OBJECT 4711 OWNER TO app;
GRANT SELECT ON LARGE OBJECT 4711 TO "Reader, x" WITH GRANT OPTION;
COMMENT ON LARGE OBJECT 4711 IS 'l''o';

CREATE FUNCTION no_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no ddl: %', tg_tag; END $$;
CREATE EVENT TRIGGER no_ddl ON ddl_command_start
  WHEN TAG IN ('CREATE TABLE', 'REFRESH MATERIALIZED VIEW') EXECUTE FUNCTION no_ddl();
COMMENT ON EVENT TRIGGER no_ddl IS 'none';
