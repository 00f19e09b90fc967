package io.holdfast.repository.wal;

/// What a put did. In every case the bytes are durable when it is returned.
public enum PutOutcome {
  STORED,
  /// The same bytes were there.
  ALREADY_THERE,
  /// Other bytes were there; these are kept beside them as a variant. Somebody must look.
  CONFLICT,
  /// What was there is damaged; these are kept beside it and are what is read from now on.
  REPAIRED
}
