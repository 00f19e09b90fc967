package io.holdfast.storage.gcs;

import io.holdfast.base.BackupException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.web.WebEndpoint;
import java.net.URI;
import java.util.Set;
import java.util.regex.Pattern;

/// Where a repository lies: what a `gs:` URL says.
///
/// @param prefix what all names begin with: empty, or a key followed by `/`
/// @param endpoint without a slash at the end
/// @param caFile PEM file with the certificates of the only authorities that are trusted; empty for
///   those of the Java runtime
record GcsPlace(String bucket, String prefix, URI endpoint, String caFile) {
  private static final String GOOGLE = "https://storage.googleapis.com";
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");
  private static final Set<String> OPTIONS = Set.of("endpoint", "ca-file");

  /// @throws BackupException `BAD_URL`
  static GcsPlace of(StoreUrl url) {
    url.requireNoUser(
        "Keys do not belong into a URL: let GOOGLE_APPLICATION_CREDENTIALS name a key file, or give"
            + " the machine a service account.");
    url.requireOptions(OPTIONS);
    if (!BUCKET.matcher(url.authority()).matches()) {
      throw url.bad("what follows gs:// is not the name of a bucket");
    }
    if (!url.path().isEmpty() && !BlobKey.isKey(url.path())) {
      throw url.bad(
          "the path in the bucket may hold only a-z, A-Z, 0-9, '.', '_' and '-' between its"
              + " slashes");
    }
    String endpoint = url.option("endpoint");
    return new GcsPlace(
        url.authority(),
        url.path().isEmpty() ? "" : url.path() + "/",
        WebEndpoint.of(endpoint.isEmpty() ? GOOGLE : endpoint, url),
        url.option("ca-file"));
  }

  /// In words, for messages.
  String describe() {
    return "bucket "
        + bucket
        + (prefix.isEmpty() ? "" : ", folder " + prefix.substring(0, prefix.length() - 1))
        + (endpoint.toString().equals(GOOGLE) ? "" : ", at " + endpoint);
  }
}
