package io.holdfast.storage.s3;

import io.holdfast.base.BackupException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUrl;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;

/// Where a repository or an application's folder lies: what an `s3:` URL and the environment say.
///
/// @param bucket its name, or the alias of an access point
/// @param prefix what all keys begin with: empty, or a key followed by `/`
/// @param endpoint of a store that is not Amazon's, `http` or `https`; empty for Amazon's
/// @param region empty where the AWS configuration says it
/// @param caFile PEM file with the certificates of the only authorities that are trusted; empty for
///   those of the Java runtime
record S3Place(
    String bucket,
    String prefix,
    String endpoint,
    String region,
    Addressing addressing,
    String caFile) {
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final Pattern DOTS = Pattern.compile("(^|/)\\.{1,2}(/|$)");
  private static final Set<String> OPTIONS = Set.of("endpoint", "region", "path-style", "ca-file");

  /// Where the bucket's name stands in a request: in the path or before the host name.
  enum Addressing {
    PATH,
    HOST
  }

  /// @throws BackupException `BAD_URL`
  static S3Place of(StoreUrl url, StoreContext context) {
    S3Place place = ofObjects(url, context);
    if (!url.path().isEmpty() && !BlobKey.isKey(url.path())) {
      throw url.bad(
          "the path in the bucket may hold only a-z, A-Z, 0-9, '.', '_' and '-' between its"
              + " slashes");
    }
    return place;
  }

  /// A folder of any name, where an application keeps its objects.
  ///
  /// @throws BackupException `BAD_URL`
  static S3Place ofObjects(StoreUrl url, StoreContext context) {
    url.requireNoUser(
        "Keys do not belong into a URL: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, use a"
            + " profile, or give the machine a role.");
    url.requireOptions(OPTIONS);
    if (!BUCKET.matcher(url.authority()).matches()) {
      throw url.bad("what follows s3:// is not the name of a bucket");
    }
    if (DOTS.matcher(url.path()).find()) {
      throw url.bad("the path in the bucket has a segment '.' or '..'");
    }
    String endpoint =
        first(
            url.option("endpoint"),
            context.variable("AWS_ENDPOINT_URL_S3"),
            context.variable("AWS_ENDPOINT_URL"));
    String region =
        first(
            url.option("region"),
            context.variable("AWS_REGION"),
            context.variable("AWS_DEFAULT_REGION"),
            endpoint.isEmpty() ? "" : "us-east-1");
    if (!region.isEmpty() && !REGION.matcher(region).matches()) {
      throw url.bad("the region is not the name of one");
    }
    return new S3Place(
        url.authority(),
        url.path().isEmpty() ? "" : url.path() + "/",
        endpoint.isEmpty() ? "" : plain(url, endpoint),
        region,
        addressing(url, endpoint),
        url.option("ca-file"));
  }

  private static Addressing addressing(StoreUrl url, String endpoint) {
    return switch (url.option("path-style")) {
      case "true" -> Addressing.PATH;
      case "false" -> Addressing.HOST;
      case "" -> endpoint.isEmpty() ? Addressing.HOST : Addressing.PATH;
      default -> throw url.bad("path-style is true or false");
    };
  }

  private static String plain(StoreUrl url, String endpoint) {
    try {
      URI uri = new URI(endpoint);
      boolean isWeb = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      String path = uri.getRawPath();
      if (isWeb
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && (path == null || path.isEmpty() || path.equals("/"))) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
      }
    } catch (URISyntaxException _) {
      // its message would quote the endpoint
    }
    throw url.bad("the endpoint is not of the form https://host or https://host:port");
  }

  private static String first(String... candidates) {
    for (String candidate : candidates) {
      if (!candidate.isBlank()) {
        return candidate.strip();
      }
    }
    return "";
  }

  /// The name of a blob in the bucket.
  String nameOf(BlobKey key) {
    return nameOf(key.value());
  }

  /// The name of an object in the bucket.
  String nameOf(String key) {
    return prefix + key;
  }

  /// In words, for messages.
  String describe() {
    return "bucket "
        + bucket
        + (prefix.isEmpty() ? "" : ", folder " + prefix.substring(0, prefix.length() - 1))
        + (endpoint.isEmpty() ? "" : ", at " + endpoint);
  }
}
