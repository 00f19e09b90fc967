package io.holdfast.postgres.url;

import io.holdfast.base.BackupException;
import io.holdfast.base.Secret;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where a server is and how to sign in, read from
/// `postgresql://user:password@host:port,host:port/database?option=value` (also `postgres://`,
/// `jdbc:postgresql://` and the forms with a driver, `postgresql+psycopg://`). The password is
/// never printed, also not in errors.
///
/// What is left out is as with libpq: the user is the operating system's, the database has the
/// user's name, the host is the usual Unix socket where there is one, else `localhost`.
///
/// @param options those that we understand, by libpq's names; without user, password and addresses
/// @param ignored names of parameters that belong to other drivers, or that nobody knows
public record ConnectionUrl(
    List<Host> hosts,
    String user,
    Optional<Secret> password,
    String database,
    SslMode sslMode,
    Map<String, String> options,
    Set<String> ignored) {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);
  private static final Set<Integer> POOLER_PORTS = Set.of(6543, 6432);

  /// One address: a host name and port, or the directory of a Unix socket (begins with `/`).
  public record Host(String name, int port) {
    public boolean isSocketDirectory() {
      return name.startsWith("/");
    }

    /// As in a URL; for a socket, the path of its file.
    @Override
    public String toString() {
      if (isSocketDirectory()) {
        return name + "/.s.PGSQL." + port;
      }
      return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
    }
  }

  /// As libpq's `sslmode`.
  public enum SslMode {
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL;

    /// The value of the URL's parameter.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The mode with this [#word].
    public static Optional<SslMode> ofWord(String word) {
      return Arrays.stream(values()).filter(mode -> mode.word().equals(word)).findFirst();
    }
  }

  /// As libpq's `target_session_attrs`: which of several servers is meant.
  public enum TargetSession {
    ANY,
    READ_WRITE,
    READ_ONLY,
    PRIMARY,
    STANDBY,
    PREFER_STANDBY;

    /// The value of the URL's parameter.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public ConnectionUrl {
    hosts = List.copyOf(hosts);
    options = Map.copyOf(options);
    ignored = Set.copyOf(ignored);
  }

  /// @throws BackupException `BAD_URL`, without any part of the URL that could be the password's
  public static ConnectionUrl parse(Secret url) {
    return parse(url, Map.of());
  }

  /// @param environment where `PGPASSWORD` is looked up for a URL without a password
  public static ConnectionUrl parse(Secret url, Map<String, String> environment) {
    ConnectionUrl parsed = new UrlParser(url.expose().strip(), LocalDefaults.system()).parse();
    String fallback = environment.getOrDefault("PGPASSWORD", "");
    return parsed.password.isPresent() || fallback.isEmpty()
        ? parsed
        : parsed.withPassword(new Secret(fallback));
  }

  public Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /// How long connecting to one host may take.
  public Duration connectTimeout() {
    return option("connect_timeout")
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .filter(Duration::isPositive)
        .orElse(CONNECT_TIMEOUT);
  }

  public TargetSession targetSession() {
    String wanted = options.getOrDefault("target_session_attrs", TargetSession.ANY.word());
    for (TargetSession session : TargetSession.values()) {
      if (session.word().equals(wanted)) {
        return session;
      }
    }
    return TargetSession.ANY;
  }

  /// True for addresses that are known to lead to a connection pooler, through which neither
  /// replication nor exported snapshots work. `pgbouncer=false` in the URL says that it is none.
  public boolean looksLikePooler() {
    return switch (options.getOrDefault("pgbouncer", "")) {
      case "true" -> true;
      case "false" -> false;
      default ->
          hosts.stream()
              .anyMatch(
                  host ->
                      POOLER_PORTS.contains(host.port())
                          || host.name().contains("pooler.")
                          || host.name().startsWith("pgbouncer"));
    };
  }

  /// The same server, other database.
  public ConnectionUrl withDatabase(String name) {
    return new ConnectionUrl(hosts, user, password, name, sslMode, options, ignored);
  }

  private ConnectionUrl withPassword(Secret secret) {
    return new ConnectionUrl(hosts, user, Optional.of(secret), database, sslMode, options, ignored);
  }

  /// Hosts and database, for messages.
  @Override
  public String toString() {
    return String.join(",", hosts.stream().map(Host::toString).toList()) + "/" + database;
  }
}
