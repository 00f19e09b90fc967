-- What is wrong, what people are told of it, and what became of that.

ALTER TABLE runs
  -- A further try was queued: the failure is not the last word.
  ADD COLUMN retried boolean NOT NULL DEFAULT false,
  -- The end was looked at for what is to be told.
  ADD COLUMN told boolean NOT NULL DEFAULT false;
UPDATE runs SET told = true WHERE ended_at IS NOT NULL;
CREATE INDEX runs_untold ON runs (ended_at, id) WHERE ended_at IS NOT NULL AND NOT told;
CREATE INDEX runs_usual ON runs (source, kind, ended_at DESC) WHERE status = 'completed';

-- Since when a schedule is as it is: what was not expected before is not late.
ALTER TABLE schedules ADD COLUMN since timestamptz NOT NULL DEFAULT catalog_now();

CREATE TABLE last_successes (
  source text NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (source, kind)
);

-- What is wrong now and was told.
CREATE TABLE incidents (
  source text NOT NULL,
  event text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (source, event)
);

-- What is to be told. A notice is written with the incident, so that it is neither lost nor made twice.
CREATE TABLE notices (
  id text PRIMARY KEY,
  notice jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  -- Whoever delivers it has it until then.
  held_until timestamptz,
  done_at timestamptz
);
CREATE INDEX notices_open ON notices (created_at) WHERE done_at IS NULL;
CREATE INDEX notices_created ON notices (created_at DESC);

CREATE TABLE deliveries (
  notice text NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
  channel text NOT NULL,
  status text NOT NULL CHECK (status IN ('delivered', 'failed', 'dropped')),
  attempts integer NOT NULL,
  error text NOT NULL DEFAULT '',
  at timestamptz NOT NULL DEFAULT catalog_now()
);
CREATE INDEX deliveries_notice ON deliveries (notice);
