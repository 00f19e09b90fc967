package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.List;

/// All that is wrong with a file.
public final class ConfigProblems extends BackupException {
  private static final long serialVersionUID = 1L;

  private final String where;
  private final transient List<String> problems;

  ConfigProblems(String where, List<String> problems, String hint) {
    super(ErrorCode.BAD_CONFIGURATION, where + ": " + String.join("; ", problems), hint);
    this.where = where;
    this.problems = List.copyOf(problems);
  }

  /// The file, for people.
  public String where() {
    return where;
  }

  /// What is wrong, mostly with lines.
  public List<String> problems() {
    return problems;
  }
}
