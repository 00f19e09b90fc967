package io.holdfast.engine.embedded;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.basebackup.TarParser;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.ServerPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/// Unpacks the PostgreSQL that comes with the distribution.
public final class EmbeddedPrograms {
  private static final String ARCHIVE = "lib/postgres/postgres-18-linux-x86_64.txz";
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int DECODER_KIB_MAX = 128 << 10;

  private EmbeddedPrograms() {}

  /// The archive of the distribution that is unpacked at `home`.
  public static Path archiveIn(Path home) {
    return home.resolve(ARCHIVE);
  }

  /// Unpacks `archive` (a tar file in xz) into the new directory `target`.
  ///
  /// @throws BackupException `SERVER_PROGRAM_MISSING` if the archive is not there, or what was in
  ///   it does not run on this host
  public static ServerPrograms unpack(Path archive, Path target) throws IOException {
    if (!Files.isReadable(archive)) {
      throw new BackupException(
          ErrorCode.SERVER_PROGRAM_MISSING,
          "the PostgreSQL of the distribution is missing: " + archive,
          "Build the distribution with ./mvnw package, or unpack it again.");
    }
    Files.createDirectory(
        target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    TarParser parser = new TarParser(new Unpacker(target));
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = new XZInputStream(Files.newInputStream(archive), DECODER_KIB_MAX)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        parser.push(buffer, 0, read);
      }
    }
    parser.finish();
    openDirectories(target);
    return in(target)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.SERVER_PROGRAM_MISSING,
                    "the PostgreSQL in " + archive + " does not run on this host",
                    "Install PostgreSQL from the packages of the operating system."));
  }

  /// The programs that were unpacked at `target`, if they run.
  static Optional<ServerPrograms> in(Path target) throws IOException {
    return InstalledServers.in(List.of(target.resolve("bin"))).servers().stream().findFirst();
  }

  /// The server's user may be another one than ours, whatever our umask says.
  private static void openDirectories(Path target) throws IOException {
    try (Stream<Path> tree = Files.walk(target)) {
      for (Path path : tree.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)).toList()) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  /// Writes members below one directory; our own archive, but checked like a stranger's.
  private static final class Unpacker implements TarParser.Handler {
    private final Path root;
    private OutputStream out = OutputStream.nullOutputStream();
    private Path current;

    Unpacker(Path root) {
      this.root = root;
      this.current = root;
    }

    @Override
    public void directory(String name, TarParser.Attributes attributes) throws IOException {
      Files.createDirectories(inside(name));
    }

    @Override
    public void symlink(String name, String target, TarParser.Attributes attributes)
        throws IOException {
      Path link = inside(name);
      if (Path.of(target).isAbsolute() || target.contains("..")) {
        throw new IOException("the link " + name + " leads out of the archive");
      }
      Files.createDirectories(link.resolveSibling("."));
      Files.createSymbolicLink(link, Path.of(target));
    }

    @Override
    public void fileBegin(String name, TarParser.Attributes attributes) throws IOException {
      current = inside(name);
      Files.createDirectories(current.resolveSibling(".").normalize());
      out = Files.newOutputStream(current);
      boolean runs = (attributes.mode() & 0100) != 0;
      Files.setPosixFilePermissions(
          current, PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
    }

    @Override
    public void fileData(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void fileEnd() throws IOException {
      out.close();
    }

    private Path inside(String name) throws IOException {
      Path path = root.resolve(name).normalize();
      if (!path.startsWith(root)) {
        throw new IOException("the name " + name + " leads out of the archive");
      }
      return path;
    }
  }
}
