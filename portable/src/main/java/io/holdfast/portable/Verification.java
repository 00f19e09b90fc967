package io.holdfast.portable;

import io.holdfast.base.Quoted;
import io.holdfast.portable.tar.TarEntry;
import io.holdfast.portable.tar.TarWalk;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Looks at every byte of a portable file. *Confined*; for one file.
final class Verification {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int HEADER_BYTES_MAX = 4096;

  private final ByteSource source;
  private final PortableReading reading;
  private final Map<String, TarEntry> entries = new LinkedHashMap<>();

  Verification(ByteSource source, PortableReading reading) {
    this.source = source;
    this.reading = reading;
  }

  /// @throws PortableFileException if anything is not as the format says
  Contents verify() throws IOException {
    walk();
    byte[] header = small(PortableNames.HEADER, HEADER_BYTES_MAX);
    Manifest manifest = manifest();
    if (!Arrays.equals(header, ManifestText.header(manifest.id(), manifest.origin()))) {
      throw PortableFileException.damaged(
          PortableNames.HEADER + " says something else than the manifest");
    }
    requireSameEntries(manifest);
    reading.progress().phase("verify", source.size());
    verifyContents(manifest);
    return new Contents(source, manifest, Map.copyOf(entries));
  }

  private void walk() throws IOException {
    TarWalk walk = new TarWalk(source);
    Set<String> withoutCase = new HashSet<>();
    for (Optional<TarEntry> next = walk.next(); next.isPresent(); next = walk.next()) {
      reading.cancellation().throwIfRequested();
      TarEntry entry = next.get();
      requireSafe(entry.name());
      boolean isNew = entries.putIfAbsent(entry.name(), entry) == null;
      boolean isTable = entry.name().startsWith("data/");
      if (!isNew || (isTable && !withoutCase.add(entry.name().toLowerCase(Locale.ROOT)))) {
        throw PortableFileException.damaged(
            "its tar has the entry " + Quoted.of(entry.name()) + " twice");
      }
      if (entries.size() == 1) {
        requireHeader(entry);
      }
      if (entries.size() > reading.limits().entries()) {
        throw PortableFileException.beyondLimit(
            "it has more than " + reading.limits().entries() + " entries",
            "Raise the limit for entries, and the memory of the process with it.");
      }
    }
    if (entries.isEmpty()) {
      throw PortableFileException.damaged("its tar is empty");
    }
    requireEnd();
  }

  /// Whatever the rest of the check would say: a name that leads elsewhere is called what it is.
  private static void requireSafe(String name) {
    boolean safe =
        !name.startsWith("/")
            && name.indexOf('\\') < 0
            && name.indexOf(':') < 0
            && name.chars().noneMatch(Character::isISOControl)
            && Stream.of(name.split("/", -1))
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (!safe) {
      throw PortableFileException.damaged(
          "its tar has an entry with the unsafe name " + Quoted.of(name));
    }
  }

  private void requireHeader(TarEntry first) throws IOException {
    if (!first.name().equals(PortableNames.HEADER) || first.size() > HEADER_BYTES_MAX) {
      throw PortableFileException.damaged(
          "it does not begin with the entry " + PortableNames.HEADER);
    }
    ManifestParser.requireReadable(source.stream(first.position(), first.size()));
  }

  private void requireEnd() {
    List<String> names = entries.keySet().stream().skip(Math.max(0, entries.size() - 2)).toList();
    if (!names.equals(List.of(PortableNames.MANIFEST, PortableNames.MANIFEST_SUM))) {
      throw PortableFileException.damaged(
          "it does not end with the entries "
              + PortableNames.MANIFEST
              + " and "
              + PortableNames.MANIFEST_SUM);
    }
  }

  private byte[] small(String name, int bytesMax) throws IOException {
    TarEntry entry = java.util.Objects.requireNonNull(entries.get(name));
    if (entry.size() > bytesMax) {
      throw PortableFileException.damaged(name + " has " + entry.size() + " bytes");
    }
    return source.stream(entry.position(), entry.size()).readNBytes(bytesMax);
  }

  private Manifest manifest() throws IOException {
    TarEntry entry = java.util.Objects.requireNonNull(entries.get(PortableNames.MANIFEST));
    if (entry.size() > reading.limits().manifestBytes()) {
      throw PortableFileException.beyondLimit(
          "its manifest has " + entry.size() + " bytes",
          "At most " + reading.limits().manifestBytes() + " are read: raise the limit.");
    }
    MessageDigest sha256 = Sha256.create();
    digest(entry, sha256);
    byte[] expected = ManifestText.sum(Sha256.hex(sha256));
    if (!Arrays.equals(expected, small(PortableNames.MANIFEST_SUM, expected.length))) {
      throw PortableFileException.damaged(
          PortableNames.MANIFEST + " does not match " + PortableNames.MANIFEST_SUM);
    }
    try (InputStream in = source.stream(entry.position(), entry.size())) {
      return ManifestParser.parse(in);
    }
  }

  private void digest(TarEntry entry, MessageDigest sha256) throws IOException {
    try (InputStream in = source.stream(entry.position(), entry.size())) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        reading.cancellation().throwIfRequested();
        reading.progress().advance(read);
        sha256.update(buffer, 0, read);
      }
    }
  }

  private void requireSameEntries(Manifest manifest) {
    Map<String, TarEntry> left = new HashMap<>(entries);
    left.remove(PortableNames.HEADER);
    left.remove(PortableNames.MANIFEST);
    left.remove(PortableNames.MANIFEST_SUM);
    manifest.tables().forEach(table -> requireEntry(left, table.file(), table.bytes()));
    manifest.assets().forEach(asset -> requireEntry(left, asset.file(), asset.bytes()));
    if (!left.isEmpty()) {
      throw PortableFileException.damaged(
          "its tar has the entry "
              + Quoted.of(left.keySet().iterator().next())
              + ", which the manifest does not name");
    }
  }

  private static void requireEntry(Map<String, TarEntry> left, String name, long bytes) {
    TarEntry entry = left.remove(name);
    if (entry == null) {
      throw PortableFileException.damaged(
          "the entry " + Quoted.of(name) + " is missing, which the manifest names");
    }
    if (entry.size() != bytes) {
      throw PortableFileException.damaged(
          Quoted.of(name) + " has " + entry.size() + " bytes, and " + bytes + " by the manifest");
    }
  }

  /// In the order of the file: a sealed one is opened once from the beginning to the end.
  private void verifyContents(Manifest manifest) throws IOException {
    Map<String, ExportedTable> tables = new HashMap<>();
    Map<String, ExportedAsset> assets = new HashMap<>();
    manifest.tables().forEach(table -> tables.put(table.file(), table));
    manifest.assets().forEach(asset -> assets.put(asset.file(), asset));
    List<TarEntry> inOrder =
        entries.values().stream().sorted(Comparator.comparingLong(TarEntry::position)).toList();
    for (TarEntry entry : inOrder) {
      ExportedTable table = tables.get(entry.name());
      ExportedAsset asset = assets.get(entry.name());
      MessageDigest sha256 = Sha256.create();
      if (table != null) {
        verifyTable(table, entry, sha256);
        requireSum(entry.name(), table.sha256(), sha256);
      } else if (asset != null) {
        digest(entry, sha256);
        requireSum(entry.name(), asset.sha256(), sha256);
      }
    }
  }

  private void verifyTable(ExportedTable table, TarEntry entry, MessageDigest sha256)
      throws IOException {
    InputStream in = source.stream(entry.position(), entry.size());
    RowLines lines =
        new RowLines(new DigestInputStream(in, sha256), table.file(), reading.limits().rowBytes());
    RowText text = new RowText(table.columns(), table.file());
    RowSum sum = new RowSum();
    long records = 0;
    while (lines.next()) {
      reading.cancellation().throwIfRequested();
      reading.progress().advance(lines.length());
      text.decode(lines.buffer(), lines.begin(), lines.length());
      sum.add(lines.buffer(), lines.begin(), lines.length());
      records++;
    }
    if (records != table.records()) {
      throw lines.damaged("has " + records + " rows, and " + table.records() + " by the manifest");
    }
    if (!sum.hex().equals(table.rowSum())) {
      throw lines.damaged("has other rows than the manifest says");
    }
  }

  private static void requireSum(String name, String expected, MessageDigest actual) {
    if (!Sha256.hex(actual).equals(expected)) {
      throw PortableFileException.damaged(
          Quoted.of(name) + " does not match its checksum in the manifest");
    }
  }
}
