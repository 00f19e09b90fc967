-- What comes again and again, and what is done after a run.

ALTER TABLE runs
  ADD COLUMN deadline_ms bigint NOT NULL DEFAULT 0 CHECK (deadline_ms >= 0),
  -- Jobs that are queued when the run completes, one after another.
  ADD COLUMN follow text[] NOT NULL DEFAULT '{}';
CREATE INDEX runs_open_of_schedule ON runs (schedule) WHERE schedule IS NOT NULL AND ended_at IS NULL;

CREATE TABLE schedules (
  name text PRIMARY KEY CHECK (name <> ''),
  -- The plan as JSON; every node carries out what stands here, wherever it was defined.
  plan jsonb NOT NULL,
  -- Where it is defined, and so may be changed.
  origin text NOT NULL CHECK (origin IN ('file', 'catalog')),
  -- The last slot that was run or recorded as missed, or when the schedule was made or changed.
  handled timestamptz NOT NULL,
  -- When the slot after that is due; null for never.
  next_due timestamptz
);
CREATE INDEX schedules_next_due ON schedules (next_due, name) WHERE next_due IS NOT NULL;

-- Whether schedules are carried out, on all nodes.
CREATE TABLE scheduling (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  running boolean NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);
INSERT INTO scheduling (running, changed_at, changed_by) VALUES (true, catalog_now(), 'holdfast');
