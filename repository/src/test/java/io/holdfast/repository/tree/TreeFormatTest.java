package io.holdfast.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.tree.TreeRecord.Gone;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.PageOverride;
import io.holdfast.repository.tree.TreeRecord.Patched;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Whole;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The test vectors of `docs/format/trees.md`: these bytes never change.
final class TreeFormatTest {
  private static final String PAGE =
      "0102aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa8002bbbbbbbb"
          + "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb0c0981000b626173652f352f"
          + "313235390101804080c06080830280c49fd50c0008706f73746772657308706f7374677265730401"
          + "02030405001111111111111111111111111111111111111111111111111111111111111111400000"
          + "06002222222222222222222222222222222222222222222222222222222222222222403333333333"
          + "3333333333333333333333333333333333333333333333333333333f004002050207010203040506"
          + "0708090a0b0c0d0e0f103900fffffffffffffffffffffffffffffffe030043008040820902363081"
          + "070a50475f56455253494f4e01020380030100000000440003444444444444444444444444444444"
          + "444444444444444444444444444444444481000f70675f74626c7370632f3136333834030200ff03"
          + "00032f7473000000";
  private static final String INDEX =
      "0201c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1f00209000b62"
          + "6173652f352f3132353900";
  private static final String ROOT =
      "48465452018080200383c060050202c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2"
          + "c2c2c2c2c2c2c23c01099003c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4c4"
          + "c4c4c4c43d02ac02a846";

  private static ChunkId id(int number) {
    byte[] bytes = new byte[ChunkId.BYTES];
    Arrays.fill(bytes, (byte) number);
    return ChunkId.wrap(bytes);
  }

  /// A key with its record.
  private record Keyed(String path, long slot, TreeRecord record) {}

  private static List<Keyed> records() {
    ChunkRef hashes = new ChunkRef(id(0xaa), 256);
    ChunkRef patch = new ChunkRef(id(0xbb), 12);
    FileEntry relation =
        new FileEntry(
            "base/5/1259",
            FileKind.FILE,
            3 * 524288 + 8192,
            0100600,
            1_700_000_000L,
            "",
            "postgres",
            "postgres",
            Digest.of(new byte[] {1, 2, 3, 4}));
    FileEntry version =
        new FileEntry("base/5/PG_VERSION", FileKind.FILE, 3, 0600, -1, "", "", "", Digest.NONE);
    FileEntry link =
        new FileEntry("pg_tblspc/16384", FileKind.SYMLINK, 0, 0777, 0, "/ts", "", "", Digest.NONE);
    return List.of(
        new Keyed("base/5/1259", 0, new Metadata(relation, new FileLayout.Paged(8192), 0)),
        new Keyed("base/5/1259", 1, new Whole(524288, id(0x11), 64, hashes, 0)),
        new Keyed(
            "base/5/1259",
            2,
            new Patched(
                524288,
                id(0x22),
                64,
                id(0x33),
                63,
                hashes,
                64,
                List.of(
                    new PageOverride(5, patch, 7, 0x0102030405060708L, 0x090a0b0c0d0e0f10L),
                    new PageOverride(63, ChunkRef.ZERO_PAGE, 0, -1L, -2L)))),
        new Keyed("base/5/1259", 3, new Zero(524288)),
        new Keyed("base/5/1259", 4, new Zero(8192)),
        new Keyed("base/5/1260", 0, Gone.GONE),
        new Keyed("base/5/PG_VERSION", 0, new Metadata(version, new FileLayout.Stream(), 0)),
        new Keyed("base/5/PG_VERSION", 1, new Streamed(3, id(0x44))),
        new Keyed("pg_tblspc/16384", 0, new Metadata(link, new FileLayout.Stream(), 0)));
  }

  @Test
  void pagesAndIndexesAreAsSpecified() throws IOException {
    List<byte[]> stored = new ArrayList<>();
    LayerWriter writer =
        new LayerWriter(
            LayerWriter.BASE_PAGE_BYTES,
            page -> {
              stored.add(page);
              return id(0xc0 + stored.size());
            });
    for (Keyed keyed : records()) {
      writer.add(keyed.path(), keyed.slot(), keyed.record());
    }
    LayerIndex.Summary summary = writer.finish();

    assertThat(stored).hasSize(2);
    assertThat(HexFormat.of().formatHex(stored.get(0))).isEqualTo(PAGE);
    assertThat(HexFormat.of().formatHex(stored.get(1))).isEqualTo(INDEX);
    ListPage page = ListPage.decode(stored.getFirst(), "page");
    List<Keyed> decoded = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      decoded.add(new Keyed(page.path(i), page.slot(i), page.record(i)));
    }
    assertThat(decoded).isEqualTo(records());
    assertThat(LayerIndex.decode(stored.get(1), summary, "index").pages())
        .containsExactly(
            new LayerIndex.Page(id(0xc1), stored.getFirst().length, 9, "base/5/1259", 0));
  }

  @Test
  void theRootIsAsSpecified() {
    TreeRoot root =
        new TreeRoot(
            TreeRoot.Version.PLAIN,
            List.of(
                new LayerIndex.Summary(id(0xc2), 60, 1, 9, 400),
                new LayerIndex.Summary(id(0xc4), 61, 2, 300, 9000)),
            new TreeTotals(3, 1_581_059, 5, 2));
    assertThat(HexFormat.of().formatHex(root.encode())).isEqualTo(ROOT);
    assertThat(TreeRoot.decode(root.encode(), id(1))).isEqualTo(root);
  }
}
