package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Settings under a name.
///
/// @param isDefault whether accounts get it that are heard of for the first time
/// @param scope what backups by it are of: `full`, or the name of a smaller scope
public record AccountTemplate(
    String name,
    Of of,
    boolean isDefault,
    String scope,
    AccountSettings settings,
    String madeBy,
    Instant createdAt) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

  /// Whose it is.
  public enum Of {
    /// The account's own: it alone sees it.
    ACCOUNT,
    /// All accounts of the application see it, and whoever has the right `templates` writes it.
    APPLICATION;

    /// The word in the API.
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// @throws BackupException `BAD_ARGUMENT`
    static Of parse(String word) {
      return Arrays.stream(values())
          .filter(of -> of.word().equals(word))
          .findFirst()
          .orElseThrow(
              () ->
                  new BackupException(
                      ErrorCode.BAD_ARGUMENT,
                      "templates are not of " + Quoted.of(word),
                      "Say "
                          + Arrays.stream(values())
                              .map(Of::word)
                              .collect(Collectors.joining(" or "))
                          + "."));
    }
  }

  /// @throws BackupException `BAD_ARGUMENT`
  static String named(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(name) + " cannot be the name of a template",
          "Give a lower case letter or digit and up to 62 more, full stops, hyphens and"
              + " underscores among them.");
    }
    return name;
  }
}
