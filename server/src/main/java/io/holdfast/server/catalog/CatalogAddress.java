package io.holdfast.server.catalog;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// How the catalog's database is reached.
///
/// @param jdbcUrl without user and password
public record CatalogAddress(String jdbcUrl, String user, Secret password, Properties properties) {
  /// From `postgresql://user:password@host:port/database?sslmode=…`.
  ///
  /// @throws BackupException `BAD_URL`
  public static CatalogAddress of(Secret url) {
    URI uri;
    try {
      uri = new URI(url.expose());
    } catch (URISyntaxException e) {
      throw bad("it is no URL", e);
    }
    if (!String.valueOf(uri.getScheme()).matches("postgres(ql)?") || uri.getHost() == null) {
      throw bad("it does not begin with postgresql://host", null);
    }
    String path = String.valueOf(uri.getPath());
    if (path.length() < 2) {
      throw bad("it names no database", null);
    }
    String[] userInfo = String.valueOf(uri.getRawUserInfo()).split(":", 2);
    if (uri.getRawUserInfo() == null || userInfo[0].isEmpty()) {
      throw bad("it names no user", null);
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new CatalogAddress(
        "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
        decoded(userInfo[0]),
        new Secret(userInfo.length == 2 ? decoded(userInfo[1]) : ""),
        new Properties());
  }

  private static String decoded(String text) {
    // A plus sign is itself here: this is no form.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static BackupException bad(String why, @Nullable Throwable cause) {
    return new BackupException(
        ErrorCode.BAD_URL,
        "CATALOG_URL cannot be used: " + why,
        "Give postgresql://user:password@host:port/database.",
        cause);
  }
}
