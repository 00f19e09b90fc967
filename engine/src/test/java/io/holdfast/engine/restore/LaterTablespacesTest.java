package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.StopRule;
import io.holdfast.postgres.wal.WalFact.TablespaceCreation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said about tablespaces that recovery creates; `LaterTablespaceTest` of the system tests
/// shows what would happen otherwise.
class LaterTablespacesTest {
  private static final RestorePlan.Purpose FOR_USE = new RestorePlan.Purpose.ForUse();
  private static final RestorePlan.Purpose SCRATCH =
      new RestorePlan.Purpose.Scratch("/tmp", List.of());

  @TempDir private Path directory = Path.of("");

  @Test
  void inPlaceTablespacesAreNobodysConcern() throws IOException {
    var accepted = LaterTablespaces.accept(List.of(created(1, "")), target(), Map.of(), SCRATCH);

    assertThat(accepted.target().remarks()).isEmpty();
  }

  @Test
  void anAcceptedPathIsRemarkedAndNoMoveOfTheBackupsOwn() throws IOException {
    Path there = directory.toRealPath().resolve("there");
    Map<String, String> moves = Map.of(there.toString(), there.toString(), "/old", "/new");

    var accepted =
        LaterTablespaces.accept(
            List.of(created(1, ""), created(2, there.toString())), target(), moves, FOR_USE);

    assertThat(accepted.moves()).isEqualTo(Map.of("/old", "/new"));
    assertThat(accepted.target().remarks()).singleElement().asString().contains(there.toString());
  }

  @Test
  void onlyTheRefusedOnesAreCounted() throws IOException {
    Path there = directory.toRealPath().resolve("there");
    Map<String, String> moves = Map.of(there.toString(), there.toString());
    var created =
        List.of(
            created(1, ""),
            created(2, there.toString()),
            created(3, "/srv/a=b"),
            created(4, "/srv/c"));

    assertThatThrownBy(() -> LaterTablespaces.accept(created, target(), moves, FOR_USE))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.TABLESPACE_CREATED_LATER);
              assertThat(e)
                  .hasMessageContaining("at 0/3,")
                  .hasMessageContaining("at '/srv/a=b'")
                  .hasMessageContaining("(and 1 more later)");
              assertThat(e.hint())
                  .contains("--tablespace '/srv/a\\=b'='/srv/a\\=b'")
                  .contains("--target-lsn 0/3 --target-exclusive");
            });
    assertThatThrownBy(
            () -> LaterTablespaces.accept(created.subList(0, 2), target(), moves, SCRATCH))
        .as("a scratch server never takes a path of the source")
        .isInstanceOf(BackupException.class)
        .hasMessageNotContaining("more later");
  }

  private static TablespaceCreation created(long lsn, String path) {
    return new TablespaceCreation(new Lsn(lsn), 16384 + lsn, path);
  }

  private static ResolvedTarget target() {
    return new ResolvedTarget(
        1,
        new Lsn(5),
        StopRule.AFTER_RECORD,
        Optional.empty(),
        new Lsn(0),
        new Lsn(5),
        List.of(),
        List.of(),
        List.of());
  }
}
