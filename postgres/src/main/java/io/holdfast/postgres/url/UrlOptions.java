package io.holdfast.postgres.url;

import java.util.Map;
import java.util.Set;

/// Names of URL parameters: ours, synonyms that drivers use, and those that other drivers need and
/// that mean nothing here.
final class UrlOptions {
  /// Understood, by libpq's names.
  private static final Set<String> OWN =
      Set.of(
          "application_name",
          "channel_binding",
          "connect_timeout",
          "dbname",
          "host",
          "options",
          "password",
          "pgbouncer",
          "port",
          "sslcert",
          "sslkey",
          "sslmode",
          "sslrootcert",
          "target_session_attrs",
          "user");

  /// What other drivers call them.
  private static final Map<String, String> SYNONYMS =
      Map.of(
          "ApplicationName", "application_name",
          "channelBinding", "channel_binding",
          "connectTimeout", "connect_timeout",
          "database", "dbname",
          "ssl", "sslmode",
          "targetServerType", "target_session_attrs",
          "username", "user");

  /// Parameters of libpq that would make a connection safer than we would: never dropped silently.
  private static final Set<String> SAFETY =
      Set.of("sslcrl", "sslcrldir", "sslpassword", "requirepeer", "require_auth", "sslcertmode");

  private static final Set<String> HARMLESS_SSL =
      Set.of("sslaccept", "sslcompression", "sslsni", "sslidentity");

  /// What becomes of a parameter.
  enum Kind {
    OWN,
    REFUSED,
    IGNORED
  }

  private UrlOptions() {}

  static String canonical(String name) {
    return SYNONYMS.getOrDefault(name, name);
  }

  static Kind kind(String name) {
    if (OWN.contains(name)) {
      return Kind.OWN;
    }
    boolean looksLikeSafety = name.startsWith("ssl") && !HARMLESS_SSL.contains(name);
    return SAFETY.contains(name) || looksLikeSafety || isMisspelt(name)
        ? Kind.REFUSED
        : Kind.IGNORED;
  }

  /// Whether one letter was left out, added or changed in the name of an option of ours.
  private static boolean isMisspelt(String name) {
    return OWN.stream().anyMatch(own -> own.length() > 4 && isNear(own, name));
  }

  private static boolean isNear(String a, String b) {
    int head = 0;
    int shorter = Math.min(a.length(), b.length());
    while (head < shorter && a.charAt(head) == b.charAt(head)) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && a.charAt(a.length() - 1 - tail) == b.charAt(b.length() - 1 - tail)) {
      tail++;
    }
    return Math.max(a.length(), b.length()) - head - tail <= 1;
  }
}
