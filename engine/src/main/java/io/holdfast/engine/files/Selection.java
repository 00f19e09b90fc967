package io.holdfast.engine.files;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.files.PathText;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Which entries of a tree are wanted: all, or those at and below some paths, with the directories
/// that lead there.
record Selection(List<String> paths) {
  Selection {
    paths = List.copyOf(paths);
  }

  /// Paths as people write them: with or without the leading `/`.
  ///
  /// @throws BackupException if one is not in the tree
  static Selection of(List<String> written, TreeReader tree, String backup) throws IOException {
    List<String> paths = new ArrayList<>();
    for (String text : written) {
      String path = PathText.of(trimmed(text).getBytes(StandardCharsets.UTF_8));
      if (path.isEmpty()) {
        return new Selection(List.of());
      }
      if (tree.file(path).isEmpty()) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "backup " + backup + " has no '" + text + "'",
            "'holdfast files list " + backup + "' shows what it has.");
      }
      paths.add(path);
    }
    return new Selection(paths);
  }

  private static String trimmed(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && text.charAt(from) == '/') {
      from++;
    }
    while (to > from && text.charAt(to - 1) == '/') {
      to--;
    }
    return text.substring(from, to);
  }

  boolean isAll() {
    return paths.isEmpty();
  }

  /// True for entries at or below a path that was named.
  boolean holds(String path) {
    return isAll() || paths.stream().anyMatch(wanted -> isAtOrBelow(path, wanted));
  }

  /// True for directories that lead to one.
  boolean leadsTo(String path) {
    return paths.stream().anyMatch(wanted -> wanted.startsWith(path + "/"));
  }

  private static boolean isAtOrBelow(String path, String wanted) {
    return path.equals(wanted)
        || (path.length() > wanted.length()
            && path.startsWith(wanted)
            && path.charAt(wanted.length()) == '/');
  }
}
