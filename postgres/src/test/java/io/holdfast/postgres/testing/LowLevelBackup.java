package io.holdfast.postgres.testing;

import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.datadir.DataDirectoryLayout;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Copies a running cluster the way the manual describes, for versions of which there are no tools.
public final class LowLevelBackup {
  private LowLevelBackup() {}

  /// Fills the empty data directory `target`. Tablespaces are not supported.
  public static void take(TestCluster source, Path target) throws IOException, SQLException {
    boolean old = source.programs().majorVersion() < 15;
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          old ? "SELECT pg_start_backup('b', true, false)" : "SELECT pg_backup_start('b', true)");
      copy(source.data(), target);
      Files.copy(source.data().resolve(ControlFile.PATH), target.resolve(ControlFile.PATH));
      try (ResultSet result =
          statement.executeQuery(
              "SELECT labelfile FROM "
                  + (old ? "pg_stop_backup(false, false)" : "pg_backup_stop(false)"))) {
        result.next();
        Files.writeString(target.resolve("backup_label"), result.getString(1));
      }
    }
    for (String directory :
        DataDirectoryLayout.requiredDirectories(source.programs().majorVersion())) {
      Files.createDirectories(target.resolve(directory));
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            Path relative = source.relativize(path);
            if (DataDirectoryLayout.EMPTIED.contains(relative.toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(target.resolve(relative));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            String relative = source.relativize(path).toString();
            if (!DataDirectoryLayout.isLeftOut(relative) && !relative.equals(ControlFile.PATH)) {
              Files.copy(path, target.resolve(relative));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failure)
              throws IOException {
            if (failure instanceof java.nio.file.NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
  }
}
