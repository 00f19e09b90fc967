/// The server's own list of what a base backup contains, `backup_manifest`.
///
/// It is a JSON document with one file per line, so it can be read while it streams by. Versions 1
/// (PostgreSQL 13 to 16) and 2 (from 17 on, with the system identifier) are understood.
///
/// - *Entry*: path, size and checksum of one file ([io.holdfast.postgres.manifest.ManifestFile]).
///   WAL and the manifest itself are not listed.
/// - *WAL range*: what must be replayed before the backup is consistent.
/// - *Manifest checksum*: SHA-256 over everything before the last line. Entries are handed out
///   before it can be known; nothing learnt from them counts until reading has returned.
/// - *Raw path*: file names are bytes. They are kept as text without loss by
///   [io.holdfast.postgres.manifest.RawPath].
///
/// A manifest that breaks its own rules is `MANIFEST_MISMATCH`.
@NullMarked
package io.holdfast.postgres.manifest;

import org.jspecify.annotations.NullMarked;
