package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalSupplyTest {
  private static final long GIB = 1L << 30;
  private static final Path TO = Path.of("/srv/restored");
  private static final WalSupply.Space PLENTY = new WalSupply.Space(GIB, GIB, 4 * GIB);
  private static final WalSupply.Space DATA_ONLY = new WalSupply.Space(GIB, 5 * GIB, 3 * GIB);
  private static final WalSupply.Space NOTHING = new WalSupply.Space(GIB, GIB, GIB);

  @TempDir private Path home = Path.of("");

  @BeforeEach
  void install() throws IOException {
    Path program = Files.createDirectory(home.resolve("bin")).resolve("holdfast");
    Files.writeString(program, "#!/bin/sh\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void stagesWalWhereItFitsAndFetchesItOnDemandWhereNot() {
    assertThat(decide(WalChoice.AUTO, PLENTY, Optional.of(home)))
        .isInstanceOf(WalSupply.Staged.class);
    assertThat(decide(WalChoice.AUTO, DATA_ONLY, Optional.of(home)))
        .isEqualTo(new WalSupply.OnDemand(home.resolve("bin/holdfast"), "/srv/backups"));
    assertThat(decide(WalChoice.ON_DEMAND, PLENTY, Optional.of(home)))
        .isInstanceOf(WalSupply.OnDemand.class);
  }

  @Test
  void refusesWhatDoesNotFit() {
    refused(ErrorCode.NO_SPACE, WalChoice.STAGED, DATA_ONLY, Optional.of(home));
    refused(ErrorCode.NO_SPACE, WalChoice.AUTO, NOTHING, Optional.of(home));
    refused(ErrorCode.NO_SPACE, WalChoice.ON_DEMAND, NOTHING, Optional.of(home));
  }

  @Test
  void countsTheCopyThatTheServerKeepsWhileItReplays() {
    long reserve = WalSupply.RESERVE_BYTES;
    assertThat(
            decide(
                WalChoice.STAGED,
                new WalSupply.Space(GIB, 8, GIB + 16 + reserve),
                Optional.empty()))
        .isInstanceOf(WalSupply.Staged.class);
    refused(
        ErrorCode.NO_SPACE,
        WalChoice.STAGED,
        new WalSupply.Space(GIB, 8, GIB + 15 + reserve),
        Optional.empty());
    assertThat(
            decide(
                WalChoice.ON_DEMAND,
                new WalSupply.Space(GIB, 50 * GIB, 2 * GIB + reserve),
                Optional.of(home)))
        .isInstanceOf(WalSupply.OnDemand.class);
    refused(
        ErrorCode.NO_SPACE,
        WalChoice.ON_DEMAND,
        new WalSupply.Space(GIB, 50 * GIB, 2 * GIB + reserve - 1),
        Optional.of(home));
  }

  @Test
  void refusesOnDemandWithoutAnInstalledProgram() throws IOException {
    refused(ErrorCode.BAD_ARGUMENT, WalChoice.ON_DEMAND, PLENTY, Optional.empty());
    refused(ErrorCode.BAD_ARGUMENT, WalChoice.AUTO, DATA_ONLY, Optional.empty());
    Files.delete(home.resolve("bin/holdfast"));
    refused(ErrorCode.BAD_ARGUMENT, WalChoice.ON_DEMAND, PLENTY, Optional.of(home));
  }

  @Test
  void writesARestoreCommandThatAShellAndTheServerReadAsMeant() {
    assertThat(new WalSupply.Staged().restoreCommand()).isEqualTo("cp \"holdfast_wal/%f\" \"%p\"");
    assertThat(
            new WalSupply.OnDemand(Path.of("/opt/it's 100%/bin/holdfast"), "/r").restoreCommand())
        .isEqualTo(
            "'/opt/it'\\''s 100%%/bin/holdfast' wal fetch --capability holdfast_wal.capability"
                + " \"%f\" \"%p\"");
  }

  @Test
  void knowsItsWords() {
    assertThat(WalChoice.parse("on-demand")).isEqualTo(WalChoice.ON_DEMAND);
    assertThatThrownBy(() -> WalChoice.parse("never")).isInstanceOf(BackupException.class);
  }

  private static WalSupply decide(
      WalChoice choice, WalSupply.Space space, Optional<Path> installed) {
    return WalSupply.decide(choice, space, TO, installed, "/srv/backups");
  }

  private static void refused(
      ErrorCode code, WalChoice choice, WalSupply.Space space, Optional<Path> installed) {
    assertThatThrownBy(() -> decide(choice, space, installed))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.hint()).isNotEmpty();
            });
  }
}
