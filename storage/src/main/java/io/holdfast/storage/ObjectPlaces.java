package io.holdfast.storage;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// Finds where an application keeps its files, by what a person named: a path, a `file:` URL, or a
/// URL of a scheme whose [StoreDriver] can open it for objects.
public final class ObjectPlaces {
  private static final String HINT =
      "Give a directory, as a path (/srv/app/files) or as a URL (file:///srv/app/files), or a folder"
          + " of a bucket, like s3://bucket/folder?region=eu-central-1.";

  private ObjectPlaces() {}

  /// The directory that `place` names; empty if it is a URL of another kind.
  ///
  /// @throws BackupException `BAD_URL`
  public static Optional<Path> directory(String place) {
    if (place.isBlank()) {
      throw new BackupException(ErrorCode.BAD_URL, "the place is empty", HINT);
    }
    String scheme = BlobStores.schemeOf(place);
    try {
      return switch (scheme) {
        case "" -> Optional.of(Path.of(place));
        case "file" -> Optional.of(Path.of(new URI(place)));
        default -> Optional.empty();
      };
    } catch (InvalidPathException e) {
      throw new BackupException(ErrorCode.BAD_URL, "the path cannot be read", HINT, e);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new BackupException(ErrorCode.BAD_URL, "the file: URL cannot be read", HINT, e);
    }
  }

  /// Opens what a URL names. Asks nothing: what is wrong with it shows at the first request.
  ///
  /// @throws BackupException `BAD_URL`, `BAD_CONFIGURATION` or `STORE_UNAVAILABLE`
  public static ObjectPlace open(String url, StoreContext context) {
    String scheme = BlobStores.schemeOf(url);
    // The URL itself stays out of messages: it may hold credentials.
    StoreDriver driver =
        BlobStores.driver(scheme)
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.BAD_URL, scheme + ": URLs are not supported", HINT));
    StoreUrl parsed = StoreUrl.parse(url, driver.example());
    return BlobStores.understood(
        parsed,
        () ->
            driver
                .openObjects(parsed, context)
                .orElseThrow(
                    () ->
                        new BackupException(
                            ErrorCode.BAD_URL,
                            "repositories can be at "
                                + scheme
                                + ": URLs, files of an application cannot",
                            HINT)));
  }
}
