/// Pages of relation files: their checksum and what makes one unreadable.
///
/// - *Page* (or *block*): the unit in which a relation is stored, 8 KiB unless the server was built
///   otherwise. Only files of relations consist of pages, in all their forks; `pg_control`, maps
///   and transaction logs do not.
/// - *Block number*: position of a page within its relation, counted over all segments of the fork.
///   It takes part in the checksum, so a page in the wrong place is found.
/// - *New page*: all zero. Crash recovery and extension leave such pages; they are fine.
/// - *Judged*: a page is called bad only if the server itself would refuse to read it, and if
///   replay of the backup's WAL will not overwrite it anyhow
///   ([io.holdfast.postgres.page.ReplayWindow]).
///
/// Numbers on a page are in the byte order of the server's machine. Only little-endian servers are
/// supported; a cluster of another kind is refused when its control file is read.
@NullMarked
package io.holdfast.postgres.page;

import org.jspecify.annotations.NullMarked;
