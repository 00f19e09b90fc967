package io.holdfast.repository;

/// A committed snapshot.
///
/// @param objectDigest the SHA-256 of the slot object that holds it
public record StoredSnapshot(SnapshotId id, SnapshotRecord record, Digest objectDigest) {}
