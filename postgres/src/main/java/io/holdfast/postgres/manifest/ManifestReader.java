package io.holdfast.postgres.manifest;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.manifest.ManifestSummary.WalRange;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads a backup manifest as a stream: memory does not grow with the number of files.
public final class ManifestReader {
  private static final int MOST_WAL_RANGES = 1000;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'GMT'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private final JsonReader json;
  private final Consumer<ManifestFile> files;
  private int version;
  private OptionalLong systemIdentifier = OptionalLong.empty();
  private final List<WalRange> walRanges = new ArrayList<>();
  private long fileCount;
  private long byteCount;
  private @Nullable String claimedChecksum;

  private ManifestReader(JsonReader json, Consumer<ManifestFile> files) {
    this.json = json;
    this.files = files;
  }

  /// Reads the manifest to its end and hands out each entry on the way. Nothing learnt from an
  /// entry counts before this returns, because the manifest's checksum stands at its end.
  ///
  /// @throws BackupException `MANIFEST_MISMATCH` if the manifest is malformed, has another version
  ///   or does not match its own checksum
  public static ManifestSummary read(InputStream in, Consumer<ManifestFile> files)
      throws IOException {
    TailDigestStream digested = new TailDigestStream(in);
    ManifestReader reader = new ManifestReader(new JsonReader(digested), files);
    try {
      reader.document();
    } catch (JsonReader.JsonException e) {
      throw mismatch("the backup manifest has " + e.getMessage());
    }
    return reader.summary(digested.hex());
  }

  private ManifestSummary summary(String actual) {
    String claimed = claimedChecksum;
    if (claimed == null) {
      throw mismatch("the backup manifest has no checksum");
    }
    if (!claimed.equals(actual)) {
      throw mismatch(
          "the backup manifest says checksum " + claimed + " of itself, but has " + actual);
    }
    return new ManifestSummary(version, systemIdentifier, walRanges, fileCount, byteCount, actual);
  }

  private void document() throws IOException {
    json.beginObject();
    while (json.hasNextName()) {
      String name = json.name();
      if (version == 0 && !name.equals("PostgreSQL-Backup-Manifest-Version")) {
        throw json.wrong("'" + name + "' before its version");
      }
      switch (name) {
        case "PostgreSQL-Backup-Manifest-Version" -> readVersion();
        case "System-Identifier" -> systemIdentifier = OptionalLong.of(json.unsignedNumber());
        case "Files" -> readFiles();
        case "WAL-Ranges" -> readWalRanges();
        case "Manifest-Checksum" -> claimedChecksum = json.string().toLowerCase(Locale.ROOT);
        default -> throw json.wrong("the unknown name '" + name + "'");
      }
    }
    json.end();
  }

  private void readVersion() throws IOException {
    long number = json.unsignedNumber();
    if (number != 1 && number != 2) {
      throw mismatch(
          "the backup manifest has version " + Long.toUnsignedString(number) + ", 1 or 2 expected");
    }
    version = (int) number;
  }

  private void readFiles() throws IOException {
    json.beginArray();
    while (json.hasNextElement()) {
      ManifestFile file = new FileFields().read();
      fileCount++;
      byteCount += file.size();
      files.accept(file);
    }
  }

  private void readWalRanges() throws IOException {
    json.beginArray();
    while (json.hasNextElement()) {
      if (walRanges.size() == MOST_WAL_RANGES) {
        throw json.wrong("more than " + MOST_WAL_RANGES + " WAL ranges");
      }
      walRanges.add(readWalRange());
    }
  }

  private WalRange readWalRange() throws IOException {
    long timeline = 0;
    @Nullable Lsn start = null;
    @Nullable Lsn end = null;
    json.beginObject();
    while (json.hasNextName()) {
      String name = json.name();
      switch (name) {
        case "Timeline" -> timeline = json.unsignedNumber();
        case "Start-LSN" -> start = lsn();
        case "End-LSN" -> end = lsn();
        default -> throw json.wrong("the unknown name '" + name + "'");
      }
    }
    if (timeline <= 0 || timeline > Integer.MAX_VALUE || start == null || end == null) {
      throw json.wrong("an incomplete WAL range");
    }
    return new WalRange((int) timeline, start, end);
  }

  private Lsn lsn() throws IOException {
    String text = json.string();
    try {
      return Lsn.parse(text);
    } catch (IllegalArgumentException e) {
      throw json.wrong("'" + text + "' where a position belongs");
    }
  }

  private static BackupException mismatch(String message) {
    return new BackupException(
        ErrorCode.MANIFEST_MISMATCH, message, "Take a new backup; this one cannot be trusted.");
  }

  /// The fields of one file, collected in whatever order they come.
  private final class FileFields {
    private @Nullable String path;
    private long size = -1;
    private Instant lastModified = Instant.EPOCH;
    private ChecksumAlgorithm algorithm = ChecksumAlgorithm.NONE;
    private String checksum = "";

    ManifestFile read() throws IOException {
      json.beginObject();
      while (json.hasNextName()) {
        String name = json.name();
        switch (name) {
          case "Path" -> setPath(json.string());
          case "Encoded-Path" -> setPath(RawPath.decode(hex(json.string())));
          case "Size" -> size = json.unsignedNumber();
          case "Last-Modified" -> lastModified = time(json.string());
          case "Checksum-Algorithm" -> algorithm = algorithm(json.string());
          case "Checksum" -> checksum = json.string().toLowerCase(Locale.ROOT);
          default -> throw json.wrong("the unknown name '" + name + "'");
        }
      }
      String known = path;
      if (known == null || size < 0) {
        throw json.wrong("a file without path or size");
      }
      if (checksum.length() != 2 * algorithm.bytes()) {
        throw json.wrong("a checksum of wrong length for '" + known + "'");
      }
      return new ManifestFile(known, size, lastModified, algorithm, checksum);
    }

    private void setPath(String value) throws IOException {
      if (path != null || !isInside(value)) {
        throw json.wrong("a second path, or one that leads out: '" + value + "'");
      }
      path = value;
    }

    private byte[] hex(String text) throws IOException {
      try {
        return HexFormat.of().parseHex(text);
      } catch (IllegalArgumentException e) {
        throw json.wrong("an encoded path that is not hexadecimal");
      }
    }

    private Instant time(String text) throws IOException {
      try {
        return LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
      } catch (DateTimeException e) {
        throw json.wrong("'" + text + "' where a time belongs");
      }
    }

    private ChecksumAlgorithm algorithm(String text) throws IOException {
      return ChecksumAlgorithm.named(text)
          .orElseThrow(() -> json.wrong("the unknown checksum algorithm '" + text + "'"));
    }

    private static boolean isInside(String path) {
      if (path.isEmpty() || path.indexOf('\0') >= 0) {
        return false;
      }
      for (String step : path.split("/", -1)) {
        if (step.isEmpty() || step.equals(".") || step.equals("..")) {
          return false;
        }
      }
      return true;
    }
  }
}
