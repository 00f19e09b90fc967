package io.holdfast.server.backup;

import java.time.Instant;
import java.util.Optional;

/// A backup as the API shows it.
///
/// @param size bytes of what was backed up
/// @param storedBytes what it added to the repository
/// @param checksum SHA-256 of the object that makes it exist
/// @param path where it is: the repository's id and its permanent id there
public record BackupEntry(
    String id,
    String source,
    String kind,
    String type,
    String scope,
    Optional<String> scopeId,
    long size,
    long storedBytes,
    String checksum,
    String path,
    String status,
    boolean damaged,
    Instant createdAt,
    Optional<Instant> completedAt,
    Optional<Instant> verifiedAt,
    Optional<Instant> lastRestoredAt,
    int restoreCount) {}
