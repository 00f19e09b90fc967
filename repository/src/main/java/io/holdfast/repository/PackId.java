package io.holdfast.repository;

/// The name of a pack: the session that wrote it, its number there, and its SHA-256.
public record PackId(SessionId session, int sequence, Digest digest) {
  @Override
  public String toString() {
    return ObjectNames.pack(this).value();
  }
}
