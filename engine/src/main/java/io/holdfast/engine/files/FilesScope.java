package io.holdfast.engine.files;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.config.Settings;
import io.holdfast.files.PathText;
import io.holdfast.files.walk.Excludes;
import io.holdfast.files.walk.WalkOptions;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a backup of files and its estimate decide before the first entry: where they walk, and
/// which backup they compare with. Writes nothing.
final class FilesScope {
  private final Repository repository;
  private final String address;

  FilesScope(Repository repository, String address) {
    this.repository = repository;
    this.address = address;
  }

  /// How to walk.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if a pattern is none
  WalkOptions options(FilesBackupRequest request) {
    Excludes excludes;
    try {
      excludes = Excludes.of(request.excludes());
    } catch (IllegalArgumentException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          String.valueOf(e.getMessage()),
          "Patterns are written as in a .gitignore file.");
    }
    return new WalkOptions(
        excludes,
        switch (request.caches()) {
          case INCLUDED -> WalkOptions.Caches.INCLUDED;
          case EXCLUDED -> WalkOptions.Caches.EXCLUDED;
        },
        switch (request.mounts()) {
          case CROSSED -> WalkOptions.Mounts.CROSSED;
          case NOT_CROSSED -> WalkOptions.Mounts.NOT_CROSSED;
        },
        ownDirectory());
  }

  /// A repository that lies in what is backed up would never come to an end.
  private Set<String> ownDirectory() {
    try {
      Path directory = Path.of(address);
      return Files.isDirectory(directory)
          ? Set.of(
              PathText.of(
                  directory.toRealPath().toString().substring(1).getBytes(StandardCharsets.UTF_8)))
          : Set.of();
    } catch (IOException | IllegalArgumentException _) {
      // A URL, not a directory of this machine.
      return Set.of();
    }
  }

  /// @throws BackupException `BAD_ARGUMENT` if one of the paths is not there
  static void requireThere(List<Path> paths) {
    for (Path path : paths) {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "there is no " + path + ", or it cannot be reached",
            "Check the path and the permissions of the directories on the way to it.");
      }
    }
  }

  /// The backup to compare with.
  static Optional<StoredSnapshot> newest(BackupCatalog catalog, Settings settings) {
    return catalog.newest(
        settings.source(),
        backup ->
            backup.record().kind().equals(FilesBackup.KIND)
                && backup.record().domain().equals(settings.domain()));
  }

  /// What a walk compares with.
  record Before(TreeReader tree, ChunkReader chunks) {}

  /// A walk that compares with a backup, if there is one.
  @FunctionalInterface
  interface Walking<T> {
    T against(Optional<Before> before) throws IOException;
  }

  /// Walks and compares with a backup; once more without it, and with a warning, if that backup is
  /// damaged.
  <T> T compare(Optional<StoredSnapshot> newest, List<String> warnings, Walking<T> walking)
      throws IOException {
    if (newest.isEmpty()) {
      return walking.against(Optional.empty());
    }
    try {
      ChunkReader chunks = repository.reader(newest.get().record());
      TreeReader tree = TreeReader.open(chunks, newest.get().record().root(FilesBackup.TREE));
      return walking.against(Optional.of(new Before(tree, chunks)));
    } catch (CorruptRepositoryException e) {
      warnings.add(
          "the backup "
              + newest.get().record().name()
              + " is damaged, so this one does not build on it: "
              + e.text());
      return walking.against(Optional.empty());
    }
  }
}
