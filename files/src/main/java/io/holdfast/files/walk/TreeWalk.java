package io.holdfast.files.walk;

import io.holdfast.files.PathText;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Hands out every entry below some roots, in path order, with one `statx` each. Directories are
/// opened by handle from their parents and links never followed, so nobody who renames things
/// meanwhile can lead the walk astray.
///
/// Memory: for each level of depth the names of one directory, 8 MiB at most; more goes to
/// temporary files. *Confined.*
public final class TreeWalk implements AutoCloseable {
  /// The longest path of a tree, in bytes of its text.
  private static final int PATH_BYTES_MAX = 4096;

  private static final byte[] CACHE_TAG = "CACHEDIR.TAG".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CACHE_SIGNATURE =
      "Signature: 8a477f597d28d172789f06886806bc55".getBytes(StandardCharsets.US_ASCII);

  /// Told of entries that cannot be reached.
  @FunctionalInterface
  public interface Problems {
    void cannotRead(String path, IOException why);
  }

  /// A directory that is to be entered.
  private static final class Descent {
    private final byte[] name;
    private final @Nullable Roots roots;
    private final long device;

    private Descent(byte[] name, @Nullable Roots roots, long device) {
      this.name = name;
      this.roots = roots;
      this.device = device;
    }
  }

  /// A directory that the walk is in.
  private static final class Frame {
    private final Handle directory;
    private final String prefix;
    private final @Nullable Roots roots;
    private final long device;
    private final SortedNames names = new SortedNames();
    private final TreeMap<byte[], Descent> descents = new TreeMap<>(Arrays::compareUnsigned);
    private Optional<byte[]> nextName = Optional.empty();

    private Frame(Handle directory, String prefix, @Nullable Roots roots, long device) {
      this.directory = directory;
      this.prefix = prefix;
      this.roots = roots;
      this.device = device;
    }
  }

  private final WalkOptions options;
  private final Problems problems;
  private final Deque<Frame> frames = new ArrayDeque<>();

  /// @param roots paths of this machine; relative ones are resolved by its working directory
  /// @throws IOException if the way to a root does not exist
  public TreeWalk(List<Path> roots, WalkOptions options, Problems problems) throws IOException {
    this.options = options;
    this.problems = problems;
    Handle top = Handle.openDirectory(Path.of("/"));
    enter(new Frame(top, "", Roots.of(roots), top.status().device()));
  }

  /// The next entry. What was handed out before may no longer be used.
  public Optional<Found> next() throws IOException {
    while (true) {
      Frame frame = frames.peek();
      if (frame == null) {
        return Optional.empty();
      }
      byte[] descent = frame.descents.isEmpty() ? null : frame.descents.firstKey();
      if (frame.nextName.isEmpty() && descent == null) {
        leave();
      } else if (frame.nextName.isEmpty()
          || (descent != null && Arrays.compareUnsigned(descent, frame.nextName.get()) < 0)) {
        descend(frame, frame.descents.pollFirstEntry().getValue());
      } else {
        byte[] text = frame.nextName.get();
        frame.nextName = frame.names.poll();
        Optional<Found> found = look(frame, text);
        if (found.isPresent()) {
          return found;
        }
      }
    }
  }

  private Optional<Found> look(Frame frame, byte[] text) {
    String segment = new String(text, StandardCharsets.UTF_8);
    String path = frame.prefix + segment;
    if (path.length() > PATH_BYTES_MAX / 4
        && path.getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
      problems.cannotRead(path, new IOException("its path is longer than 4096 bytes"));
      return Optional.empty();
    }
    byte[] name = PathText.toBytes(segment);
    FileStatus status;
    try {
      status = frame.directory.status(name);
    } catch (PosixException e) {
      // What was removed since its name was read was never there; a root must be.
      if (e.errno() != PosixException.ENOENT || frame.roots != null) {
        problems.cannotRead(path, e);
      }
      return Optional.empty();
    }
    Roots roots = frame.roots == null || frame.roots.isWhole() ? null : frame.roots.child(text);
    if ((roots == null && isExcluded(path, status)) || options.leftOut().contains(path)) {
      return Optional.empty();
    }
    if (status.isDirectory() && isEntered(frame, roots, status)) {
      byte[] key = Arrays.copyOf(text, text.length + 1);
      key[text.length] = '/';
      frame.descents.put(key, new Descent(name, roots, status.device()));
    }
    return Optional.of(new Found(path, new Found.FileName(name), frame.directory, status));
  }

  private boolean isExcluded(String path, FileStatus status) {
    return status.isDirectory()
        ? options.excludes().excludesDirectory(path)
        : options.excludes().excludesFile(path);
  }

  private boolean isEntered(Frame frame, @Nullable Roots roots, FileStatus status) {
    return roots != null
        || options.mounts() == WalkOptions.Mounts.CROSSED
        || status.device() == frame.device;
  }

  private void descend(Frame frame, Descent descent) throws IOException {
    String path = frame.prefix + PathText.of(descent.name);
    Handle directory;
    try {
      directory = frame.directory.directory(descent.name);
    } catch (PosixException e) {
      if (e.errno() != PosixException.ENOENT) {
        problems.cannotRead(path, e);
      }
      return;
    }
    Frame inner = new Frame(directory, path + "/", descent.roots, descent.device);
    try {
      enter(inner);
    } catch (PosixException e) {
      problems.cannotRead(path, e);
      leave();
    }
  }

  private void enter(Frame frame) throws IOException {
    frames.push(frame);
    Roots roots = frame.roots;
    if (roots != null && !roots.isWhole()) {
      for (byte[] name : roots.names()) {
        frame.names.add(name);
      }
    } else if (isCache(frame.directory)) {
      frame.names.add(CACHE_TAG);
    } else {
      for (List<byte[]> names = frame.directory.nextNames();
          !names.isEmpty();
          names = frame.directory.nextNames()) {
        for (byte[] name : names) {
          frame.names.add(PathText.of(name).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    frame.names.sort();
    frame.nextName = frame.names.poll();
  }

  private boolean isCache(Handle directory) {
    if (options.caches() == WalkOptions.Caches.INCLUDED) {
      return false;
    }
    byte[] head = new byte[CACHE_SIGNATURE.length];
    try (Handle tag = directory.open(CACHE_TAG, Handle.Use.READ)) {
      return tag.status().isRegular()
          && tag.read(0, head, 0, head.length) == head.length
          && Arrays.equals(head, CACHE_SIGNATURE);
    } catch (PosixException _) {
      // No tag that can be read: not a cache.
      return false;
    }
  }

  private void leave() throws IOException {
    Frame frame = frames.pop();
    try (frame.directory) {
      frame.names.close();
    }
  }

  @Override
  public void close() throws IOException {
    while (!frames.isEmpty()) {
      leave();
    }
  }
}
