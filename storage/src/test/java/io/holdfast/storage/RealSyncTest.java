package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobStore.PutResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The other tests replace the steps or watch them from above. This one asks the JVM itself,
/// through its flight recorder, which files were really forced to disk.
class RealSyncTest {
  private static final BlobKey KEY = new BlobKey("packs/aa/one");

  @TempDir Path directory;

  @Test
  void forcesTheFileAndEveryDirectory() throws IOException {
    Path root = Files.createDirectory(directory.toRealPath().resolve("store"));
    List<String> forced =
        forcedBy(
            () -> {
              LocalBlobStore store =
                  LocalBlobStore.open(root, () -> Instant.EPOCH, Seeds.entropy(1));
              assertThat(store.putIfAbsent(KEY, ByteBuffer.wrap(new byte[100])))
                  .isEqualTo(PutResult.STORED);
              store.delete(KEY);
            });

    assertThat(forced.stream().map(path -> root.relativize(Path.of(path)).toString()))
        .satisfiesExactly(
            first -> assertThat(first).isEmpty(),
            second -> assertThat(second).isEqualTo("packs"),
            third -> assertThat(third).startsWith("~tmp/"),
            fourth -> assertThat(fourth).isEqualTo("packs/aa"),
            fifth -> assertThat(fifth).isEqualTo("packs/aa"));
  }

  @Test
  void forcesTheParentOfANewRepository() throws IOException {
    Path root = directory.toRealPath().resolve("new/store");
    List<String> forced =
        forcedBy(
            () ->
                BlobStores.create(
                        root.toString(),
                        new StoreContext(() -> Instant.EPOCH, Seeds.entropy(1), Map.of()))
                    .close());

    assertThat(forced)
        .startsWith(directory.toRealPath().toString(), directory.toRealPath() + "/new");
  }

  private List<String> forcedBy(Work work) throws IOException {
    Path file = directory.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .sorted(java.util.Comparator.comparing(RecordedEvent::getStartTime))
        .map(event -> event.getString("path"))
        .filter(path -> path != null && path.startsWith(directory.toAbsolutePath().toString()))
        .toList();
  }

  private interface Work {
    void run() throws IOException;
  }
}
