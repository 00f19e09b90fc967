package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// Where web pages come from, as browsers name it: scheme, host, and the port if it is not the
/// scheme's own.
final class WebOrigin {
  private static final int PORT_MAX = 65_535;

  private WebOrigin() {}

  /// The origin as browsers send it: in lower case, without the port that goes without saying. What
  /// is refused is not shown, since it may hold a password.
  ///
  /// @throws BackupException `BAD_ARGUMENT`
  static String parse(String text) {
    if (text.contains("*")) {
      throw bad("it has a '*', and each origin must be named");
    }
    URI url = url(text);
    String scheme = url.getScheme().toLowerCase(Locale.ROOT);
    String host = url.getHost().toLowerCase(Locale.ROOT);
    if (scheme.equals("http") && !isLoopback(host)) {
      throw bad("pages that come by plain http can be changed on the way; it must be https");
    }
    boolean isUsual = url.getPort() == -1 || url.getPort() == (scheme.equals("http") ? 80 : 443);
    return scheme + "://" + host + (isUsual ? "" : ":" + url.getPort());
  }

  private static URI url(String text) {
    try {
      URI url = new URI(text);
      boolean isWeb = url.getScheme() != null && url.getScheme().matches("(?i)https?");
      boolean hasMore =
          url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null;
      boolean isPort = url.getPort() == -1 || (url.getPort() >= 1 && url.getPort() <= PORT_MAX);
      if (isWeb && url.getHost() != null && !hasMore && isPort) {
        if (!url.getRawPath().isEmpty()) {
          throw bad("it has a path, or a '/' at the end, and an origin has none");
        }
        return url;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw bad("it is no origin as https://app.example.com or http://localhost:3000");
  }

  private static boolean isLoopback(String host) {
    String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || AddressRange.address(plain).filter(InetAddress::isLoopbackAddress).isPresent();
  }

  private static BackupException bad(String what) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        what,
        "Write what the address line of a browser begins with: https://app.example.com.");
  }
}
