package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.base.Secret;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// The section `server`.
///
/// ```yaml
/// server:
///   port: 8750
///   address: 127.0.0.1
///   data: /var/lib/holdfast
///   catalogUrl: postgresql://holdfast@db1/catalog
///   tlsCertificate: /etc/holdfast/server.pem
///   tlsKey: /etc/holdfast/server-key.pem
///   externalUrl: https://backups.example
///   trustedProxies: [10.0.0.0/8]
///   sessionHours: 12
///   restoreRoots: [/srv/restores]
/// ```
///
/// @param port where it listens, if that is said; 0 for any that is free
/// @param address of this machine where it listens
/// @param data the directory of the embedded catalog
/// @param catalogUrl a database in place of the embedded catalog; it may hold a password
/// @param tls without it the server speaks plain HTTP
/// @param externalUrl what people type to reach it, without a slash at the end
/// @param trustedProxies whose word counts about where a request comes from
/// @param session how long people stay signed in
/// @param restoreRoots directories below which requests may restore clusters; nowhere if empty
public record ServerSection(
    OptionalInt port,
    InetAddress address,
    Optional<String> data,
    Optional<Secret> catalogUrl,
    Optional<Tls> tls,
    Optional<URI> externalUrl,
    List<AddressRange> trustedProxies,
    Duration session,
    List<Path> restoreRoots) {
  private static final int PORT_MAX = 65_535;
  private static final int SESSION_HOURS_MAX = 720;
  private static final Duration SESSION = Duration.ofHours(12);

  /// Where the file says nothing.
  public static final ServerSection DEFAULT =
      new ServerSection(
          OptionalInt.empty(),
          InetAddress.ofLiteral("127.0.0.1"),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          SESSION,
          List.of());

  public ServerSection {
    trustedProxies = List.copyOf(trustedProxies);
    restoreRoots = List.copyOf(restoreRoots);
  }

  /// Two PEM files.
  public record Tls(String certificate, String key) {}

  static Optional<ServerSection> read(AskedMap map) {
    OptionalInt port =
        map.value("port", ServerSection::port).map(OptionalInt::of).orElse(OptionalInt.empty());
    InetAddress address = map.value("address", ServerSection::address).orElse(DEFAULT.address());
    Optional<String> data = map.value("data", ServerSection::path);
    Optional<Secret> catalogUrl = map.value("catalogUrl", ServerSection::database);
    Optional<Tls> tls = tls(map);
    Optional<URI> externalUrl = map.value("externalUrl", ServerSection::external);
    List<AddressRange> proxies = map.list("trustedProxies", AddressRange::parse).orElse(List.of());
    Duration session = map.value("sessionHours", ServerSection::hours).orElse(SESSION);
    List<Path> roots = map.list("restoreRoots", ServerSection::root).orElse(List.of());
    map.end();
    return map.whole(
        () ->
            new ServerSection(
                port, address, data, catalogUrl, tls, externalUrl, proxies, session, roots));
  }

  /// What the environment says wins over the file.
  ServerSection over(Environment environment) {
    return new ServerSection(
        port,
        address,
        environment.text("HOLDFAST_DATA").or(() -> data),
        environment.secret("CATALOG_URL").or(() -> catalogUrl),
        tls,
        externalUrl,
        trustedProxies,
        session,
        restoreRoots);
  }

  /// What people should know who wrote this, as sentences; usually nothing.
  public List<String> remarks() {
    return address.isLoopbackAddress() || tls.isPresent()
        ? List.of()
        : List.of(
            "The server listens on "
                + address.getHostAddress()
                + " without TLS: passwords and tokens cross the network in plain text unless a"
                + " proxy in front of it takes TLS on.");
  }

  private static Optional<Tls> tls(AskedMap map) {
    Optional<String> certificate = map.value("tlsCertificate", ServerSection::path);
    Optional<String> key = map.value("tlsKey", ServerSection::path);
    if (map.has("tlsCertificate") != map.has("tlsKey")) {
      return map.whole(
          () -> {
            throw bad(
                "tlsCertificate and tlsKey belong together, and only one of them is there",
                "Name both files, or none.");
          });
    }
    return certificate.flatMap(its -> key.map(secret -> new Tls(its, secret)));
  }

  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > PORT_MAX) {
      throw bad(Quoted.of(text) + " is no port", "Give 0 to " + PORT_MAX + ".");
    }
    return Integer.parseInt(text);
  }

  private static InetAddress address(String text) {
    return AddressRange.address(text)
        .orElseThrow(
            () ->
                bad(
                    Quoted.of(text) + " is no address in figures",
                    "Write 127.0.0.1 for this machine alone, 0.0.0.0 or :: for every network."));
  }

  private static String path(String text) {
    if (text.isBlank()) {
      throw bad("it names nothing", "Name a path, or leave the line out.");
    }
    return text;
  }

  private static Path root(String text) {
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException _) {
      throw bad(Quoted.of(text) + " is no path", "Write it as /srv/restores.");
    }
    if (!path.isAbsolute() || !path.equals(path.normalize()) || path.getNameCount() == 0) {
      throw bad(
          Quoted.of(text) + " is no directory that could be a root of restores",
          "Write a whole path without '..', for example /srv/restores.");
    }
    return path;
  }

  /// Whatever is wrong with it, its text is not shown: it may hold a password.
  private static Secret database(String text) {
    if (!text.matches("postgres(ql)?://.+")) {
      throw bad("it is no URL of a PostgreSQL database", "It begins with postgresql://.");
    }
    return new Secret(text);
  }

  private static URI external(String text) {
    try {
      URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      String scheme = Optional.ofNullable(url.getScheme()).orElse("").toLowerCase(Locale.ROOT);
      boolean hasMore =
          url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null;
      if (scheme.matches("https?") && url.getHost() != null && !hasMore) {
        return url;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw bad(
        "it is no address of a web page without a user, '?' and '#'",
        "Write what people type, for example https://backups.example or"
            + " https://intranet.example/backups.");
  }

  private static Duration hours(String text) {
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > SESSION_HOURS_MAX) {
      throw bad(Quoted.of(text) + " is no number of hours", "Give 1 to " + SESSION_HOURS_MAX + ".");
    }
    return Duration.ofHours(Integer.parseInt(text));
  }

  private static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
