package io.holdfast.storage;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds the store that a person named: a path, a `file:` URL, or a URL of a scheme that a
/// [StoreDriver] on the class path takes.
public final class BlobStores {
  private static final Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]+):.*");

  /// What an `init` that was cut off may have left, and what a fresh file system holds.
  private static final Set<String> EXPECTED =
      Set.of(
          LeftoverFiles.DIRECTORY,
          "check",
          "forgot",
          "idx",
          "keys",
          "log",
          "packs",
          "probe",
          "wal",
          "maint",
          "lost+found");

  private BlobStores() {}

  /// Opens the store at `place`, which must exist. Writes nothing. A store over a network may not
  /// be asked yet: what is wrong with it shows at the first request.
  ///
  /// @throws BackupException `BAD_URL`, `REPOSITORY_MISSING` where there is nothing at all,
  ///   `REPOSITORY_PLACE_UNUSABLE` or `STORE_UNAVAILABLE`
  public static BlobStore open(String place, StoreContext context) {
    return switch (placeOf(place)) {
      case Place.Directory(Path directory) -> LocalPlace.open(directory, context);
      case Place.Driven(StoreDriver driver, StoreUrl url) ->
          understood(url, () -> driver.open(url, context));
    };
  }

  /// Makes the directory where it is missing (other stores: what their kind lets users make),
  /// proves that blobs can be put into it and are never overwritten, and opens it. What it holds
  /// already is left alone.
  ///
  /// @throws BackupException `BAD_URL`, or `REPOSITORY_PLACE_UNUSABLE` when a file is in the way,
  ///   something may not be written or the store has no safe put; `REPOSITORY_MISSING` where a
  ///   bucket is not there; `STORE_UNAVAILABLE`
  public static BlobStore create(String place, StoreContext context) {
    return switch (placeOf(place)) {
      case Place.Directory(Path directory) -> LocalPlace.create(directory, context);
      case Place.Driven(StoreDriver driver, StoreUrl url) ->
          understood(url, () -> proved(driver.create(url, context)));
    };
  }

  /// Requires that [#create] would not mix a repository with files of others.
  ///
  /// @throws BackupException as [#create]
  public static void requireUsable(String place, StoreContext context) {
    switch (placeOf(place)) {
      case Place.Directory(Path directory) -> LocalPlace.requireUsable(directory, EXPECTED);
      case Place.Driven(StoreDriver driver, StoreUrl url) ->
          understood(
              url,
              () -> {
                try (BlobStore store = driver.open(url, context)) {
                  requireOwnNames(store);
                  return true;
                }
              });
    }
  }

  /// The directory that `place` names; empty if it names a store of another kind.
  ///
  /// @throws BackupException `BAD_URL`
  public static Optional<Path> directory(String place) {
    return placeOf(place) instanceof Place.Directory(Path directory)
        ? Optional.of(directory)
        : Optional.empty();
  }

  private static Place placeOf(String place) {
    if (place.isBlank()) {
      throw badUrl("the repository's place is empty");
    }
    if (place.startsWith("~")) {
      throw badUrl("the path " + place + " begins with '~', which only a shell replaces");
    }
    // The URL itself stays out of messages: it may hold credentials.
    String scheme = schemeOf(place);
    try {
      if (scheme.isEmpty()) {
        return new Place.Directory(Path.of(place).toAbsolutePath().normalize());
      }
      if (scheme.equals("file")) {
        return new Place.Directory(Path.of(new URI(place)).normalize());
      }
      return driver(scheme)
          .<Place>map(driver -> new Place.Driven(driver, StoreUrl.parse(place, driver.example())))
          .orElseThrow(() -> badUrl("repositories at " + scheme + ": URLs are not supported"));
    } catch (URISyntaxException | IllegalArgumentException e) {
      String what = e instanceof InvalidPathException ? "path" : "file: URL";
      throw new BackupException(
          ErrorCode.BAD_URL, "cannot read the " + what + " of the repository", supported(), e);
    }
  }

  /// The scheme of a URL, in lower case; empty for a path.
  static String schemeOf(String place) {
    Matcher matcher = SCHEME.matcher(place);
    return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
  }

  static Optional<StoreDriver> driver(String scheme) {
    return drivers().stream().filter(driver -> driver.schemes().contains(scheme)).findFirst();
  }

  private static List<StoreDriver> drivers() {
    return ServiceLoader.load(StoreDriver.class, BlobStores.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(StoreDriver::example))
        .toList();
  }

  private static String supported() {
    String others =
        drivers().stream().map(driver -> ", or " + driver.example()).collect(Collectors.joining());
    return "Give a directory, as a path (/srv/backups) or as a URL (file:///srv/backups)"
        + others
        + ".";
  }

  private static BackupException badUrl(String message) {
    return new BackupException(ErrorCode.BAD_URL, message, supported());
  }

  private static BlobStore proved(BlobStore store) throws IOException {
    try {
      StoreCapabilities capabilities = store.capabilities();
      if (capabilities.putIfAbsent() == Support.NO) {
        throw new BackupException(
            ErrorCode.REPOSITORY_PLACE_UNUSABLE,
            "blobs cannot be put safely into " + store.describe() + ": " + capabilities.remark(),
            "A repository needs a store that takes new blobs and refuses to overwrite old ones.");
      }
      return store;
    } catch (IOException | RuntimeException e) {
      try {
        store.close();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /// Stops at the first name that no repository has: a bucket may hold millions.
  private static void requireOwnNames(BlobStore store) throws IOException {
    try {
      store.names(
          "",
          name -> {
            if (!EXPECTED.contains(name) && !name.equals("format")) {
              throw new BackupException(
                  ErrorCode.REPOSITORY_PLACE_UNUSABLE,
                  store.describe() + " is not empty: it holds " + name,
                  "Choose a place that is empty, for example one more folder at the end of the"
                      + " URL.");
            }
          });
    } catch (BackupException e) {
      // A repository is refused later, in words of its own.
      if (store.stat(new BlobKey("format/v1")).isEmpty()) {
        throw e;
      }
    }
  }

  /// Runs a driver and gives its failures a code.
  static <T> T understood(StoreUrl url, DriverWork<T> work) {
    try {
      return work.run();
    } catch (StoreRefusedException e) {
      throw new BackupException(e.code(), LocalFailures.reason(e), e.advice(), e);
    } catch (InterruptedIOException e) {
      throw new BackupException(ErrorCode.CANCELLED, url + ": interrupted", "", e);
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.STORE_UNAVAILABLE,
          url + ": " + LocalFailures.reason(e),
          "Check the store and the way to it, and try again.",
          e);
    }
  }

  /// Opens something.
  interface DriverWork<T> {
    T run() throws IOException;
  }

  /// What a person named.
  private sealed interface Place {
    record Directory(Path directory) implements Place {}

    record Driven(StoreDriver driver, StoreUrl url) implements Place {}
  }
}
