package io.holdfast.tenant.restore;

import java.util.Arrays;

/// Why a row cannot be restored, or cannot be deleted.
public enum Reason {
  OTHER_OWNER("other-owner", "the key belongs to a row that is not this tenant's"),
  KEY_TAKEN("key-taken", "a row with its key is there, and is no copy of it"),
  OUTSIDE("outside", "it points to a row that is not in the backup, so it cannot be copied"),
  NOT_OF_TENANT("not-of-tenant", "the row would not belong to this tenant"),
  REFERENCE_MISSING("reference-missing", "a row of a shared table that it points to is not there"),
  PARENT_MISSING("parent-missing", "a row that it points to is neither there nor restored"),
  UNIQUE_TAKEN("unique-taken", "another row has the value, which must be unique"),
  KEY_IN_USE("key-in-use", "rows that stay point to a value that would change"),
  STILL_REFERENCED("still-referenced", "rows that stay point to it"),
  CASCADE("cascade", "deleting it would delete or change rows that are to stay"),
  CHANGED_SINCE("changed-since", "it is no more what the restore made of it"),
  /// Nothing stands in its way: it is left out because somebody asked for that.
  ERASED("erased", "it was erased, or goes with a row that was");

  private final String word;
  private final String text;

  Reason(String word, String text) {
    this.word = word;
    this.text = text;
  }

  /// As machines read it.
  public String word() {
    return word;
  }

  /// For people.
  public String text() {
    return text;
  }

  static Reason of(String word) {
    return Arrays.stream(values())
        .filter(reason -> reason.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no reason is called " + word));
  }
}
