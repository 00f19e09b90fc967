/// Scripts as `pg_dump` writes them for `psql`: statements one after the other, and rows behind
/// `COPY … FROM stdin;`. Read in constant memory, without a server and without `psql`.
@NullMarked
package io.holdfast.postgres.script;

import org.jspecify.annotations.NullMarked;
