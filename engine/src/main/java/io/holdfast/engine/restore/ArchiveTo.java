package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where a restored server archives its WAL, by an `archive_command` of its own.
///
/// @param repository a directory or URL
/// @param keyFile of that repository; empty = the key must be in the server's environment
public record ArchiveTo(String repository, Optional<Path> keyFile) {
  /// What the shell of the server's user runs. A percent sign is doubled, as the server wants it.
  ///
  /// @param home where this program is installed
  /// @throws BackupException `BAD_ARGUMENT` if it is not
  String command(Optional<Path> home, String source) {
    Path program = home.map(h -> h.toAbsolutePath().resolve("bin/holdfast")).orElse(Path.of(""));
    if (home.isEmpty() || !Files.isExecutable(program)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--archive needs an installed Holdfast that the server can call, and this one does not run from a distribution",
          "Unpack the distribution and run its bin/holdfast, or restore without --archive.");
    }
    return keyFile.map(file -> "BACKUP_KEY_FILE=" + quoted(file.toString()) + " ").orElse("")
        + quoted(program.toString())
        + " wal push --repo "
        + quoted(repository)
        + " --source "
        + quoted(source)
        + " \"%p\"";
  }

  /// For the person who will start the server.
  String remark() {
    return "the server archives to "
        + repository
        + ": its user must be able to write there"
        + keyFile
            .map(file -> " and to read the key file " + file)
            .orElse(
                ", and the key must be in the environment that the server is started with"
                    + " (BACKUP_ENCRYPTION_KEY_FILE names a file that holds it)");
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''").replace("%", "%%") + "'";
  }
}
