package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a request goes. Path and query often are the secret (whoever knows the URL of a Slack
/// webhook can write there), so no text of this type or about it has them.
///
/// One strict reader stands between what somebody typed in and the connection; nothing else reads
/// the URL again, so there is nobody to disagree with it.
public final class Endpoint {
  private static final int LENGTH_MAX = 2000;
  private static final Pattern URL =
      Pattern.compile(
          "(?i:(https?))://([^/?#@:\\[\\]]+|\\[[^/?#@\\[\\]]+])(?::([0-9]{1,5}))?"
              + "(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(\\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?");

  /// How words travel.
  enum Scheme {
    HTTPS,
    HTTP
  }

  private final Scheme scheme;
  private final HostName host;
  private final int port;
  private final String path;
  private final String query;

  private Endpoint(Scheme scheme, HostName host, int port, String path, String query) {
    this.scheme = scheme;
    this.host = host;
    this.port = port;
    this.path = path;
    this.query = query;
  }

  /// @param setting what the URL was given as; stands in messages in place of the URL
  /// @throws BackupException `BAD_URL` if it is no `https` URL, or `http` one, or names a user
  public static Endpoint parse(Secret url, String setting) {
    String text = url.expose().strip();
    Matcher matcher = URL.matcher(text);
    if (text.length() > LENGTH_MAX || !matcher.matches()) {
      throw bad(setting);
    }
    Scheme scheme = Scheme.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
    HostName host = HostName.inUrl(matcher.group(2)).orElseThrow(() -> bad(setting));
    String number = matcher.group(3);
    int port = number == null ? defaultPort(scheme) : Integer.parseInt(number);
    if (port < 1 || port > 65_535) {
      throw bad(setting);
    }
    String path = Optional.ofNullable(matcher.group(4)).orElse("/");
    String query = Optional.ofNullable(matcher.group(5)).orElse("");
    return new Endpoint(scheme, host, port, path, query);
  }

  /// The same with more at the end of the path, before the query.
  ///
  /// @param more of letters, digits, `/`, `-` and `_`
  Endpoint below(String more) {
    if (!more.matches("[A-Za-z0-9/_-]*")) {
      throw new IllegalArgumentException("no part of a path: '" + more + "'");
    }
    String base = path.endsWith("/") && more.startsWith("/") ? chopped(path) : path;
    return new Endpoint(scheme, host, port, base + more, query);
  }

  /// The same with one more parameter, whose name and value need no escape.
  Endpoint with(String name, String value) {
    if (!(name + value).matches("[A-Za-z0-9_-]*")) {
      throw new IllegalArgumentException("no parameter without an escape: '" + value + "'");
    }
    String separator = query.isEmpty() ? "?" : "&";
    return new Endpoint(scheme, host, port, path, query + separator + name + "=" + value);
  }

  Scheme scheme() {
    return scheme;
  }

  HostName host() {
    return host;
  }

  int port() {
    return port;
  }

  /// Path and query, as the request says them: secret.
  Secret target() {
    return new Secret(path + query);
  }

  /// The host as the request says it.
  String authority() {
    return port == defaultPort(scheme) ? host.inUrl() : host.inUrl() + ":" + port;
  }

  /// Scheme and host alone.
  @Override
  public String toString() {
    return scheme.name().toLowerCase(Locale.ROOT) + "://" + authority();
  }

  private static int defaultPort(Scheme scheme) {
    return switch (scheme) {
      case HTTPS -> 443;
      case HTTP -> 80;
    };
  }

  private static String chopped(String text) {
    return text.substring(0, text.length() - 1);
  }

  private static BackupException bad(String setting) {
    return new BackupException(
        ErrorCode.BAD_URL,
        "the URL of " + setting + " cannot be used",
        "Give https://HOST/PATH: no user, no fragment, addresses as four decimal numbers or as IPv6"
            + " in brackets. The URL is not shown, because it may be a secret.");
  }
}
