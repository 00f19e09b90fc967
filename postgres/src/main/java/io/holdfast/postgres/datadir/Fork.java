package io.holdfast.postgres.datadir;

/// The files that together store a relation.
public enum Fork {
  MAIN(0, ""),
  FREE_SPACE_MAP(1, "_fsm"),
  VISIBILITY_MAP(2, "_vm"),
  INIT(3, "_init");

  private final int number;
  private final String suffix;

  Fork(int number, String suffix) {
    this.number = number;
    this.suffix = suffix;
  }

  /// PostgreSQL's number for it, as WAL has it.
  public int number() {
    return number;
  }

  /// What follows the relation's number in the file name.
  public String suffix() {
    return suffix;
  }
}
