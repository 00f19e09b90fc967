package io.holdfast.engine.embedded;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.ServerPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Which programs run an embedded cluster: the host's, which its administrator keeps up to date,
/// else those of the distribution. Unpacked ones are kept in the place, because a cluster can only
/// be read by programs of its own major version.
final class ProgramChoice {
  private static final int OLDEST_MAJOR = 13;
  private static final int NEWEST_MAJOR = 18;
  private static final int VERSION_BYTES_MAX = 32;
  private static final String UNPACKED = "programs-";
  private static final String UNPACKING = "programs.new";
  private static final String ARCHIVE_HASH = "archive.sha256";

  private static final Comparator<ServerPrograms> BY_VERSION =
      Comparator.comparingInt(ServerPrograms::majorVersion).thenComparingInt(ProgramChoice::patch);

  private final EmbeddedPlace place;
  private final Path archive;
  private final InstalledServers installed;

  ProgramChoice(EmbeddedPlace place, Path archive, InstalledServers installed) {
    this.place = place;
    this.archive = archive;
    this.installed = installed;
  }

  /// The newest of the host that is supported, else those of the distribution.
  ///
  /// @throws BackupException `SERVER_PROGRAM_MISSING`
  ServerPrograms forNewCluster() throws IOException {
    Optional<ServerPrograms> newest = usable().stream().max(BY_VERSION);
    return newest.isPresent() ? newest.get() : bundled();
  }

  /// Those of the major version that the data directory has.
  ///
  /// @throws BackupException `SERVER_PROGRAM_MISSING` that says how to go on without them
  ServerPrograms forData() throws IOException {
    int major = majorOf(place.data());
    Optional<ServerPrograms> ofHost = ofMajor(usable(), major);
    if (ofHost.isPresent()) {
      return ofHost.get();
    }
    if (Files.isReadable(archive)) {
      bundled();
    }
    return ofMajor(kept(), major).orElseThrow(() -> missing(major));
  }

  /// The newest there are anywhere.
  ServerPrograms newest() throws IOException {
    List<ServerPrograms> all = new ArrayList<>(usable());
    if (Files.isReadable(archive)) {
      all.add(bundled());
    }
    all.addAll(kept());
    return all.stream().max(BY_VERSION).orElseThrow(() -> missing(NEWEST_MAJOR));
  }

  /// Those of the distribution, unpacked if that archive was not unpacked before.
  private ServerPrograms bundled() throws IOException {
    String hash = Files.isReadable(archive) ? hashOf(archive) : "";
    for (ServerPrograms programs : kept()) {
      if (hash.equals(hashIn(programs))) {
        return programs;
      }
    }
    place.discard(UNPACKING);
    Path unpacking = place.directory().resolve(UNPACKING);
    ServerPrograms programs = EmbeddedPrograms.unpack(archive, unpacking);
    Files.writeString(unpacking.resolve(ARCHIVE_HASH), hash);
    String name = UNPACKED + programs.fullVersion();
    for (ServerPrograms old : kept()) {
      if (old.majorVersion() == programs.majorVersion()) {
        place.discard(UNPACKED + old.fullVersion());
      }
    }
    place.discard(name);
    place.rename(UNPACKING, name);
    return EmbeddedPrograms.in(place.directory().resolve(name)).orElseThrow();
  }

  private List<ServerPrograms> usable() {
    return installed.servers().stream()
        .filter(p -> p.majorVersion() >= OLDEST_MAJOR && p.majorVersion() <= NEWEST_MAJOR)
        .filter(p -> Files.isExecutable(p.program("initdb")))
        .toList();
  }

  /// What was unpacked here, whenever that was.
  private List<ServerPrograms> kept() throws IOException {
    List<ServerPrograms> kept = new ArrayList<>();
    try (DirectoryStream<Path> directories =
        Files.newDirectoryStream(place.directory(), UNPACKED + "*")) {
      for (Path directory : directories) {
        EmbeddedPrograms.in(directory).ifPresent(kept::add);
      }
    }
    return kept;
  }

  private BackupException missing(int major) {
    return new BackupException(
        ErrorCode.SERVER_PROGRAM_MISSING,
        "the catalog in "
            + place.directory()
            + " is a cluster of PostgreSQL "
            + major
            + ", and its programs are neither on this host nor in that directory",
        "Install the package postgresql-"
            + major
            + ", or set "
            + InstalledServers.DIRECTORIES_VARIABLE
            + " to their directory; or rebuild the catalog from the repository in a new directory.");
  }

  private static Optional<ServerPrograms> ofMajor(List<ServerPrograms> programs, int major) {
    return programs.stream().filter(p -> p.majorVersion() == major).max(BY_VERSION);
  }

  /// What stands behind the dot; nothing does in versions that are not released yet.
  private static int patch(ServerPrograms programs) {
    String version = programs.fullVersion();
    int dot = version.indexOf('.');
    String digits = version.substring(dot + 1).replaceFirst("\\D.*", "");
    return dot < 0 || digits.isEmpty() || digits.length() > 6 ? -1 : Integer.parseInt(digits);
  }

  private static int majorOf(Path data) throws IOException {
    try (InputStream in = Files.newInputStream(data.resolve("PG_VERSION"))) {
      String text = new String(in.readNBytes(VERSION_BYTES_MAX), StandardCharsets.UTF_8).strip();
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException(data + " has no readable PG_VERSION", e);
    }
  }

  private static String hashIn(ServerPrograms programs) throws IOException {
    Path file = programs.directory().resolveSibling(ARCHIVE_HASH);
    return Files.isRegularFile(file) ? Files.readString(file) : "none";
  }

  private static String hashOf(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
