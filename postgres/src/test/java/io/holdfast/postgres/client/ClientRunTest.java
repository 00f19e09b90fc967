package io.holdfast.postgres.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientRunTest {
  @TempDir Path directory = Path.of("");

  @Test
  void aProgramThatIsNotBesideTheOthersIsNamed() {
    ClientPrograms programs = new ClientPrograms(15, "15.18", directory.resolve("bin"));
    ClientRun run = new ClientRun(programs, directory, "test", new Cancellation());
    assertThatThrownBy(() -> run.runLocally(ClientProgram.PG_DUMPALL, List.of()))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("bin/pg_dumpall cannot be run");
  }
}
