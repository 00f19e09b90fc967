package io.holdfast.postgres.datadir;

import io.holdfast.postgres.manifest.RawPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Small files to write into a data directory and files to remove from it.
///
/// @param written text by name, relative to the data directory
/// @param removed names; what does not exist is fine
/// @param settings what a report tells about them
public record FileChanges(
    Map<String, String> written, List<String> removed, List<SettingChange> settings) {
  public FileChanges {
    written = Map.copyOf(written);
    removed = List.copyOf(removed);
    settings = List.copyOf(settings);
  }

  /// Both, where `later` wins.
  public FileChanges and(FileChanges later) {
    Map<String, String> files = new LinkedHashMap<>(written);
    later.removed.forEach(files::remove);
    files.putAll(later.written);
    return new FileChanges(
        files,
        java.util.stream.Stream.concat(removed.stream(), later.removed.stream())
            .distinct()
            .toList(),
        java.util.stream.Stream.concat(settings.stream(), later.settings.stream()).toList());
  }

  /// Applies them. Each file appears whole or not at all, is readable by its owner only, belongs to
  /// the owner of the directory and is on disk when this returns.
  public void apply(Path dataDirectory) throws IOException {
    for (String name : removed) {
      Files.deleteIfExists(dataDirectory.resolve(name));
    }
    for (Map.Entry<String, String> file : written.entrySet()) {
      write(dataDirectory, file.getKey(), RawPath.encode(file.getValue()));
    }
    syncDirectory(dataDirectory);
  }

  private static void write(Path directory, String name, byte[] content) throws IOException {
    Path target = directory.resolve(name);
    Path temporary = directory.resolve(name + ".holdfast-tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      Files.setPosixFilePermissions(temporary, DataDirectoryLayout.FILE_MODE);
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      giveTo(directory, temporary);
      channel.force(true);
    }
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void giveTo(Path directory, Path file) throws IOException {
    for (String attribute : List.of("unix:uid", "unix:gid")) {
      Object owner = Files.getAttribute(directory, attribute);
      if (!owner.equals(Files.getAttribute(file, attribute, LinkOption.NOFOLLOW_LINKS))) {
        Files.setAttribute(file, attribute, owner, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
