package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.backup.ExtentPipeline.Piece;
import io.holdfast.repository.testing.MemoryChunks;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExtentPipelineTest {
  private static final int EXTENT_BYTES = 512 << 10;
  private static final int BUFFERS = 3;
  private static final FileLayout PAGED = new FileLayout.Paged(8192);

  private final MemoryChunks chunks = new MemoryChunks();
  private final Cancellation cancellation = new Cancellation();

  @Test
  void everythingSubmittedCanBeReadBackWhateverTheOrderOfTheWorkers() throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    SplittableRandom random = Seeds.random(1);
    for (int i = 0; i < 12; i++) {
      byte[] content = new byte[8192 * (1 + random.nextInt(200))];
      random.nextBytes(content);
      files.put("base/5/" + (16384 + i), content);
    }
    TreeWriter tree = new TreeWriter(chunks, Optional.empty());
    Set<Piece> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    try (ExtentPipeline pipeline = pipeline(tree)) {
      for (var file : files.entrySet()) {
        submit(pipeline, file.getKey(), file.getValue(), buffers);
        tree.putFile(entry(file.getKey(), file.getValue().length), PAGED);
      }
      pipeline.finish();
    }

    TreeReader reader = TreeReader.open(chunks, tree.finish().root());
    List<TreeFile> listed = new ArrayList<>();
    reader.forEachFile(listed::add);
    assertThat(listed)
        .extracting(file -> file.entry().path())
        .containsExactlyElementsOf(files.keySet());
    for (TreeFile file : listed) {
      assertThat(reader.readAll(file, 2 << 20)).isEqualTo(files.get(file.entry().path()));
    }
    assertThat(buffers).as("memory is a fixed set of buffers").hasSizeLessThanOrEqualTo(BUFFERS);
  }

  @Test
  void whatFailsInAWorkerFailsTheReaderAndNotOnlyTheEnd() throws Exception {
    TreeWriter tree = new TreeWriter(chunks, Optional.empty());
    try (ExtentPipeline pipeline = pipeline(tree)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  // The same extent again and again, which a tree refuses.
                  Piece piece = pipeline.take();
                  fill(piece, "base/5/16384", 0, new byte[EXTENT_BYTES], 0, EXTENT_BYTES);
                  pipeline.submit(piece);
                }
              })
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(pipeline::finish).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void whoWaitsForABufferCanBeCancelled() throws Exception {
    try (ExtentPipeline pipeline = pipeline(new TreeWriter(chunks, Optional.empty()))) {
      for (int i = 0; i < BUFFERS; i++) {
        assertThat(pipeline.take().bytes).hasSize(EXTENT_BYTES);
      }
      cancellation.request();

      assertThatThrownBy(pipeline::take)
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  @Test
  void aBufferGivenBackIsEmptyAgain() throws Exception {
    try (ExtentPipeline pipeline = pipeline(new TreeWriter(chunks, Optional.empty()))) {
      for (int i = 0; i < BUFFERS + 1; i++) {
        Piece piece = pipeline.take();
        assertThat(piece.length).isZero();
        piece.length = 7;
        pipeline.giveBack(piece);
      }
      pipeline.finish();
    }
    assertThat(chunks.size()).isZero();
  }

  private ExtentPipeline pipeline(TreeWriter tree) {
    return new ExtentPipeline(tree, 2, BUFFERS, EXTENT_BYTES, cancellation);
  }

  private static void submit(
      ExtentPipeline pipeline, String path, byte[] content, Set<Piece> buffers) throws IOException {
    for (int at = 0, index = 0; at < content.length; at += EXTENT_BYTES, index++) {
      Piece piece = pipeline.take();
      buffers.add(piece);
      fill(piece, path, index, content, at, Math.min(EXTENT_BYTES, content.length - at));
      pipeline.submit(piece);
    }
  }

  private static void fill(
      Piece piece, String path, long index, byte[] content, int at, int length) {
    System.arraycopy(content, at, piece.bytes, 0, length);
    piece.length = length;
    piece.path = path;
    piece.layout = PAGED;
    piece.extentIndex = index;
  }

  private static FileEntry entry(String path, long size) {
    return new FileEntry(path, FileKind.FILE, size, 0600, 0, "", "", "", Digest.NONE);
  }
}
