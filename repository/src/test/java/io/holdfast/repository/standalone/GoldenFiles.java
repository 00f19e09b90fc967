package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Golden repositories as directories.
final class GoldenFiles {
  private GoldenFiles() {}

  /// Unpacks a resource of the package `io.holdfast.repository`.
  static Path unpack(String resource, Path directory) throws IOException {
    try (InputStream in =
        GoldenFiles.class.getResourceAsStream("/io/holdfast/repository/" + resource)) {
      assertThat(in).as(resource).isNotNull();
      ZipInputStream zip = new ZipInputStream(in);
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = directory.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
    return directory;
  }

  static void pack(Path directory, Path target) throws IOException {
    try (OutputStream file = Files.newOutputStream(target);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Path object : under(directory)) {
        ZipEntry entry = new ZipEntry(directory.relativize(object).toString());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(Files.readAllBytes(object));
        zip.closeEntry();
      }
    }
  }

  /// All regular files, in order.
  static List<Path> under(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
