package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.ServerProgram;
import io.holdfast.engine.api.World;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Flags;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server says before it starts.
class HoldfastServerTest {
  @TempDir private Path directory;

  @Test
  void aRepositoryThatIsNotThereIsSaidAtOnce() {
    Configuration configuration =
        new Configuration(
            new Environment(
                Map.of(
                    "BACKUP_DIR",
                    directory.resolve("none").toString(),
                    "BACKUP_ENCRYPTION_KEY",
                    "5e".repeat(32),
                    "CATALOG_URL",
                    "postgresql://nobody@127.0.0.1:1/none")),
            directory,
            World.real(),
            Optional.empty());
    assertThatThrownBy(
            () ->
                new HoldfastServer()
                    .serve(
                        configuration,
                        new ServerProgram.Request(Flags.NONE, OptionalInt.of(0), Optional.empty()),
                        new Cancellation(),
                        _ -> {}))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              if (e.code() != ErrorCode.REPOSITORY_MISSING) {
                throw new AssertionError(e.code() + " " + e.text(), e);
              }
            });
  }
}
