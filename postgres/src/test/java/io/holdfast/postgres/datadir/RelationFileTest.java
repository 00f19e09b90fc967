package io.holdfast.postgres.datadir;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelationFileTest {
  @Test
  void readsWhatAPathTells() {
    assertThat(RelationFile.parse("base/5/16384"))
        .contains(new RelationFile(1663, 5, 16384, Fork.MAIN, 0));
    assertThat(RelationFile.parse("global/1262_fsm"))
        .contains(new RelationFile(1664, 0, 1262, Fork.FREE_SPACE_MAP, 0));
    assertThat(RelationFile.parse("pg_tblspc/16400/PG_15_202209061/5/4294967295_vm.12"))
        .contains(new RelationFile(16400, 5, 4294967295L, Fork.VISIBILITY_MAP, 12));
    assertThat(RelationFile.parse("base/5/16384_init.1"))
        .contains(new RelationFile(1663, 5, 16384, Fork.INIT, 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "16384",
        "/16384",
        "PG_VERSION",
        "base/5",
        "base/5/PG_VERSION",
        "base/5/pg_filenode.map",
        "base/5/pg_internal.init",
        "base/5/t3_16384",
        "base/5/16384.0",
        "base/5/16384_xyz",
        "base/5/016384",
        "base/x/16384",
        "base/5/6/16384",
        "global/pg_control",
        "global/5/1262",
        "pg_xact/0000",
        "pg_xact/1000",
        "pg_multixact/members/1234",
        "pg_tblspc/16400",
        "pg_tblspc/16400/5/16401",
        "pg_tblspc/16400/PG_15_202209061/16401",
        "base/5/99999999999",
      })
  void everythingElseIsNoRelationFile(String path) {
    assertThat(RelationFile.parse(path)).isEmpty();
  }

  @Test
  void laterSegmentsBeginAtLaterBlocks() {
    assertThat(RelationFile.parse("base/5/16384.70000").orElseThrow().firstBlock(131072))
        .isEqualTo(70000L * 131072);
  }

  @Test
  void knowsWhatACopyLeavesOut() {
    assertThat(
            java.util.stream.Stream.of(
                    "postmaster.pid",
                    "pg_wal/000000010000000000000001",
                    "pg_replslot/s/state",
                    "base/5/pg_internal.init.12",
                    "base/5/t3_16384_fsm.1",
                    "base/pgsql_tmp/pgsql_tmp1.0",
                    "backup_label")
                .filter(path -> !DataDirectoryLayout.isLeftOut(path)))
        .isEmpty();
    assertThat(
            java.util.stream.Stream.of(
                    "PG_VERSION",
                    "base/5/16384",
                    "pg_xact/0000",
                    "global/pg_control",
                    "postgresql.auto.conf",
                    "base/5/pg_filenode.map",
                    "pg_stat/pgstat.stat",
                    "backup_label.old")
                .filter(DataDirectoryLayout::isLeftOut))
        .isEmpty();
  }
}
