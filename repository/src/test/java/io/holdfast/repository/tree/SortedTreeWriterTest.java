package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SortedTreeWriterTest {
  /// The list page of `docs/format/trees.md`, "Test vectors", with records of type 7.
  private static final String PAGE =
      "0100058700016402040000c08301020004726f6f7400000201028701022f66010402068083021400"
          + "00000003090909440003111111111111111111111111111111111111111111111111111111111111"
          + "11114300038702017004040000802300000000000105";

  private final TestChunks chunks = new TestChunks();
  private final TreeMap<String, byte[]> model = new TreeMap<>(TreePaths::compare);

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whateverChangesEachTreeHoldsWhatWasPut(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < 3_000; i++) {
      model.put(path(random), bytes(random));
    }
    Optional<ChunkId> parent = Optional.empty();
    int[] changes = {0, 3, 0, 40, 2_500, 10, 1, 700, 0};
    for (int count : changes) {
      for (int i = 0; i < count; i++) {
        change(random);
      }
      TreeSummary summary = write(parent);
      requireModel(summary);
      parent = Optional.of(summary.root());
    }
  }

  @Test
  void theSameAgainStoresOneRoot() throws IOException {
    SplittableRandom random = Seeds.random(1);
    for (int i = 0; i < 20_000; i++) {
      model.put("d/" + i, new byte[] {(byte) random.nextInt()});
    }
    ChunkId first = write(Optional.empty()).root();
    TreeSummary again = write(Optional.of(first));
    assertThat(again.root()).isEqualTo(first);
    assertThat(again.metadataBytes()).isZero();

    model.put("d/777", new byte[] {1, 2, 3});
    TreeSummary changed = write(Optional.of(first));
    assertThat(changed.overlayBytes()).isBetween(1L, 300L);
    assertThat(changed.metadataBytes()).isLessThan(1_000);
  }

  @Test
  void manyChangesMakeANewBaseWithoutHoldingThem() throws IOException {
    for (int i = 0; i < 20_000; i++) {
      model.put("d/" + i, new byte[] {1});
    }
    ChunkId first = write(Optional.empty()).root();
    model.replaceAll((_, _) -> new byte[] {2});
    TreeSummary second = write(Optional.of(first));
    assertThat(second.overlayBytes()).isZero();
    requireModel(second);
  }

  @Test
  void contentThatMayNoLongerBeReferredToIsNotUsable() throws IOException {
    model.put("f", new byte[] {1});
    ChunkId root = write(Optional.empty()).root();
    TreeReader tree = TreeReader.open(chunks, root);
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.of(tree));
    FileContent content = tree.sortedFiles().find("f").orElseThrow().content();
    assertThat(writer.isUsable(content)).isTrue();
    chunks
        .types()
        .forEach(
            (id, type) -> {
              if (type == ChunkType.STREAM) {
                chunks.condemn(id);
              }
            });
    assertThat(writer.isUsable(content)).isFalse();
  }

  @Test
  void aCondemnedListIsWrittenAgain() throws IOException {
    model.put("f", new byte[] {1});
    ChunkId root = write(Optional.empty()).root();
    List<ChunkId> lists = new ArrayList<>();
    TreeReader.open(chunks, root)
        .forEachChunk(
            (type, id) -> {
              if (type == ChunkType.LIST) {
                lists.add(id);
              }
            });
    lists.forEach(chunks::condemn);
    write(Optional.of(root));
    assertThat(lists).allMatch(id -> chunks.contains(ChunkType.LIST, id));
  }

  @Test
  void everythingNeededIsReferredTo() throws IOException {
    SplittableRandom random = Seeds.random(3);
    for (int i = 0; i < 500; i++) {
      model.put(path(random), bytes(random));
    }
    ChunkId first = write(Optional.empty()).root();
    change(random);
    TreeSummary second = write(Optional.of(first));
    TestChunks copy = chunks.withOnlyWhatIsReferredTo(second.root());
    TreeReader tree = TreeReader.open(copy, second.root());
    byte[] buffer = new byte[FileLayout.EXTENT_BYTES];
    tree.forEachFile(
        file -> {
          try {
            for (long i = 0; i < file.extents(); i++) {
              tree.readExtent(file, i, buffer);
            }
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    SortedTreeWriter writer = new SortedTreeWriter(chunks, Optional.empty());
    writer.put(entry("b", 0), writer.newContent());
    assertThatThrownBy(() -> writer.put(entry("a", 0), writer.newContent()))
        .hasMessage("'a' comes after 'b'");
    assertThatThrownBy(() -> writer.put(entry("c", 1), writer.newContent()))
        .hasMessage("'c' has 0 bytes, not 1");
  }

  @Test
  void recordsAreAsSpecified() throws IOException {
    List<byte[]> pages = new ArrayList<>();
    LayerWriter writer =
        new LayerWriter(
            LayerWriter.BASE_PAGE_BYTES,
            page -> {
              pages.add(page);
              return id(0xc0);
            });
    FileLayout cut = new FileLayout.Cut();
    Attributes attributes = Attributes.of(new byte[] {9, 9, 9});
    FileEntry directory =
        new FileEntry(
            "d",
            FileKind.DIRECTORY,
            0,
            040700,
            1,
            "",
            "root",
            "",
            Digest.NONE,
            Attributes.of(new byte[] {1, 2}));
    FileEntry file =
        new FileEntry("d/f", FileKind.FILE, 6, 0100600, 10, "", "", "", Digest.NONE, attributes);
    FileEntry pipe =
        new FileEntry(
            "d/p",
            FileKind.SPECIAL,
            0,
            010600,
            0,
            "",
            "",
            "",
            Digest.NONE,
            Attributes.of(new byte[] {5}));
    writer.add("d", 0, new TreeRecord.Metadata(directory, cut, 0));
    writer.add("d/f", 0, new TreeRecord.Metadata(file, cut, 2));
    writer.add("d/f", 1, new TreeRecord.Streamed(3, id(0x11)));
    writer.add("d/f", 2, new TreeRecord.Zero(3));
    writer.add("d/p", 0, new TreeRecord.Metadata(pipe, cut, 0));
    writer.finish();
    assertThat(HexFormat.of().formatHex(pages.getFirst())).isEqualTo(PAGE);
    ListPage page = ListPage.decode(pages.getFirst(), "page");
    assertThat(page.record(1)).isEqualTo(new TreeRecord.Metadata(file, cut, 2));
    assertThat(page.record(4)).isEqualTo(new TreeRecord.Metadata(pipe, cut, 0));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void damagedListsEndAsDamage(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    byte[] page = HexFormat.of().parseHex(PAGE);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = page.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(ListPage.decode(changed, "page").size()).isPositive();
      } catch (CorruptRepositoryException e) {
        assertThat(e.text()).contains("page");
      }
    }
  }

  private void change(SplittableRandom random) {
    List<String> paths = List.copyOf(model.keySet());
    String path = paths.get(random.nextInt(paths.size()));
    switch (random.nextInt(3)) {
      case 0 -> model.remove(path);
      case 1 -> model.put(path, bytes(random));
      default -> model.put(path(random), bytes(random));
    }
  }

  private TreeSummary write(Optional<ChunkId> parent) throws IOException {
    Optional<TreeReader> before =
        parent.isPresent() ? Optional.of(TreeReader.open(chunks, parent.get())) : Optional.empty();
    SortedTreeWriter writer = new SortedTreeWriter(chunks, before);
    for (Map.Entry<String, byte[]> file : model.entrySet()) {
      FileContent content = writer.newContent();
      byte[] bytes = file.getValue();
      for (int at = 0; at < bytes.length; at += 300) {
        writer.store(content, bytes, at, Math.min(300, bytes.length - at));
      }
      writer.put(entry(file.getKey(), bytes.length), content);
    }
    return writer.finish();
  }

  private void requireModel(TreeSummary summary) throws IOException {
    TreeReader tree = TreeReader.open(chunks, summary.root());
    List<String> paths = new ArrayList<>();
    SortedFiles sorted = tree.sortedFiles();
    for (Map.Entry<String, byte[]> expected : model.entrySet()) {
      TreeFile file = tree.file(expected.getKey()).orElseThrow();
      assertThat(tree.readAll(file, 1 << 20)).isEqualTo(expected.getValue());
      SortedFiles.Found found = sorted.find(expected.getKey()).orElseThrow();
      assertThat(found.entry()).isEqualTo(entry(expected.getKey(), expected.getValue().length));
      assertThat(found.content().bytes()).isEqualTo(expected.getValue().length);
    }
    tree.forEachFile(file -> paths.add(file.entry().path()));
    assertThat(paths).containsExactlyElementsOf(model.keySet());
    assertThat(summary.files()).isEqualTo(model.size());
  }

  private static FileEntry entry(String path, long size) {
    return new FileEntry(
        path,
        FileKind.FILE,
        size,
        0100600,
        1,
        "",
        "",
        "",
        Digest.NONE,
        Attributes.of(("about " + path).getBytes(StandardCharsets.UTF_8)));
  }

  private static String path(SplittableRandom random) {
    return "d" + random.nextInt(40) + "/" + "-ü0".charAt(random.nextInt(3)) + random.nextInt(9_999);
  }

  private static byte[] bytes(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(2_000) : random.nextInt(20)];
    if (random.nextInt(5) > 0) {
      random.nextBytes(bytes);
    }
    return bytes;
  }

  private static ChunkId id(int value) {
    byte[] bytes = new byte[ChunkId.BYTES];
    Arrays.fill(bytes, (byte) value);
    return ChunkId.wrap(bytes);
  }
}
