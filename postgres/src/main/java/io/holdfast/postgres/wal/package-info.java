/// Reading PostgreSQL's write-ahead log (WAL), versions 13 to 18, without a server.
///
/// Terms, as PostgreSQL uses them:
///
/// - **LSN**: a byte position in WAL. A **timeline** is one history of the cluster; a promotion
///   starts a new one at a **switch point** and writes a **history file** that names the ancestors.
/// - **Segment**: a file of 1 MiB to 1 GiB (a power of two) that holds WAL of one timeline; its
///   name is the timeline and the segment's number. **Page**: 8 KiB with a header of 24 bytes, 40
///   on the first page of a segment.
/// - **Record**: the unit of replay. It starts at a multiple of eight, may go on over pages and
///   segments, names its predecessor and carries a CRC-32C. **Resource manager**: the part of the
///   server that wrote it. **Main data**: the part of a record that belongs to no block.
///
/// How the parts fit: [io.holdfast.postgres.wal.WalReader] turns bytes that arrive in pieces of any
/// size into [io.holdfast.postgres.wal.WalRecord]s and never believes a record whose checksum is
/// wrong; [io.holdfast.postgres.wal.WalFacts] turns a record into a
/// [io.holdfast.postgres.wal.WalFact] where recovery cares about it (the end of a transaction, a
/// restore point, a checkpoint ...); [io.holdfast.postgres.wal.WalIndexer] does both while WAL is
/// archived and leaves one [io.holdfast.postgres.wal.WalSummary] per archived piece. The package
/// `recovery` resolves targets with those summaries.
///
/// Nothing here throws because of what WAL contains: reading ends with a
/// [io.holdfast.postgres.wal.WalEnd] that says where and why. Only texts and stored summaries that
/// cannot be parsed are exceptions.
@NullMarked
package io.holdfast.postgres.wal;

import org.jspecify.annotations.NullMarked;
