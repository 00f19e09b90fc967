package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.engine.Failures;
import io.holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Brings what was erased to where backups are copied to: who restores from there must not bring it
/// back either. Backups are copied all the same if that fails.
final class ErasureCopy {
  private final Repository from;
  private final Repository to;

  ErasureCopy(Repository from, Repository to) {
    this.from = from;
    this.to = to;
  }

  /// @return what keeps the target from knowing all of them
  List<String> run() {
    List<String> problems = new ArrayList<>();
    try {
      from.erasures()
          .forEach(
              (id, record) -> {
                boolean _ = to.erasures().bring(id, record);
              },
              damaged -> problems.addAll(failed(damaged)));
      return problems;
    } catch (IOException e) {
      return failed(Failures.toBackupException("bring erasures", e));
    } catch (BackupException e) {
      return failed(e);
    }
  }

  private static List<String> failed(BackupException e) {
    return List.of(
        "what was erased ('holdfast erasure list') is not all known in the target, so restores from"
            + " there can bring it back: "
            + e.text());
  }
}
