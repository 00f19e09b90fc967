package io.holdfast.files.restoring;

import io.holdfast.files.PathText;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The way from the target down to where we write, as open handles. Going to a neighbour costs one
/// call. *Confined.*
final class Directories implements AutoCloseable {
  private static final int DEPTH_MAX = 2_048;
  private static final byte[] DOT = {46};
  private static final byte[] DOT_DOT = {46, 46};

  private record Level(String segment, Handle handle) {}

  private final Handle top;
  private final List<Level> levels = new ArrayList<>();

  Directories(Path target) throws PosixException {
    this(Handle.openDirectory(target));
  }

  private Directories(Handle top) {
    this.top = top;
  }

  /// Another way from the same target, even if something else lies under its path by now.
  Directories again() throws PosixException {
    return new Directories(top.directory(DOT));
  }

  Handle top() {
    return top;
  }

  /// The directory that an entry lies in.
  ///
  /// @throws IOException if it is not there, or not a directory but, for example, a link
  Handle parentOf(String path) throws IOException {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? walkTo(List.of()) : walkTo(List.of(path.substring(0, slash).split("/", -1)));
  }

  static byte[] nameOf(String path) {
    byte[] name = PathText.toBytes(path.substring(path.lastIndexOf('/') + 1));
    boolean dots = name.length == 0 || Arrays.equals(name, DOT) || Arrays.equals(name, DOT_DOT);
    if (dots) {
      throw new IllegalArgumentException("'" + path + "' is not a path of a tree");
    }
    for (byte b : name) {
      if (b == '/' || b == 0) {
        throw new IllegalArgumentException("'" + path + "' is not a path of a tree");
      }
    }
    return name;
  }

  private Handle walkTo(List<String> segments) throws IOException {
    if (segments.size() > DEPTH_MAX) {
      throw new BlockedEntryException("more than " + DEPTH_MAX + " directories deep");
    }
    int shared = 0;
    while (shared < segments.size()
        && shared < levels.size()
        && levels.get(shared).segment().equals(segments.get(shared))) {
      shared++;
    }
    cut(shared);
    Handle at = shared == 0 ? top : levels.get(shared - 1).handle();
    for (String segment : segments.subList(shared, segments.size())) {
      at = at.directory(nameOf(segment));
      levels.add(new Level(segment, at));
    }
    return at;
  }

  private void cut(int size) throws PosixException {
    while (levels.size() > size) {
      levels.removeLast().handle().close();
    }
  }

  @Override
  public void close() throws PosixException {
    try (top) {
      cut(0);
    }
  }
}
