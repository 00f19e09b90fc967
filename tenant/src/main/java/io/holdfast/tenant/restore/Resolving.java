package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the rows of shared tables to which the backup's rows point, and lets these point to what
/// they are called here.
final class Resolving {
  private final Steps steps;
  private final RestoreTables tables;
  private final References references;

  Resolving(Steps steps, RestoreTables tables, References references) {
    this.steps = steps;
    this.tables = tables;
    this.references = references;
  }

  /// @return remarks
  List<String> run(References.Origin origin) throws IOException {
    List<String> remarks = new ArrayList<>();
    for (int i = 0; i < references.count(); i++) {
      steps.run(references.find(i, origin));
      remarks.addAll(substitute(i).stream().toList());
    }
    for (StagedTable staged : tables.all()) {
      steps.run(references.rewrite(staged).stream().toList());
    }
    return remarks;
  }

  private Optional<String> substitute(int number) throws IOException {
    long lost = steps.count(References.lost(number));
    Optional<String> substitute = references.substitute(number);
    if (lost == 0 || substitute.isEmpty()) {
      return Optional.empty();
    }
    long put = steps.count(substitute.get());
    if (put < lost) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          references.table(number) + " has no row that --operator names",
          "Name one that exists, by " + references.table(number) + "'s natural key.");
    }
    return Optional.of(
        put
            + " rows of "
            + references.table(number)
            + " are not there: the operator stands for them");
  }
}
