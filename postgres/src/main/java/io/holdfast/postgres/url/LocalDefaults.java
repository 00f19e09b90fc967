package io.holdfast.postgres.url;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

/// What a URL means by leaving things out.
///
/// @param user the operating system's name for who runs us
/// @param host the address of the local server that listens at a port
record LocalDefaults(String user, IntFunction<String> host) {
  private static final List<String> SOCKET_DIRECTORIES =
      List.of("/var/run/postgresql", "/run/postgresql", "/tmp");

  static LocalDefaults system() {
    return new LocalDefaults(System.getProperty("user.name", "postgres"), LocalDefaults::local);
  }

  private static String local(int port) {
    return SOCKET_DIRECTORIES.stream()
        .filter(directory -> Files.exists(Path.of(directory, ".s.PGSQL." + port)))
        .findFirst()
        .orElse("localhost");
  }
}
