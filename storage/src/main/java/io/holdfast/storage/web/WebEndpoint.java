package io.holdfast.storage.web;

import io.holdfast.base.BackupException;
import io.holdfast.storage.StoreUrl;
import java.net.URI;
import java.net.URISyntaxException;

/// Checks addresses of services that people write into URLs and variables.
public final class WebEndpoint {
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
}
