package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.tree.TreeFileStream;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A dump in a repository, opened for reading. *Thread-safe.*
final class DumpContents {
  private final StoredSnapshot backup;
  private final TreeReader tree;

  private DumpContents(StoredSnapshot backup, TreeReader tree) {
    this.backup = backup;
    this.tree = tree;
  }

  /// @throws BackupException `BACKUP_NOT_FOUND`; `BAD_ARGUMENT` if it is no dump
  static DumpContents open(Repository repository, String nameOrLatest, String source)
      throws IOException {
    StoredSnapshot backup =
        BackupCatalog.of(repository).require(nameOrLatest, source, DumpBackup.KIND);
    return new DumpContents(
        backup,
        TreeReader.open(repository.reader(backup.record()), backup.record().root(DumpBackup.TREE)));
  }

  String name() {
    return backup.record().name();
  }

  /// Which database it was that has this name here.
  AfterRestore.Origin origin(String database) {
    return new AfterRestore.Origin(
        backup.record().source(), database, attributes().identity(database));
  }

  StoredSnapshot backup() {
    return backup;
  }

  TreeReader tree() {
    return tree;
  }

  /// The databases that it holds, in the order of their names.
  List<String> databases() {
    return attributes().databases();
  }

  DumpAttributes attributes() {
    return new DumpAttributes(backup.record().attributes());
  }

  /// The one that is meant.
  ///
  /// @throws BackupException `BAD_ARGUMENT` that names those that there are
  String database(Optional<String> wanted) {
    List<String> there = databases();
    if (wanted.isEmpty() && there.size() == 1) {
      return there.getFirst();
    }
    if (wanted.isPresent() && there.contains(wanted.get())) {
      return wanted.get();
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        wanted
            .map(name -> name() + " has no database " + name)
            .orElse(name() + " has " + there.size() + " databases"),
        "Choose one with --database: " + String.join(", ", there) + ".");
  }

  DumpToc toc(String database) throws IOException {
    return DumpToc.decode(tree.readAll(file(DumpPaths.contents(database)), DumpToc.BYTES_MAX));
  }

  TreeFile file(String path) throws IOException {
    return tree.file(path)
        .orElseThrow(
            () -> CorruptRepositoryException.missing("'" + path + "' is not in " + name()));
  }

  TreeFileStream stream(String path) throws IOException {
    return new TreeFileStream(tree, file(path));
  }

  /// Writes a file of the dump to a local one.
  void save(String path, Path to) throws IOException {
    try (TreeFileStream in = stream(path);
        OutputStream out = Files.newOutputStream(to)) {
      in.transferTo(out);
    }
  }
}
