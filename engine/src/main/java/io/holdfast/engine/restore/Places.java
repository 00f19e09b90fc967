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
    String[] steps = path.split("/", 3);
    if (steps.length >= 2 && steps[0].equals("pg_tblspc")) {
      String location = tablespaces.get(oid(steps[1]));
      if (location != null) {
        return steps.length == 3 ? Path.of(location).resolve(steps[2]) : Path.of(location);
      }
    }
    return to.resolve(path);
  }

  /// The root of the tablespace that a path of the backup belongs to, or the data directory.
  Path rootOf(String path) {
    String[] steps = path.split("/", 3);
    String location =
        steps.length == 3 && steps[0].equals("pg_tblspc") ? tablespaces.get(oid(steps[1])) : null;
    return location == null ? to : Path.of(location);
  }

  private static Long oid(String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException _) {
      return -1L;
    }
  }
}
