package io.holdfast.systemtests;

import io.holdfast.portable.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// A portable file taken apart, to be put together in another way.
///
/// @param entries in their order, each byte as a character
record TarFile(Map<String, String> entries) {
  private static final int BLOCK = 512;

  /// Reads a file whose names are short.
  static TarFile read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Map<String, String> entries = new LinkedHashMap<>();
    int at = 0;
    while (bytes[at] != 0) {
      String name = text(bytes, at, 100);
      int size = Integer.parseInt(text(bytes, at + 124, 12).strip(), 8);
      at += BLOCK;
      entries.put(name, new String(bytes, at, size, StandardCharsets.ISO_8859_1));
      at += (size + BLOCK - 1) / BLOCK * BLOCK;
    }
    return new TarFile(entries);
  }

  private static String text(byte[] bytes, int at, int length) {
    String field = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
    int end = field.indexOf('\0');
    return end < 0 ? field : field.substring(0, end);
  }

  String text(String name) {
    return Objects.requireNonNull(entries.get(name), name);
  }

  /// With another content of an entry.
  byte[] with(String name, String content) throws IOException {
    Map<String, String> changed = new LinkedHashMap<>(entries);
    changed.put(name, content);
    return written(changed);
  }

  byte[] without(String name) throws IOException {
    Map<String, String> changed = new LinkedHashMap<>(entries);
    changed.remove(name);
    return written(changed);
  }

  /// With one more entry, behind the tables.
  byte[] withEntry(String name, String content) throws IOException {
    Map<String, String> changed = new LinkedHashMap<>();
    entries.forEach(
        (entry, text) -> {
          if (entry.equals("manifest.json")) {
            changed.put(name, content);
          }
          changed.put(entry, text);
        });
    return written(changed);
  }

  /// The manifest where a number of a table is another one.
  String manifest(String table, String field, String number) {
    String manifest = text("manifest.json");
    int line = manifest.indexOf("{\"name\":\"" + table + "\"");
    int from = manifest.indexOf(field, line) + field.length();
    int to = from;
    while (Character.isDigit(manifest.charAt(to))) {
      to++;
    }
    return manifest.substring(0, from) + number + manifest.substring(to);
  }

  /// With another manifest, and the sum of it.
  byte[] withManifest(String manifest) throws IOException {
    Map<String, String> changed = new LinkedHashMap<>(entries);
    changed.put("manifest.json", manifest);
    changed.put("manifest.sha256", sha256(manifest) + "  manifest.json\n");
    return written(changed);
  }

  /// With other rows of a table, and a manifest that says so.
  byte[] withTable(String table, String content) throws IOException {
    String name = "data/" + table + ".json";
    String before = text(name);
    String manifest =
        manifest(table, "\"bytes\":", Integer.toString(content.length()))
            .replace(sha256(before), sha256(content));
    Map<String, String> changed = new LinkedHashMap<>(entries);
    changed.put(name, content);
    return new TarFile(changed).withManifest(manifest);
  }

  private static String sha256(String content) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(content.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] written(Map<String, String> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(out, Instant.ofEpochSecond(1_700_000_000));
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      byte[] content = entry.getValue().getBytes(StandardCharsets.ISO_8859_1);
      tar.entry(entry.getKey(), content.length, new ByteArrayInputStream(content));
    }
    tar.finish();
    return out.toByteArray();
  }
}
