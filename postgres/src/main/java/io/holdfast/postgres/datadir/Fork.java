package io.holdfast.postgres.datadir;

/// The files that together store a relation, in the order of PostgreSQL's fork numbers.
public enum Fork {
  MAIN(""),
  FREE_SPACE_MAP("_fsm"),
  VISIBILITY_MAP("_vm"),
  INIT("_init");

  private final String suffix;

  Fork(String suffix) {
    this.suffix = suffix;
  }

  /// What follows the relation's number in the file name.
  public String suffix() {
    return suffix;
  }
}
