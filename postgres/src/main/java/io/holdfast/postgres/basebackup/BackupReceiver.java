package io.holdfast.postgres.basebackup;

import io.holdfast.postgres.Lsn;
import java.io.IOException;
import java.util.List;

/// Takes a base backup as it arrives. Called by the thread that reads the connection.
public interface BackupReceiver {
  /// About how many bytes of files will come, as the server estimates; called once, first.
  default void expected(long bytes) {}

  /// The server has begun: everything from this position on is needed to recover the backup.
  void started(Lsn start, int timeline, List<Tablespace> tablespaces) throws IOException;

  void directory(Meta meta) throws IOException;

  void symlink(Meta meta, String target) throws IOException;

  void fileBegin(Meta meta) throws IOException;

  /// Bytes of the file that began last; the array is a view and valid during the call only.
  void fileData(byte[] bytes, int offset, int length) throws IOException;

  void fileEnd() throws IOException;

  /// Bytes of the server's own manifest; a view.
  void manifestData(byte[] bytes, int offset, int length) throws IOException;

  /// A tablespace outside the data directory.
  ///
  /// @param location as the server has it: an absolute path, or `pg_tblspc/OID` for one made in
  ///   place
  record Tablespace(long oid, String location, long sizeKib) {}

  /// What tar says of a file.
  ///
  /// @param path relative to the data directory, clean, without loss as
  ///   [io.holdfast.postgres.manifest.RawPath] spells it
  record Meta(String path, long size, int mode, long mtimeSeconds, long uid, long gid) {}
}
