package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What an account lets another one do with a backup. None of them changes anything of the account
/// that shares.
public enum SharedRight {
  /// Sees that it is there.
  VIEW,
  /// Takes its content away as a file.
  DOWNLOAD,
  /// Copies its content into its own account.
  RESTORE;

  /// The word in the API and in the catalog.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whoever has any of them also sees the backup.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if one of them is none
  static Set<SharedRight> parse(List<String> words) {
    Set<SharedRight> rights = EnumSet.of(VIEW);
    words.forEach(word -> rights.add(parse(word)));
    return rights;
  }

  private static SharedRight parse(String word) {
    return Arrays.stream(values())
        .filter(right -> right.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    Quoted.of(word) + " cannot be shared",
                    "Give some of "
                        + Arrays.stream(values())
                            .map(SharedRight::word)
                            .collect(Collectors.joining(", "))
                        + "."));
  }
}
