package io.holdfast.distribution.assembly;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Copies the licence and notice files that jars carry into one directory, as `<jar's name>-<file's
/// name>`.
public final class LicenceTexts {
  private static final Pattern TEXT = Pattern.compile("META-INF/(LICENSE|NOTICE)(\\.txt|\\.md)?");

  private LicenceTexts() {}

  /// Arguments: directory of the jars, target directory.
  public static void main(String[] args) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      copyTexts(jar, Path.of(args[1]));
    }
  }

  private static void copyTexts(Path jarFile, Path target) throws IOException {
    String fileName = jarFile.getFileName().toString();
    String jarName = fileName.substring(0, fileName.length() - ".jar".length());
    try (JarFile jar = new JarFile(jarFile.toFile(), false)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (TEXT.matcher(entry.getName()).matches()) {
          String name = entry.getName().substring("META-INF/".length());
          try (InputStream text = jar.getInputStream(entry)) {
            Files.copy(text, target.resolve(jarName + "-" + name));
          }
        }
      }
    }
  }
}
