package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.NewObject;
import io.holdfast.storage.ObjectChangedException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Optional;

/// Files that rows name. Only what still is what was looked at is replaced or deleted. *Confined.*
interface AssetStore extends AutoCloseable {
  /// What is at a key.
  ///
  /// @param state its SHA-256 in hexadecimal digits; where a length says already that it is another
  ///   one, something else that changes with it
  /// @param version by which the store knows it again; empty if by its state
  record Seen(String state, String version) {
    /// Nothing.
    static final Seen NONE = new Seen("", "");
  }

  /// A file that is there.
  interface Found {
    long bytes();

    /// As of [io.holdfast.storage.StoredObject]; a directory has none.
    Map<String, String> headers();

    /// Hands out all of it, piece by piece.
    ///
    /// @throws ObjectChangedException if it was replaced meanwhile; what came is worth nothing
    void copyTo(TenantContents.Sink sink) throws IOException;
  }

  /// For a backup; empty if there is no file.
  Optional<Found> open(String key) throws IOException;

  /// What is there now; empty if nothing is.
  ///
  /// @throws BackupException `FILE_ERROR` if it is no file
  Optional<Seen> look(String key) throws IOException;

  /// As [#look(String)], by somebody who wants to know whether it is a certain file: what has
  /// another length need not be read.
  Optional<Seen> look(String key, long bytes) throws IOException;

  /// Requires that such a file can be written here.
  ///
  /// @throws BackupException `RESTORE_BLOCKED`
  void requireFits(String key, long bytes);

  /// Writes a file, which appears when it is whole and durable.
  ///
  /// @param before what is replaced; empty if there must be none
  /// @throws BackupException `PLAN_CHANGED` if something else is there; it stays
  void write(String key, Optional<Seen> before, NewObject content) throws IOException;

  /// @throws BackupException `PLAN_CHANGED` if it is no more what it was
  void delete(String key, Seen before) throws IOException;

  /// Where it is, for messages and digests; without secrets.
  String describe();

  /// The path that names of files may begin with, too.
  Optional<String> directory();

  @Override
  void close() throws IOException;

  /// What is said where a file is no more what it was.
  static BackupException changed(String key) {
    return new BackupException(
        ErrorCode.PLAN_CHANGED,
        "file " + key + " was changed meanwhile, and stays as it is",
        "Look at a new preview.");
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
