package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.wal.WalFact.TablespaceCreation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Tablespaces that recovery itself creates, at the path that they had on the source. Nobody can
/// move them; on the source's own host they would be the live ones. So they are refused, unless the
/// user says that such a path is meant and it is nobody's.
final class LaterTablespaces {
  private LaterTablespaces() {}

  /// What is left to decide, once recovery's own tablespaces are accepted.
  ///
  /// @param target with a remark for each of them
  /// @param moves of the tablespaces that the backup has
  record Accepted(ResolvedTarget target, Map<String, String> moves) {}

  /// @param moves what the user said, old to new location
  /// @throws BackupException `TABLESPACE_CREATED_LATER`, or that an accepted path is not empty
  static Accepted accept(
      List<TablespaceCreation> created,
      ResolvedTarget target,
      Map<String, String> moves,
      RestorePlan.Purpose purpose)
      throws IOException {
    // No path: allow_in_place_tablespaces, a directory inside the restored one.
    List<TablespaceCreation> elsewhere =
        created.stream().filter(creation -> !creation.path().isEmpty()).toList();
    List<TablespaceCreation> refused =
        elsewhere.stream().filter(creation -> !isMeant(creation, moves, purpose)).toList();
    if (!refused.isEmpty()) {
      throw refusal(refused.getFirst(), refused.size() - 1, purpose);
    }
    Map<String, String> others = new HashMap<>(moves);
    ResolvedTarget result = target;
    for (TablespaceCreation creation : elsewhere) {
      var _ = Destination.of(Path.of(creation.path()));
      others.remove(creation.path());
      result =
          result.withRemark(
              "recovery creates a tablespace at "
                  + creation.path()
                  + ": make that an empty directory of the server's user before the server starts");
    }
    return new Accepted(result, others);
  }

  private static boolean isMeant(
      TablespaceCreation creation, Map<String, String> moves, RestorePlan.Purpose purpose) {
    return purpose instanceof RestorePlan.Purpose.ForUse
        && creation.path().equals(moves.get(creation.path()));
  }

  private static BackupException refusal(
      TablespaceCreation creation, int others, RestorePlan.Purpose purpose) {
    String before = "--target-lsn " + creation.lsn() + " --target-exclusive";
    String path = Quoted.of(creation.path());
    String argument = "'" + Quoted.printable(TablespaceMove.escaped(creation.path())) + "'";
    return new BackupException(
        ErrorCode.TABLESPACE_CREATED_LATER,
        "after the start of this backup, at "
            + creation.lsn()
            + ", a tablespace was created at "
            + path
            + (others == 0 ? "" : " (and " + others + " more later)")
            + "; recovery would use that path here too, and where the source lives destroy its files",
        switch (purpose) {
          case RestorePlan.Purpose.Scratch _ ->
              "Take a new backup and prove that one, or prove this one up to there: "
                  + before
                  + ".";
          case RestorePlan.Purpose.ForUse _ ->
              "Restore a newer backup, or up to there: "
                  + before
                  + ". On a host without the source, --tablespace "
                  + argument
                  + "="
                  + argument
                  + " lets recovery use that path, which must be empty.";
        });
  }
}
