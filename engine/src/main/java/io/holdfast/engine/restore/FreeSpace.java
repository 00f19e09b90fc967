package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a restore puts on the file system of its data directory, where the WAL goes too, and what
/// is free there. Tablespaces on other file systems are counted apart: room beside an empty
/// tablespace is none for the data directory.
///
/// @param dataBytes of the data directory and the tablespaces beside it
record FreeSpace(long dataBytes, long freeBytes) {
  /// Looks at every file system that the restore writes to. The tree is read only where there are
  /// several.
  ///
  /// @throws BackupException `NO_SPACE` if a tablespace does not fit where it goes
  static FreeSpace of(Places places, TreeReader tree) throws IOException {
    FileStore main = store(places.to());
    Map<FileStore, Path> others = new LinkedHashMap<>();
    Map<Path, FileStore> storeOf = new HashMap<>();
    storeOf.put(places.to(), main);
    for (String location : places.tablespaces().values()) {
      FileStore store = store(Path.of(location));
      storeOf.put(Path.of(location), store);
      if (!store.equals(main)) {
        others.putIfAbsent(store, Path.of(location));
      }
    }
    if (others.isEmpty()) {
      return new FreeSpace(tree.totals().logicalBytes(), main.getUsableSpace());
    }
    Map<FileStore, Long> bytes = new HashMap<>();
    tree.forEachFile(
        file ->
            bytes.merge(
                storeOf.getOrDefault(places.rootOf(file.entry().path()), main),
                file.entry().size(),
                Long::sum));
    for (Map.Entry<FileStore, Path> other : others.entrySet()) {
      requireRoom(
          other.getValue(),
          bytes.getOrDefault(other.getKey(), 0L) + WalSupply.RESERVE_BYTES,
          other.getKey().getUsableSpace());
    }
    return new FreeSpace(bytes.getOrDefault(main, 0L), main.getUsableSpace());
  }

  private static FileStore store(Path directory) throws IOException {
    return Files.getFileStore(Destination.existingParent(directory));
  }

  private static void requireRoom(Path location, long needed, long free) {
    if (free < needed) {
      throw new BackupException(
          ErrorCode.NO_SPACE,
          "the tablespaces need "
              + new ByteSize(needed)
              + " and only "
              + new ByteSize(free)
              + " are free at "
              + location,
          "Free some space, or put them elsewhere with --tablespace OLD=NEW. Nothing was written.");
    }
  }
}
