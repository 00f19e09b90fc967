/// The server's `BASE_BACKUP`: its two grammars and two stream layouts, and the tar archives
/// inside, taken apart while they arrive. Paths are relative to the data directory; a tablespace's
/// files are under `pg_tblspc/<oid>/`.
@NullMarked
package io.holdfast.postgres.basebackup;

import org.jspecify.annotations.NullMarked;
