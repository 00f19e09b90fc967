package io.holdfast.tenant.check;

/// Permanent numbers of what `scope check` finds. A number is never given another meaning.
public enum FindingCode {
  TABLE_UNCLASSIFIED(101, Severity.ERROR, "A table is neither owned nor referenced nor excluded."),
  TABLE_IN_SEVERAL_CLASSES(102, Severity.ERROR, "A table is in more than one class."),
  EXCLUSION_UNDECIDED(
      103, Severity.ERROR, "Nobody has given a real reason for leaving the table out."),
  TABLE_MISSING(104, Severity.ERROR, "The map names a table that is not there."),
  COLUMN_MISSING(105, Severity.ERROR, "The map names a column that is not there."),
  FOREIGN_KEY_MISSING(106, Severity.ERROR, "The map names a foreign key that is not there."),
  WAY_LEADS_ELSEWHERE(
      107,
      Severity.ERROR,
      "The way leads to a table that is not owned, or that has no key for it."),
  NO_WAY_TO_ROOT(108, Severity.ERROR, "Nothing leads from the table to the root."),
  DECISION_MISSING(109, Severity.ERROR, "A second way to the root is not decided."),
  NO_KEY(110, Severity.ERROR, "Nothing tells the rows of an owned table apart."),
  SCHEMA_CHANGED(111, Severity.ERROR, "The schema is not the one that the map was made for."),
  QUERY_REFUSED(112, Severity.ERROR, "The server does not take the query for a table's rows."),
  CASCADE_LEAVES_SCOPE(
      201, Severity.WARNING, "Deleting rows of the scope changes rows that are not in it."),
  ROWS_HIDDEN(202, Severity.WARNING, "Row-level security hides rows from the role."),
  TYPE_DIFFERS(203, Severity.WARNING, "The tenant column has another type than the root's key."),
  INDEX_MISSING(204, Severity.WARNING, "Finding the rows reads the whole table."),
  SCHEMA_UNRECORDED(205, Severity.WARNING, "The map does not say for which schema it was made."),
  PATTERN_FITS_NOTHING(206, Severity.WARNING, "A pattern under excluded fits no table."),
  KEY_DEFERRABLE(301, Severity.NOTE, "A unique key can be deferred."),
  COLUMNS_GENERATED(302, Severity.NOTE, "The server computes columns."),
  LARGE_OBJECTS_POSSIBLE(
      303,
      Severity.NOTE,
      "A column can hold numbers of large objects, and the map does not say so."),
  TENANT_COLUMN_LEFT_OUT(304, Severity.NOTE, "A table that is not owned has the tenant column."),
  TRIGGERS_FIRE(305, Severity.NOTE, "Triggers will fire during a restore."),
  NAMES_UNINDEXED(
      306,
      Severity.NOTE,
      "Looking whether rows of others name the same file or large object reads the whole table.");

  /// How bad it is.
  public enum Severity {
    /// The map cannot be used.
    ERROR,
    /// It can be used, and something will go wrong one day.
    WARNING,
    /// Good to know.
    NOTE
  }

  private final int number;
  private final Severity severity;
  private final String meaning;

  FindingCode(int number, Severity severity, String meaning) {
    this.number = number;
    this.severity = severity;
    this.meaning = meaning;
  }

  public Severity severity() {
    return severity;
  }

  /// One sentence for the reference manual.
  public String meaning() {
    return meaning;
  }

  /// As people see it, for example `SC-101`.
  public String label() {
    return "SC-" + number;
  }
}
