-- What a server of version 18 has beside dump-sample-17.sql, which is loaded before.
SET search_path = app;
ALTER EVENT TRIGGER no_ddl DISABLE;
CREATE TABLE virtual_too (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, c int CONSTRAINT named NOT NULL);
INSERT INTO virtual_too (a, c) VALUES (1, 2);
ALTER TABLE virtual_too ADD CONSTRAINT hoped CHECK (a > 5) NOT ENFORCED;
ALTER TABLE virtual_too ADD CONSTRAINT later NOT NULL a NOT VALID;
CREATE TABLE stays (room int, during tsrange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
INSERT INTO stays VALUES (1, '[2020-01-01,2020-01-05)'), (1, '[2020-01-05,2020-01-09)');
CREATE TABLE guests (name text, room int, during tsrange,
  FOREIGN KEY (room, PERIOD during) REFERENCES stays (room, PERIOD during));
INSERT INTO guests VALUES ('x', 1, '[2020-01-02,2020-01-08)');
ALTER EVENT TRIGGER no_ddl ENABLE;
