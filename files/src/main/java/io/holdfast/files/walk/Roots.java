package io.holdfast.files.walk;

import io.holdfast.files.PathText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The paths that were asked for, as a tree of names from the file system's root. *Immutable once
/// made.*
final class Roots {
  private final Map<byte[], Roots> children = new TreeMap<>(Arrays::compareUnsigned);
  private boolean whole;

  /// Links in all segments but the last are resolved, so that every ancestor is a directory.
  ///
  /// @throws IOException if the directory that one lies in does not exist
  static Roots of(List<Path> paths) throws IOException {
    Roots top = new Roots();
    for (Path path : paths) {
      Path absolute = path.toAbsolutePath().normalize();
      Path parent = absolute.getParent();
      Path last = absolute.getFileName();
      Path resolved = parent == null || last == null ? absolute : parent.toRealPath().resolve(last);
      Roots at = top;
      for (Path segment : resolved) {
        byte[] name =
            PathText.of(segment.toString().getBytes(StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
        at = at.children.computeIfAbsent(name, _ -> new Roots());
      }
      at.whole = true;
    }
    return top;
  }

  /// True where everything below belongs to the tree.
  boolean isWhole() {
    return whole;
  }

  Iterable<byte[]> names() {
    return children.keySet();
  }

  Roots child(byte[] name) {
    Roots child = children.get(name);
    if (child == null) {
      throw new IllegalArgumentException("not on the way to a root");
    }
    return child;
  }
}
