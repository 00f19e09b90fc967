package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What somebody may do with the backups of an account. None contains another.
public enum Right {
  /// Sees backups, settings and what would come of a restore.
  VIEW,
  /// Makes backups.
  BACKUP,
  /// Takes the content of backups away as files.
  DOWNLOAD,
  /// Changes the account's data by a restore, and takes that back.
  RESTORE,
  /// Copies a backup into another account.
  COPY,
  /// Deletes backups.
  DELETE,
  /// Changes when backups are made and how long they are kept.
  SETTINGS,
  /// Lets other accounts have of backups, and declines what others share.
  SHARE,
  /// Writes templates of the whole application, which all its accounts may come to have: no role of
  /// an account has it.
  TEMPLATES;

  private static final Set<Right> OF_MEMBER = EnumSet.of(VIEW, BACKUP);

  /// The word in tokens.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What a role of a host application may do: `owner`, `member` or `viewer`.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if it is none of them
  static Set<Right> ofRole(String role) {
    return switch (role) {
      case "owner" -> EnumSet.complementOf(EnumSet.of(TEMPLATES));
      case "member" -> Collections.unmodifiableSet(OF_MEMBER);
      case "viewer" -> EnumSet.of(VIEW);
      default ->
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              Quoted.of(role) + " is no role of an account",
              "Say owner, member or viewer with the claim 'role'.");
    };
  }

  /// @throws BackupException `BAD_ARGUMENT` if one of them is none
  static Set<Right> parse(List<String> words) {
    Set<Right> rights = EnumSet.noneOf(Right.class);
    for (String word : words) {
      rights.add(
          Arrays.stream(values())
              .filter(right -> right.word().equals(word))
              .findFirst()
              .orElseThrow(
                  () ->
                      new BackupException(
                          ErrorCode.BAD_ARGUMENT,
                          Quoted.of(word) + " is no right",
                          "The claim 'rights' has some of "
                              + Arrays.stream(values())
                                  .map(Right::word)
                                  .collect(Collectors.joining(", "))
                              + ".")));
    }
    return rights;
  }
}
