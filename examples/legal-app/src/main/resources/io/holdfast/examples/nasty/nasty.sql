-- Everything that makes it difficult to take the rows of one tenant out of shared tables and to put them
-- back. PostgreSQL 13 or newer, an empty database. `tenant_id` says whose row it is, where there is one.

CREATE SCHEMA nasty;
CREATE SCHEMA "Odd ""Schema"".1";

-- ---- Types ----

CREATE TYPE nasty.mood AS ENUM ('sad', 'so-so', 'happy, very', 'it''s "fine"', '🙂');
CREATE DOMAIN nasty.email AS text CONSTRAINT email_has_at CHECK (VALUE LIKE '%_@_%');
CREATE DOMAIN nasty.percent AS numeric(5, 2) NOT NULL DEFAULT 0 CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN nasty.emails AS nasty.email[] CHECK (cardinality(VALUE) < 10);
CREATE TYPE nasty.address AS (street text, "zip code" varchar(10), place point, moods nasty.mood[]);
CREATE TYPE nasty.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);

-- ---- Not the tenant's ----

CREATE TABLE nasty.members (
  id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT members_pk PRIMARY KEY,
  login nasty.email NOT NULL CONSTRAINT members_login_key UNIQUE
);

CREATE TABLE nasty.countries (
  iso2 char(2) CONSTRAINT countries_pk PRIMARY KEY,
  name text NOT NULL
);

CREATE UNLOGGED TABLE nasty.search_index (word text, page_id bigint, tenant_id integer);

-- ---- The tenant ----

CREATE TABLE nasty.tenants (
  id integer CONSTRAINT tenants_pk PRIMARY KEY,
  name text NOT NULL CONSTRAINT tenants_name_key UNIQUE,
  country char(2) CONSTRAINT tenants_country_fk REFERENCES nasty.countries,
  main_page_id bigint  -- refers to a page; the key is added below, so tenants and pages are a ring
);

-- A key that is not made up: the name goes to another tenant when this one gives it up.
CREATE TABLE nasty.web_names (
  name text CONSTRAINT web_names_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT web_names_tenant_fk REFERENCES nasty.tenants,
  since timestamptz NOT NULL
);

-- Two tables that need each other: no null, not deferrable.
CREATE TABLE nasty.orders (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT orders_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT orders_tenant_fk REFERENCES nasty.tenants,
  main_item_id bigint NOT NULL,
  sold_by integer NOT NULL CONSTRAINT orders_sold_by_fk REFERENCES nasty.members,
  ship_to nasty.address,
  CONSTRAINT orders_tenant_key UNIQUE (tenant_id, id)
);
CREATE TABLE nasty.items (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 5) CONSTRAINT items_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT items_tenant_fk REFERENCES nasty.tenants,
  order_id bigint NOT NULL CONSTRAINT items_order_fk REFERENCES nasty.orders ON DELETE RESTRICT,
  pieces integer NOT NULL,
  price numeric(12, 4) NOT NULL,
  total numeric(20, 4) GENERATED ALWAYS AS (pieces * price) STORED,
  shade nasty.percent
);
ALTER TABLE nasty.orders ADD CONSTRAINT orders_main_item_fk FOREIGN KEY (main_item_id) REFERENCES nasty.items;

-- Three tables in a ring; only one of them says whose it is.
CREATE TABLE nasty.teams (
  id integer CONSTRAINT teams_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT teams_tenant_fk REFERENCES nasty.tenants,
  lead_id integer NOT NULL
);
CREATE TABLE nasty.offices (
  id integer CONSTRAINT offices_pk PRIMARY KEY,
  team_id integer NOT NULL CONSTRAINT offices_team_fk REFERENCES nasty.teams
);
CREATE TABLE nasty.people (
  id integer CONSTRAINT people_pk PRIMARY KEY,
  office_id integer NOT NULL CONSTRAINT people_office_fk REFERENCES nasty.offices,
  contact nasty.emails
);
ALTER TABLE nasty.teams ADD CONSTRAINT teams_lead_fk FOREIGN KEY (lead_id) REFERENCES nasty.people;

-- Two references to itself, and a trigger that changes whatever is written.
CREATE TABLE nasty.pages (
  id bigserial CONSTRAINT pages_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT pages_tenant_fk REFERENCES nasty.tenants,
  parent_id bigint CONSTRAINT pages_parent_fk REFERENCES nasty.pages,
  previous_id bigint CONSTRAINT pages_previous_fk REFERENCES nasty.pages,
  editor_id integer CONSTRAINT pages_editor_fk REFERENCES nasty.members ON DELETE SET NULL,
  gone text,
  body text NOT NULL,
  updated_at timestamptz NOT NULL
);
ALTER TABLE nasty.pages DROP COLUMN gone;
ALTER TABLE nasty.tenants ADD CONSTRAINT tenants_main_page_fk
  FOREIGN KEY (main_page_id) REFERENCES nasty.pages DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION nasty.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END
$$;
CREATE TRIGGER "Touch!" BEFORE UPDATE ON nasty.pages FOR EACH ROW EXECUTE FUNCTION nasty.touch();

-- A link of one tenant may show another tenant's page. If the page goes, so does the link.
CREATE TABLE nasty.links (
  id integer CONSTRAINT links_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT links_tenant_fk REFERENCES nasty.tenants,
  page_id bigint NOT NULL CONSTRAINT links_page_fk REFERENCES nasty.pages ON DELETE CASCADE
);

-- The key of a reference in another order than the unique key that it refers to, which is not the primary one.
CREATE TABLE nasty.shelves (
  id integer CONSTRAINT shelves_pk PRIMARY KEY,
  code text NOT NULL,
  tenant_id integer NOT NULL CONSTRAINT shelves_tenant_fk REFERENCES nasty.tenants,
  level smallint NOT NULL,
  CONSTRAINT shelves_code_key UNIQUE (code, level, tenant_id)
);
CREATE TABLE nasty.boxes (
  id integer CONSTRAINT boxes_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT boxes_tenant_fk REFERENCES nasty.tenants,
  shelf_level smallint,
  shelf_code text,
  CONSTRAINT boxes_shelf_fk FOREIGN KEY (tenant_id, shelf_level, shelf_code)
    REFERENCES nasty.shelves (tenant_id, level, code) ON UPDATE CASCADE
);

-- All columns of a reference or none.
CREATE TABLE nasty.seals (
  maker integer,
  number integer,
  tenant_id integer NOT NULL CONSTRAINT seals_tenant_fk REFERENCES nasty.tenants,
  CONSTRAINT seals_pk PRIMARY KEY (maker, number)
);
CREATE TABLE nasty.parcels (
  id integer CONSTRAINT parcels_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT parcels_tenant_fk REFERENCES nasty.tenants,
  seal_maker integer,
  seal_number integer,
  CONSTRAINT parcels_seal_fk FOREIGN KEY (seal_maker, seal_number)
    REFERENCES nasty.seals (maker, number) MATCH FULL
);

-- Belongs to a page or to an order, which no constraint knows. The content is a large object.
CREATE TABLE nasty.attachments (
  id uuid CONSTRAINT attachments_pk PRIMARY KEY,
  owner_type text NOT NULL CONSTRAINT attachments_owner CHECK (owner_type IN ('Page', 'Order')),
  owner_id bigint NOT NULL,
  content oid,
  file_key text
);

-- Ids within JSON and in an array.
CREATE TABLE nasty.reports (
  id integer CONSTRAINT reports_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT reports_tenant_fk REFERENCES nasty.tenants,
  settings jsonb NOT NULL,
  as_written json,
  order_ids bigint[] NOT NULL
);

-- Deferrable keys: places are swapped within a transaction.
CREATE TABLE nasty.playlist (
  id integer CONSTRAINT playlist_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT playlist_tenant_fk REFERENCES nasty.tenants
    DEFERRABLE INITIALLY DEFERRED,
  place integer NOT NULL,
  song text NOT NULL,
  CONSTRAINT playlist_place_key UNIQUE (tenant_id, place) DEFERRABLE INITIALLY DEFERRED
);

-- Partitions, one of them partitioned again, another added later with its columns in another order.
CREATE TABLE nasty.events (
  id bigint NOT NULL,
  at date NOT NULL,
  tenant_id integer NOT NULL CONSTRAINT events_tenant_fk REFERENCES nasty.tenants,
  kind text,
  CONSTRAINT events_pk PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE nasty.events_2025 PARTITION OF nasty.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE nasty.events_2026 PARTITION OF nasty.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
  PARTITION BY HASH (id);
CREATE TABLE nasty.events_2026_0 PARTITION OF nasty.events_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE nasty.events_2026_1 PARTITION OF nasty.events_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE nasty.events_other (kind text, tenant_id integer NOT NULL, at date NOT NULL, id bigint NOT NULL);
ALTER TABLE nasty.events ATTACH PARTITION nasty.events_other DEFAULT;
CREATE TABLE nasty.event_notes (
  id integer CONSTRAINT event_notes_pk PRIMARY KEY,
  event_at date NOT NULL,
  event_id bigint NOT NULL,
  note text,
  CONSTRAINT event_notes_event_fk FOREIGN KEY (event_id, event_at) REFERENCES nasty.events (id, at)
    ON DELETE CASCADE
);

-- Not even the owner sees the rows of others.
CREATE TABLE nasty.secrets (
  tenant_id integer NOT NULL CONSTRAINT secrets_tenant_fk REFERENCES nasty.tenants,
  name text NOT NULL,
  value bytea NOT NULL,
  CONSTRAINT secrets_pk PRIMARY KEY (tenant_id, name)
);
ALTER TABLE nasty.secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE nasty.secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON nasty.secrets USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);

-- Two bookings of a tenant never overlap. A box of no size stands for the tenant, because that needs no extension.
CREATE TABLE nasty.bookings (
  id integer CONSTRAINT bookings_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT bookings_tenant_fk REFERENCES nasty.tenants,
  during tstzrange NOT NULL,
  CONSTRAINT bookings_apart EXCLUDE USING gist
    (box(point(tenant_id, 0), point(tenant_id, 0)) WITH &&, during WITH &&)
);

-- No key at all, and rows that are the same.
CREATE TABLE nasty.log_lines (
  tenant_id integer NOT NULL CONSTRAINT log_lines_tenant_fk REFERENCES nasty.tenants,
  line text
);

-- Values that are easily lost on the way.
CREATE TABLE nasty.samples (
  id integer CONSTRAINT samples_pk PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT samples_tenant_fk REFERENCES nasty.tenants,
  bytes bytea,
  real_number double precision,
  small_real real,
  exact numeric,
  moment timestamptz,
  wall_time timestamp,
  time_of_day timetz,
  day date,
  span interval,
  flags bit varying(20),
  letters char(5),
  one "char",
  cash money,
  network cidr,
  words tsvector,
  shape polygon,
  position pg_lsn,
  mood nasty.mood,
  moods nasty.mood[],
  grid integer[],
  numbers numrange,
  own_range nasty.float_range,
  ranges int4range[],
  address nasty.address,
  addresses nasty.address[],
  share nasty.percent,
  unknown_key uuid,
  document json
);

-- Names.
CREATE TABLE "Odd ""Schema"".1"."Mixed""Case.Table" (
  "select" integer CONSTRAINT "p;k" PRIMARY KEY,
  tenant_id integer NOT NULL CONSTRAINT "fk ""tenant"".1" REFERENCES nasty.tenants,
  "with space" text,
  "percent%s" text,
  "new
line" text,
  "emoji 👩‍⚖️" text,
  "dot.ted" text,
  "it's" text,
  "back\slash" text,
  "$1" text,
  "{curly}: #yaml" text,
  "Größe" text,
  " 63 bytes long, which is the longest that there is............." text
);
CREATE TABLE "Odd ""Schema"".1"."select
; DROP TABLE x --" (
  "ID" integer PRIMARY KEY,
  "Parent.ID" integer NOT NULL
    CONSTRAINT "to
""parent""" REFERENCES "Odd ""Schema"".1"."Mixed""Case.Table" ON DELETE CASCADE,
  "VALUE" text
);
