package io.holdfast.storage.web;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreUrl;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/// Checks addresses of services that people write into URLs and variables.
public final class WebEndpoint {
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

  private WebEndpoint() {}

  /// An address without a slash at the end.
  ///
  /// @param url where it stands, for the message, which does not repeat the address
  /// @throws BackupException `BAD_URL` if it is not `http` or `https` with a host, or has a user, a
  ///   query or a fragment
  public static URI of(String text, StoreUrl url) {
    try {
      URI uri = new URI(text.strip().replaceAll("/+$", ""));
      boolean isWeb = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      String path = uri.getRawPath() == null ? "" : uri.getRawPath();
      if (isWeb
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && path.matches("(/[A-Za-z0-9._-]+)*")) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // its message would quote the endpoint
    }
    throw url.bad("the endpoint is not of the form https://host or https://host:port");
  }

  /// Whether nobody on the way can read what is sent there: by `https`, or to this machine itself.
  public static boolean isPrivate(URI uri) {
    return uri.getHost() != null
        && ("https".equals(uri.getScheme())
            || ("http".equals(uri.getScheme()) && LOOPBACK.matcher(uri.getHost()).matches()));
  }

  /// Requires an endpoint to which a secret may be sent as it is.
  ///
  /// @throws BackupException `BAD_URL` if it is not [#isPrivate]
  public static void requirePrivate(URI endpoint) {
    if (!isPrivate(endpoint)) {
      throw new BackupException(
          ErrorCode.BAD_URL,
          "the endpoint is http:, where everybody on the way reads the credentials",
          "Use an endpoint with https:, and ?ca-file= if its certificate is your own.");
    }
  }
}
