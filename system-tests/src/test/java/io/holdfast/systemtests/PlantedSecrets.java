package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Secrets that a test gives away where they belong, and looks for everywhere else: as they are, in
/// hexadecimal and in Base64 at each of its three alignments. A key is also looked for as the bytes
/// that its digits stand for.
final class PlantedSecrets {
  private static final int BLOCK = 1 << 20;
  private static final HexFormat HEX = HexFormat.of();

  private final Map<String, byte[]> forms = new LinkedHashMap<>();

  PlantedSecrets text(String name, String secret) {
    bytes(name, secret.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  PlantedSecrets key(String name, String digits) {
    text(name, digits);
    forms.put(name + " in capitals", latin(digits.toUpperCase(Locale.ROOT)));
    bytes(name + " as bytes", HEX.parseHex(digits));
    return this;
  }

  private void bytes(String name, byte[] secret) {
    forms.put(name, secret);
    forms.put(name + " in hexadecimal", latin(HEX.formatHex(secret)));
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + secret.length];
      System.arraycopy(secret, 0, shifted, before, secret.length);
      String coded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      // The characters at both ends also depend on what stands beside the secret.
      String sure = coded.substring(before == 0 ? 0 : before + 1, coded.length() - 1);
      forms.put(name + " in Base64 after " + before, latin(sure));
      forms.put(
          name + " in Base64 of URLs after " + before,
          latin(sure.replace('+', '-').replace('/', '_')));
    }
  }

  /// The forms that occur in a text.
  List<String> in(String text) {
    return in(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> in(byte[] bytes) {
    List<String> found = new ArrayList<>();
    String haystack = new String(bytes, StandardCharsets.ISO_8859_1);
    forms.forEach(
        (name, form) -> {
          if (haystack.contains(new String(form, StandardCharsets.ISO_8859_1))) {
            found.add(name);
          }
        });
    return found;
  }

  /// What occurs in the names and contents of all files below a directory.
  List<String> below(Path directory) throws IOException {
    List<String> found = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            in(path.getFileName().toString()).forEach(form -> found.add(form + " names " + path));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            in(path.getFileName().toString()).forEach(form -> found.add(form + " names " + path));
            if (attributes.isRegularFile()) {
              inFile(path).forEach(form -> found.add(form + " in " + path));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  /// Blocks overlap by the longest form, so that none is missed between two of them.
  private List<String> inFile(Path path) throws IOException {
    List<String> found = new ArrayList<>();
    int longest = forms.values().stream().mapToInt(form -> form.length).max().orElse(0);
    try (var stream = Files.newInputStream(path)) {
      byte[] tail = new byte[0];
      byte[] block = stream.readNBytes(BLOCK);
      while (block.length > 0) {
        byte[] both = new byte[tail.length + block.length];
        System.arraycopy(tail, 0, both, 0, tail.length);
        System.arraycopy(block, 0, both, tail.length, block.length);
        found.addAll(in(both));
        int keep = Math.min(longest, both.length);
        tail = java.util.Arrays.copyOfRange(both, both.length - keep, both.length);
        block = stream.readNBytes(BLOCK);
      }
    }
    return found.stream().distinct().toList();
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
