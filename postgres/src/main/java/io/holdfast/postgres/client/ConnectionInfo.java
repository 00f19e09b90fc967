package io.holdfast.postgres.client;

import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A URL as PostgreSQL's own programs take it: a text without the password, and the environment
/// variable that holds it, which other users of the machine cannot see.
final class ConnectionInfo {
  private static final List<String> OPTIONS =
      List.of(
          "sslrootcert",
          "sslcert",
          "sslkey",
          "sslcrl",
          "channel_binding",
          "target_session_attrs",
          "options");

  private ConnectionInfo() {}

  /// `name='value'` pairs, with every value quoted.
  static String text(ConnectionUrl url, String applicationName) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("host", joined(url, Host::name));
    parts.put("port", joined(url, host -> Integer.toString(host.port())));
    parts.put("user", url.user());
    parts.put("dbname", url.database());
    parts.put("sslmode", url.sslMode().word());
    parts.put("connect_timeout", Long.toString(Math.max(2, url.connectTimeout().toSeconds())));
    parts.put("application_name", applicationName);
    OPTIONS.forEach(name -> url.option(name).ifPresent(value -> parts.put(name, value)));
    return parts.entrySet().stream()
        .map(part -> part.getKey() + "='" + quoted(part.getValue()) + "'")
        .collect(Collectors.joining(" "));
  }

  private static String joined(ConnectionUrl url, java.util.function.Function<Host, String> part) {
    return url.hosts().stream().map(part).collect(Collectors.joining(","));
  }

  private static String quoted(String value) {
    return value.replace("\\", "\\\\").replace("'", "\\'");
  }

  /// What the program needs in its environment.
  static Map<String, String> environment(ConnectionUrl url) {
    return url.password().map(Secret::expose).map(p -> Map.of("PGPASSWORD", p)).orElse(Map.of());
  }
}
