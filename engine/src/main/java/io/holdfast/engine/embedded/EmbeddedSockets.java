package io.holdfast.engine.embedded;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.server.ScratchReaper;
import io.holdfast.postgres.server.ServerUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// The directory in which a server's sockets lie: in the place, or, where the place's path is too
/// long for the address of a socket, in the system's directory for temporary files, with a link to
/// it in the place.
final class EmbeddedSockets {
  private static final String SOCKET_NAME = "/.s.PGSQL.5432";
  private static final String TEMPORARY = "/tmp";

  /// What the address of a socket holds, without the byte that ends it.
  private static final int SOCKET_PATH_BYTES_MAX = 107;

  private static final String ELSEWHERE_PREFIX = "holdfast-";

  private final EmbeddedPlace place;
  private final String name;

  /// @param name of the directory, or of the link to it, in the place
  EmbeddedSockets(EmbeddedPlace place, String name) {
    this.place = place;
    this.name = name;
  }

  /// Makes an empty directory that belongs to the server's user. What a server that was killed left
  /// is removed: it names processes, and their numbers may be those of strangers by now.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if no path is short enough
  Path make(Entropy entropy, Map<String, String> environment) throws IOException {
    remove();
    Path inside = place.directory().resolve(name);
    if (fits(inside)) {
      return place.makeEmpty(name);
    }
    String random = ELSEWHERE_PREFIX + HexFormat.of().formatHex(entropy.bytes(6));
    for (String parent : List.of(environment.getOrDefault("TMPDIR", TEMPORARY), TEMPORARY)) {
      Path directory = Path.of(parent).toAbsolutePath();
      Path elsewhere = directory.resolve(random);
      if (fits(elsewhere) && Files.isDirectory(directory)) {
        // Named before it is made, so that a crash leaves none that nobody knows.
        Files.createSymbolicLink(inside, elsewhere);
        Files.createDirectory(elsewhere, EmbeddedPlace.PRIVATE);
        place.give(elsewhere);
        return elsewhere;
      }
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "the path " + inside + " is too long for a server's socket, and so is that of TMPDIR",
        "Choose a directory whose path has at most "
            + (SOCKET_PATH_BYTES_MAX - SOCKET_NAME.length() - name.length() - 1)
            + " bytes.");
  }

  /// Removes the directory, if it is there.
  void remove() throws IOException {
    Path inside = place.directory().resolve(name);
    if (Files.isSymbolicLink(inside)) {
      Path elsewhere = Files.readSymbolicLink(inside);
      if (isOurs(elsewhere)) {
        ScratchReaper.deleteTree(elsewhere);
      }
      Files.delete(inside);
    } else {
      place.discard(name);
    }
  }

  /// Whether we made it: others can make what bears its name.
  private boolean isOurs(Path elsewhere) throws IOException {
    if (!Files.isDirectory(elsewhere, LinkOption.NOFOLLOW_LINKS)
        || !String.valueOf(elsewhere.getFileName()).startsWith(ELSEWHERE_PREFIX)) {
      return false;
    }
    ServerUser owner = ServerUser.ownerOf(elsewhere);
    return owner.equals(place.user()) || owner.equals(place.mine());
  }

  private static boolean fits(Path sockets) {
    return (sockets + SOCKET_NAME).getBytes(StandardCharsets.UTF_8).length <= SOCKET_PATH_BYTES_MAX;
  }
}
