package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
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
    Object main = device(places.to());
    Map<Object, Path> others = new LinkedHashMap<>();
    Map<Path, Object> deviceOf = new HashMap<>();
    deviceOf.put(places.to(), main);
    for (String location : places.tablespaces().values()) {
      Object device = device(Path.of(location));
      deviceOf.put(Path.of(location), device);
      if (!device.equals(main)) {
        others.putIfAbsent(device, Path.of(location));
      }
    }
    if (others.isEmpty()) {
      return new FreeSpace(tree.totals().logicalBytes(), usableBytes(places.to()));
    }
    Map<Object, Long> bytes = new HashMap<>();
    tree.forEachFile(
        file ->
            bytes.merge(
                deviceOf.getOrDefault(places.rootOf(file.entry().path()), main),
                file.entry().size(),
                Long::sum));
    for (Map.Entry<Object, Path> other : others.entrySet()) {
      requireRoom(
          other.getValue(),
          bytes.getOrDefault(other.getKey(), 0L) + WalSupply.RESERVE_BYTES,
          usableBytes(other.getValue()));
    }
    return new FreeSpace(bytes.getOrDefault(main, 0L), usableBytes(places.to()));
  }

  /// One disk may be mounted at several places, so not the mount tells.
  private static Object device(Path directory) throws IOException {
    return Files.getAttribute(Destination.existingParent(directory), "unix:dev");
  }

  private static long usableBytes(Path directory) throws IOException {
    return Files.getFileStore(Destination.existingParent(directory)).getUsableSpace();
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
