/// WAL in a repository, by position.
///
/// **Lineage**: the WAL of one source and one system identifier; its directory is a keyed
/// pseudonym. **Range**: the bytes of one timeline from a start to an end position, in one sealed
/// object whose name is the commit. **Summary**: what a reader of WAL found in a range, sealed in
/// front of it so that it can be read alone; opaque here. **Variant**: other bytes under the same
/// range, kept beside it. **Gap**: positions that no range covers.
///
/// All positions compare as unsigned numbers. Nothing is kept in memory between calls: two
/// processes see the same. [io.holdfast.repository.wal.WalArchive] is the entry. The bytes are
/// specified in `docs/format/wal.md`.
@NullMarked
package io.holdfast.repository.wal;

import org.jspecify.annotations.NullMarked;
