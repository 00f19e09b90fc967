package io.holdfast.engine.restore;

import java.nio.file.Path;
import java.util.Map;

/// Where the files of a backup go: a data directory, and a directory for each tablespace.
///
/// @param tablespaces location by object number, each absolute
record Places(Path to, Map<Long, String> tablespaces) {
  Places {
    tablespaces = Map.copyOf(tablespaces);
  }

  /// Where a path of the backup goes.
  Path of(String path) {
    Location location = locate(path);
    return location.below().isEmpty() ? location.root() : location.root().resolve(location.below());
  }

  /// The root of the tablespace that a file of the backup belongs to, or the data directory.
  Path rootOf(String path) {
    return locate(path).root();
  }

  /// @param below the rest of the path; empty for the root itself
  private record Location(Path root, String below) {}

  private Location locate(String path) {
    String[] steps = path.split("/", 3);
    if (steps.length >= 2 && steps[0].equals("pg_tblspc")) {
      String space = tablespaces.get(oid(steps[1]));
      if (space != null) {
        return new Location(Path.of(space), steps.length == 3 ? steps[2] : "");
      }
    }
    return new Location(to, path);
  }

  private static Long oid(String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException _) {
      return -1L;
    }
  }
}
