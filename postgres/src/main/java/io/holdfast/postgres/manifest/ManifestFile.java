package io.holdfast.postgres.manifest;

import java.time.Instant;

/// One file of a base backup.
///
/// @param path relative to the data directory, with `/`, as [RawPath] spells it; files of
///   tablespaces lie under `pg_tblspc/OID/`
/// @param checksum hexadecimal, lower case, as [FileDigest#hex] yields it; empty where the
///   algorithm is `NONE`
public record ManifestFile(
    String path, long size, Instant lastModified, ChecksumAlgorithm algorithm, String checksum) {}
