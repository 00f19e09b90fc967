package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Walks a directory in the order of keys. Holds the names of one directory for each level.
final class LocalListing {
  private final Consumer<BlobStore.BlobStat> each;

  LocalListing(Consumer<BlobStore.BlobStat> each) {
    this.each = each;
  }

  /// `prefix` is the key of `directory` with a `/`, or empty for the root.
  void walk(Path directory, String prefix) throws IOException {
    for (Entry entry : entries(directory, prefix)) {
      String name = prefix + entry.name();
      if (entry.isDirectory()) {
        walk(directory.resolve(entry.name()), name);
      } else {
        each.accept(new BlobStore.BlobStat(new BlobKey(name), entry.bytes()));
      }
    }
  }

  /// The names that are keys, as the file system gives them.
  static void names(Path directory, String prefix, Consumer<String> each) throws IOException {
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
      for (Path path : paths) {
        String name = String.valueOf(path.getFileName());
        if (BlobKey.isKey(prefix + name)) {
          each.accept(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException _) {
      // removed by hand since its parent was looked at
    }
  }

  private static List<Entry> entries(Path directory, String prefix) throws IOException {
    var entries = new ArrayList<Entry>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
      for (Path path : paths) {
        String name = String.valueOf(path.getFileName());
        Entry entry = BlobKey.isKey(prefix + name) ? entry(path, name) : null;
        if (entry != null) {
          entries.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException _) {
      return List.of(); // removed by hand since its parent was read
    }
    entries.sort(null);
    return entries;
  }

  private static @Nullable Entry entry(Path path, String name) throws IOException {
    BasicFileAttributes attributes = LocalDirectories.attributes(path);
    if (attributes == null) {
      return null;
    }
    if (attributes.isDirectory()) {
      return new Entry(name + "/", 0);
    }
    // A pipe or device stands where a blob was: to leave it out would hide that one is lost.
    return new Entry(name, attributes.isRegularFile() ? attributes.size() : 0);
  }

  /// A name, with a `/` at the end for a directory: so that the order is that of whole keys, where
  /// `a-b` comes before `a/b`.
  private record Entry(String name, long bytes) implements Comparable<Entry> {
    boolean isDirectory() {
      return name.endsWith("/");
    }

    @Override
    public int compareTo(Entry other) {
      return name.compareTo(other.name);
    }
  }
}
