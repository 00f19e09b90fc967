package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.sql.SqlConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at the disk of a server that runs on this host. That it does is believed only if this
/// process can read the server's control file under the path that the server names, and it is that
/// cluster's.
public final class LocalServerDisk {
  private static final Logger LOG = LoggerFactory.getLogger(LocalServerDisk.class);

  private LocalServerDisk() {}

  /// Free space for the server's WAL; empty if the server is elsewhere, or its data directory may
  /// not be read.
  public static OptionalLong freeForWal(SqlConnection sql) {
    Optional<Path> data = dataDirectory(sql);
    if (data.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          Files.getFileStore(data.get().resolve("pg_wal").toRealPath()).getUsableSpace());
    } catch (IOException e) {
      LOG.warn("cannot look at the disk of the server's WAL: {}", e.toString());
      return OptionalLong.empty();
    }
  }

  /// The server's data directory, if it is on this host and may be read.
  public static Optional<Path> dataDirectory(SqlConnection sql) {
    Optional<String> named = sql.valueIfAllowed("SHOW data_directory");
    Optional<String> identifier =
        sql.valueIfAllowed("SELECT system_identifier FROM pg_control_system()");
    if (named.isEmpty() || identifier.isEmpty()) {
      return Optional.empty();
    }
    Path data = Path.of(named.get());
    if (!Files.isReadable(data.resolve(ControlFile.PATH))
        || !Files.exists(data.resolve("postmaster.pid"))) {
      return Optional.empty();
    }
    try {
      return ControlFile.read(data).systemIdentifierText().equals(identifier.get())
          ? Optional.of(data)
          : Optional.empty();
    } catch (BackupException | IOException e) {
      // Written to while it was read, or of another version: nothing that could be relied on.
      LOG.debug("{} is not believed to be the server's: {}", data, e.toString());
      return Optional.empty();
    }
  }
}
