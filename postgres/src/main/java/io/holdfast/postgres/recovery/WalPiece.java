package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;

/// A run of WAL bytes that are archived under one timeline.
public record WalPiece(int timeline, Lsn from, Lsn to) {}
