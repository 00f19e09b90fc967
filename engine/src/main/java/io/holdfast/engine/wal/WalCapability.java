package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.DomainGrant;
import io.holdfast.repository.wal.WalLineage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// What lets a restored server fetch the WAL of its recovery and nothing else: where the repository
/// is, which segments are planned, and the keys of the source's WAL. The file form is specified in
/// `docs/format/wal-capability.md`.
///
/// @param repository a path or URL
public record WalCapability(
    String repository, WalLineage lineage, PlannedWal plan, DomainGrant grant) {
  private static final String FIRST_LINE = "Holdfast WAL capability, version 1";
  private static final String FAMILY = "Holdfast WAL capability, version ";
  private static final String REMARK =
      "Whoever can read this file and the repository can read all WAL of this source. Remove it when recovery is over.";
  private static final String DIGEST = "sha256: ";
  private static final int FILE_BYTES_MAX = 256 << 10;
  private static final int PIECES_MAX = 1000;

  public WalCapability {
    if (repository.chars().anyMatch(Character::isISOControl)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the repository's address has a control character",
          "Give the repository a plain name, or use --wal staged.");
    }
    if (plan.pieces().size() > PIECES_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "recovery passes " + plan.pieces().size() + " pieces of WAL",
          "Use --wal staged.");
    }
  }

  /// The content of the file, which is a secret.
  public Secret encode() {
    StringBuilder text = new StringBuilder(1024);
    text.append(FIRST_LINE).append('\n').append(REMARK).append('\n');
    line(text, "repository", repository);
    line(text, "repository-format", "1");
    text.append(grant.print().expose());
    line(text, "lineage", lineage.id());
    line(text, "source", lineage.source());
    line(text, "system-identifier", Long.toUnsignedString(lineage.systemIdentifier()));
    line(text, "segment-bytes", Integer.toString(lineage.segmentBytes()));
    line(text, "wal-from", plan.from().toString());
    line(text, "wal-to", plan.to().toString());
    for (WalPiece piece : plan.pieces()) {
      line(text, "piece", piece.timeline() + " " + piece.from() + " " + piece.to());
    }
    return new Secret(text + DIGEST + sha256(text.toString()) + "\n");
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append(": ").append(value).append('\n');
  }

  /// Reads the file.
  ///
  /// @throws BackupException `CAPABILITY_UNUSABLE` if it cannot be read or is not what was written
  public static WalCapability read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      return decode(new Secret(new String(bytes, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.CAPABILITY_UNUSABLE,
          "the capability " + file + " cannot be read: " + e,
          "Run as the owner of the restored directory; 'holdfast restore --wal on-demand' makes the file.",
          e);
    }
  }

  /// Understands what [#encode] made.
  ///
  /// @throws BackupException `CAPABILITY_UNUSABLE` if it is anything else
  public static WalCapability decode(Secret secret) {
    String text = secret.expose();
    if (!text.startsWith(FIRST_LINE + "\n")) {
      throw text.startsWith(FAMILY)
          ? new BackupException(
              ErrorCode.CAPABILITY_UNUSABLE,
              "the capability is of a version that this program does not know",
              "Use the version of Holdfast that wrote it, or a newer one.")
          : unusable("does not begin as it should");
    }
    int digest = text.lastIndexOf("\n" + DIGEST) + 1;
    if (digest == 0
        || !text.substring(digest).equals(DIGEST + sha256(text.substring(0, digest)) + "\n")) {
      throw unusable("does not match its checksum");
    }
    Map<String, List<String>> fields = new HashMap<>();
    for (String line : text.substring(0, digest).lines().skip(2).toList()) {
      int colon = line.indexOf(": ");
      if (colon < 0) {
        throw unusable("has a line without a name");
      }
      fields
          .computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
          .add(line.substring(colon + 2));
    }
    try {
      return decode(fields, DomainGrant.parse(secret));
    } catch (IllegalArgumentException e) {
      throw new BackupException(
          ErrorCode.CAPABILITY_UNUSABLE,
          "the capability has a value that makes no sense: " + e.getMessage(),
          "Restore again to get a new one.",
          e);
    }
  }

  private static WalCapability decode(Map<String, List<String>> fields, DomainGrant grant) {
    int segmentBytes = Integer.parseInt(one(fields, "segment-bytes"));
    List<WalPiece> pieces = new ArrayList<>();
    for (String piece : fields.getOrDefault("piece", List.of())) {
      String[] parts = piece.split(" ", -1);
      if (parts.length != 3) {
        throw unusable("has a piece of WAL that makes no sense");
      }
      pieces.add(
          new WalPiece(
              Integer.parseUnsignedInt(parts[0]), Lsn.parse(parts[1]), Lsn.parse(parts[2])));
    }
    return new WalCapability(
        one(fields, "repository"),
        new WalLineage(
            one(fields, "lineage"),
            one(fields, "source"),
            Long.parseUnsignedLong(one(fields, "system-identifier")),
            segmentBytes),
        new PlannedWal(
            new WalSegmentSize(segmentBytes),
            Lsn.parse(one(fields, "wal-from")),
            Lsn.parse(one(fields, "wal-to")),
            pieces),
        grant);
  }

  private static String one(Map<String, List<String>> fields, String name) {
    List<String> values = fields.getOrDefault(name, List.of());
    if (values.size() != 1) {
      throw unusable("says '" + name + "' " + values.size() + " times");
    }
    return values.getFirst();
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java lacks SHA-256", e);
    }
  }

  private static BackupException unusable(String problem) {
    return new BackupException(
        ErrorCode.CAPABILITY_UNUSABLE,
        "the capability " + problem,
        "It is damaged: restore again to get a new one.");
  }

  @Override
  public String toString() {
    return "capability for WAL of " + lineage.source() + " in " + repository;
  }
}
