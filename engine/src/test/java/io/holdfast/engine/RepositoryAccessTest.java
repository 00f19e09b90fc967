package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A directory that goes away is waited for, but not for long.
class RepositoryAccessTest {
  private static final BlobKey FORMAT = new BlobKey("format/v1");

  @TempDir private Path directory = Path.of("");
  private final List<Duration> pauses = new ArrayList<>();
  private Path repository = Path.of("");
  private Path away = Path.of("");

  @BeforeEach
  void makeRepository() {
    repository = directory.resolve("repository");
    away = directory.resolve("away");
    new RepositoryAccess(TestEngine.context())
        .init(TestEngine.settings(repository))
        .repository()
        .close();
  }

  @Test
  void aStoreThatIsGoneForAMomentIsReadAgain() throws IOException {
    try (BlobStore store =
        access(
                _ -> {
                  try {
                    Files.move(away, repository);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                })
            .openStore(repository.toString())) {
      Files.move(repository, away);
      assertThat(store.get(FORMAT, 1 << 16)).isNotEmpty();
      assertThat(pauses).hasSize(1);
    }
  }

  @Test
  void aStoreThatStaysAwayFailsWithinTwoSeconds() throws IOException {
    try (BlobStore store = access(_ -> {}).openStore(repository.toString())) {
      Files.move(repository, away);
      assertThatThrownBy(() -> store.get(FORMAT, 1 << 16))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(pauses).isNotEmpty();
      assertThat(pauses.stream().mapToLong(Duration::toMillis).sum()).isLessThanOrEqualTo(2000);
    }
  }

  private RepositoryAccess access(Pause whilePausing) {
    return new RepositoryAccess(
        new EngineContext(
            InstantSource.system(),
            Entropy.secure(),
            duration -> {
              pauses.add(duration);
              whilePausing.await(duration);
            },
            Progress.NONE,
            new Cancellation(),
            Map.of()));
  }
}
