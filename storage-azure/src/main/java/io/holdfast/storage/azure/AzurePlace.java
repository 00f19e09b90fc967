package io.holdfast.storage.azure;

import io.holdfast.base.BackupException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.web.WebEndpoint;
import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/// Where a repository lies: what an `azure:` URL and the environment say.
///
/// @param endpoint of the account's blobs, without a slash at the end
/// @param prefix what all names begin with: empty, or a key followed by `/`
/// @param caFile PEM file with the certificates of the only authorities that are trusted; empty for
///   those of the Java runtime
record AzurePlace(String account, String container, String prefix, URI endpoint, String caFile) {
  private static final Pattern ACCOUNT = Pattern.compile("[a-z0-9]{3,24}");
  private static final Pattern CONTAINER =
      Pattern.compile("\\$root|(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*");
  private static final Set<String> OPTIONS = Set.of("endpoint", "ca-file");

  /// @throws BackupException `BAD_URL`
  static AzurePlace of(StoreUrl url, StoreContext context) {
    url.requireNoUser(
        "Keys do not belong into a URL: set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or"
            + " AZURE_STORAGE_SAS_TOKEN, or give the machine an identity.");
    url.requireOptions(OPTIONS);
    if (!ACCOUNT.matcher(url.authority()).matches()) {
      throw url.bad("what follows azure:// is not the name of a storage account");
    }
    int slash = url.path().indexOf('/');
    String container = slash < 0 ? url.path() : url.path().substring(0, slash);
    String folder = slash < 0 ? "" : url.path().substring(slash + 1);
    if (!CONTAINER.matcher(container).matches()) {
      throw url.bad("what follows the account is not the name of a container");
    }
    if (!folder.isEmpty() && !BlobKey.isKey(folder)) {
      throw url.bad(
          "the path in the container may hold only a-z, A-Z, 0-9, '.', '_' and '-' between its"
              + " slashes");
    }
    return new AzurePlace(
        url.authority(),
        container,
        folder.isEmpty() ? "" : folder + "/",
        endpoint(url, ConnectionString.of(context)),
        url.option("ca-file"));
  }

  private static URI endpoint(StoreUrl url, ConnectionString connection) {
    if (!url.option("endpoint").isEmpty()) {
      return WebEndpoint.of(url.option("endpoint"), url);
    }
    if (!connection.value("BlobEndpoint").isEmpty()) {
      return WebEndpoint.of(connection.value("BlobEndpoint"), url);
    }
    String suffix = connection.value("EndpointSuffix");
    return WebEndpoint.of(
        "https://" + url.authority() + ".blob." + (suffix.isEmpty() ? "core.windows.net" : suffix),
        url);
  }

  /// In words, for messages.
  String describe() {
    return "container "
        + container
        + " of "
        + account
        + (prefix.isEmpty() ? "" : ", folder " + prefix.substring(0, prefix.length() - 1))
        + ", at "
        + endpoint.getScheme()
        + "://"
        + endpoint.getRawAuthority();
  }
}
