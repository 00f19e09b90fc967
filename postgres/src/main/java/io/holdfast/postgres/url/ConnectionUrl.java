package io.holdfast.postgres.url;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Where a server is and how to sign in, read from
/// `postgresql://user:password@host:port,host:port/database?option=value` (also `postgres://` and
/// `jdbc:postgresql://`). The password is never printed, also not in errors.
public record ConnectionUrl(
    List<Host> hosts,
    String user,
    Optional<Secret> password,
    String database,
    SslMode sslMode,
    Map<String, String> options) {
  private static final int HOSTS_MAX = 32;
  private static final Set<String> FOREIGN_OPTIONS =
      Set.of(
          "pgbouncer",
          "schema",
          "connection_limit",
          "pool_timeout",
          "sslaccept",
          "socket_timeout",
          "statement_cache_size",
          "supa",
          "workaround",
          "channel_binding",
          "options",
          "pool_mode");
  private static final Set<String> OWN_OPTIONS =
      Set.of(
          "sslrootcert",
          "connect_timeout",
          "target_session_attrs",
          "application_name",
          "host",
          "port",
          "user",
          "password",
          "dbname",
          "sslmode",
          "ssl",
          "gssencmode",
          "keepalives");

  /// One address: a host name and port, or the directory of a Unix socket (begins with `/`).
  public record Host(String name, int port) {
    public boolean isSocketDirectory() {
      return name.startsWith("/");
    }

    @Override
    public String toString() {
      return isSocketDirectory() ? name + "/.s.PGSQL." + port : name + ":" + port;
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
  }

  public ConnectionUrl {
    hosts = List.copyOf(hosts);
    options = Map.copyOf(options);
  }

  public static ConnectionUrl parse(Secret url) {
    return new UrlParser(url.expose().strip()).parse();
  }

  static boolean isForeign(String option) {
    return FOREIGN_OPTIONS.contains(option);
  }

  static boolean isOwn(String option) {
    return OWN_OPTIONS.contains(option);
  }

  public Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /// True for addresses that are known to lead to a connection pooler, through which neither
  /// replication nor exported snapshots work.
  public boolean looksLikePooler() {
    return options.getOrDefault("pgbouncer", "").equals("true")
        || hosts.stream()
            .anyMatch(h -> h.port() == 6543 || h.port() == 6432 || h.name().contains("pooler."));
  }

  /// The same server, other database.
  public ConnectionUrl withDatabase(String name) {
    return new ConnectionUrl(hosts, user, password, name, sslMode, options);
  }

  /// Hosts and database, for messages.
  @Override
  public String toString() {
    return String.join(",", hosts.stream().map(Host::toString).toList()) + "/" + database;
  }

  /// Splits the text; on any error says which part is wrong without the password.
  private static final class UrlParser {
    private final String text;

    UrlParser(String text) {
      this.text = text;
    }

    ConnectionUrl parse() {
      String rest = withoutScheme();
      Map<String, String> query = new TreeMap<>();
      int question = rest.indexOf('?');
      if (question >= 0) {
        readQuery(rest.substring(question + 1), query);
        rest = rest.substring(0, question);
      }
      String path = "";
      int slash = rest.indexOf('/');
      if (slash >= 0) {
        path = decode(rest.substring(slash + 1));
        rest = rest.substring(0, slash);
      }
      String user = query.getOrDefault("user", "");
      Optional<Secret> password = Optional.ofNullable(query.get("password")).map(Secret::new);
      int at = rest.lastIndexOf('@');
      if (at >= 0) {
        String login = rest.substring(0, at);
        rest = rest.substring(at + 1);
        int colon = login.indexOf(':');
        user = decode(colon < 0 ? login : login.substring(0, colon));
        if (colon >= 0) {
          password = Optional.of(new Secret(decode(login.substring(colon + 1))));
        }
      }
      if (user.isEmpty()) {
        user = "postgres";
      }
      String database = query.getOrDefault("dbname", path.isEmpty() ? user : path);
      return new ConnectionUrl(hosts(rest, query), user, password, database, sslMode(query), query);
    }

    private String withoutScheme() {
      for (String scheme : List.of("jdbc:postgresql://", "postgresql://", "postgres://")) {
        if (text.startsWith(scheme)) {
          return text.substring(scheme.length());
        }
      }
      throw bad("it does not begin with postgresql://");
    }

    private void readQuery(String query, Map<String, String> into) {
      for (String pair : query.split("&")) {
        if (pair.isEmpty()) {
          continue;
        }
        int equals = pair.indexOf('=');
        if (equals < 1) {
          throw bad("its option '" + decode(pair) + "' has no value");
        }
        String name = decode(pair.substring(0, equals));
        if (!isForeign(name) && !isOwn(name)) {
          throw bad("its option '" + name + "' is not known");
        }
        into.put(name, decode(pair.substring(equals + 1)));
      }
    }

    private List<Host> hosts(String text, Map<String, String> query) {
      String list = text.isEmpty() ? query.getOrDefault("host", "localhost") : text;
      int defaultPort = query.containsKey("port") ? port(query.getOrDefault("port", "")) : 5432;
      var hosts = new ArrayList<Host>();
      for (String item : list.split(",", -1)) {
        hosts.add(host(item, defaultPort));
      }
      if (hosts.size() > HOSTS_MAX) {
        throw bad("it names more than " + HOSTS_MAX + " hosts");
      }
      return hosts;
    }

    private Host host(String item, int defaultPort) {
      String decoded = decode(item);
      if (decoded.startsWith("/")) {
        return new Host(decoded, defaultPort);
      }
      if (decoded.startsWith("[")) {
        int end = decoded.indexOf(']');
        if (end < 0) {
          throw bad("its IPv6 address has no ']'");
        }
        String after = decoded.substring(end + 1);
        return new Host(
            decoded.substring(1, end),
            after.startsWith(":") ? port(after.substring(1)) : defaultPort);
      }
      int colon = decoded.lastIndexOf(':');
      String name = colon < 0 ? decoded : decoded.substring(0, colon);
      if (name.isEmpty() && colon >= 0) {
        name = "localhost";
      }
      if (name.isEmpty() || name.contains(":") || name.contains(" ")) {
        throw bad("its host '" + name + "' cannot be read");
      }
      return new Host(name, colon < 0 ? defaultPort : port(decoded.substring(colon + 1)));
    }

    private int port(String text) {
      try {
        int port = Integer.parseInt(text);
        if (port >= 1 && port <= 65_535) {
          return port;
        }
      } catch (NumberFormatException _) {
        // Falls through to the message, which is the same for both.
      }
      throw bad("its port is not a number from 1 to 65535");
    }

    private SslMode sslMode(Map<String, String> query) {
      String wanted = query.get("sslmode");
      if (wanted == null) {
        return query.getOrDefault("ssl", "").equals("true") ? SslMode.VERIFY_FULL : SslMode.PREFER;
      }
      for (SslMode mode : SslMode.values()) {
        if (mode.word().equals(wanted)) {
          return mode;
        }
      }
      throw bad("its sslmode '" + wanted + "' is not known");
    }

    private String decode(String part) {
      try {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw bad("it has a '%' that is not followed by two hexadecimal digits");
      }
    }

    private static BackupException bad(String why) {
      return new BackupException(
          ErrorCode.BAD_URL,
          "the database URL cannot be read: " + why,
          "Write it as postgresql://user:password@host:5432/database?sslmode=verify-full"
              + " (special characters in the password as %40 and so on).");
    }
  }
}
