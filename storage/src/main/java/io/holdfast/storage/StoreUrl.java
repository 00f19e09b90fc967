package io.holdfast.storage;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A URL of a store, taken apart: `scheme://user@authority/path?option=value&...`. No message holds
/// more of it than names of options: somebody may have put a password anywhere.
///
/// @param scheme in lower case
/// @param user what stands before the `@`, decoded; empty where nothing does
/// @param authority what follows `//` (a bucket, a host, a host and a port), without the user
/// @param path decoded, without slashes at either end; empty for the root
/// @param options what follows the `?`, decoded, each name once
/// @param example a good URL, for hints
public record StoreUrl(
    String scheme,
    String user,
    String authority,
    String path,
    Map<String, String> options,
    String example) {
  private static final int LENGTH_MAX = 4096;

  public StoreUrl {
    options = Map.copyOf(options);
  }

  /// @throws BackupException `BAD_URL`, also when the URL holds a password or a fragment
  public static StoreUrl parse(String place, String example) {
    if (place.length() > LENGTH_MAX) {
      throw bad("the store's URL is longer than " + LENGTH_MAX + " characters", example);
    }
    URI uri;
    try {
      uri = new URI(place);
    } catch (URISyntaxException e) {
      // Its message quotes the URL.
      throw bad("the store's URL cannot be read", example);
    }
    String scheme = text(uri.getScheme()).toLowerCase(Locale.ROOT);
    String authority = text(uri.getRawAuthority());
    if (uri.isOpaque() || authority.isEmpty()) {
      throw bad("the store's URL says no place after '" + scheme + "://'", example);
    }
    if (uri.getRawFragment() != null) {
      throw bad("the store's URL has a part after '#', which nothing reads", example);
    }
    int at = authority.lastIndexOf('@');
    String user = at < 0 ? "" : authority.substring(0, at);
    if (user.contains(":")) {
      throw bad(
          "the store's URL holds a password; it would be seen in lists of processes and in"
              + " configuration files",
          example);
    }
    String path = text(uri.getPath()).replaceAll("^/+|/+$", "");
    return new StoreUrl(
        scheme,
        decoded(user, example),
        authority.substring(at + 1),
        path,
        options(text(uri.getRawQuery()), example),
        example);
  }

  /// @throws BackupException `BAD_URL` if there is a user
  public void requireNoUser(String hint) {
    if (!user.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_URL, "the store's URL names a user or a key before the '@'", hint);
    }
  }

  /// @throws BackupException `BAD_URL` if there is an option of another name
  public void requireOptions(Set<String> known) {
    for (String name : options.keySet()) {
      if (!known.contains(name)) {
        throw new BackupException(
            ErrorCode.BAD_URL,
            "the store's URL has an option that "
                + scheme
                + ": does not know"
                + (name.matches("[a-z-]{1,32}") ? ": " + name : ""),
            "Known are: " + String.join(", ", known.stream().sorted().toList()) + ".");
      }
    }
  }

  /// The value of an option, empty where it is not given.
  public String option(String name) {
    return options.getOrDefault(name, "");
  }

  /// An error about this URL.
  public BackupException bad(String message) {
    return bad(message, example);
  }

  private static Map<String, String> options(String query, String example) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw bad("an option of the store's URL is not of the form name=value", example);
      }
      String name = decoded(pair.substring(0, equals), example);
      if (options.put(name, decoded(pair.substring(equals + 1), example)) != null) {
        throw bad("an option of the store's URL is given twice", example);
      }
    }
    return options;
  }

  private static String decoded(String raw, String example) {
    try {
      return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw bad("the store's URL has a bad '%' sequence", example);
    }
  }

  private static String text(@Nullable String part) {
    return part == null ? "" : part;
  }

  private static BackupException bad(String message, String example) {
    return new BackupException(ErrorCode.BAD_URL, message, "Give it like this: " + example + ".");
  }

  /// Without the user and the options.
  @Override
  public String toString() {
    return scheme + "://" + authority + (path.isEmpty() ? "" : "/" + path);
  }
}
