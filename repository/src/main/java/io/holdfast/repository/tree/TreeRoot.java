package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import java.util.ArrayList;
import java.util.List;

/// The root chunk: the layers, the base first, and the totals. See `docs/format/trees.md`, "Root".
record TreeRoot(Version version, List<LayerIndex.Summary> layers, TreeTotals totals) {
  static final int ROOT_BYTES_MAX = 4096;

  private static final int MAGIC = 0x48465452;

  /// What the lists may hold: the second version has attributes and files cut by content.
  enum Version {
    PLAIN(1),
    ATTRIBUTED(2);

    private final int number;

    Version(int number) {
      this.number = number;
    }
  }

  byte[] encode() {
    ByteSink out = new ByteSink();
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.u8(MAGIC >>> shift);
    }
    out.u8(version.number);
    out.varint(FileLayout.EXTENT_BYTES);
    out.varint(totals.files());
    out.varint(totals.logicalBytes());
    out.varint(totals.extents());
    out.varint(totals.pagesOverridden());
    out.u8(layers.size());
    for (LayerIndex.Summary layer : layers) {
      out.id(layer.index());
      out.varint(layer.indexBytes());
      out.varint(layer.pages());
      out.varint(layer.records());
      out.varint(layer.listBytes());
    }
    return out.toBytes();
  }

  static TreeRoot decode(byte[] bytes, ChunkId id) {
    ByteCursor in = new ByteCursor(bytes, "tree " + id);
    int magic = 0;
    for (int i = 0; i < 4; i++) {
      magic = magic << 8 | in.u8();
    }
    if (magic != MAGIC) {
      throw in.damaged("not the root of a tree");
    }
    int number = in.u8();
    Version version =
        switch (number) {
          case 1 -> Version.PLAIN;
          case 2 -> Version.ATTRIBUTED;
          default -> throw in.damaged("version " + number + " is not known here");
        };
    if (in.varint() != FileLayout.EXTENT_BYTES) {
      throw in.damaged("extents of another size");
    }
    TreeTotals totals =
        new TreeTotals(
            in.varint(Long.MAX_VALUE),
            in.varint(Long.MAX_VALUE),
            in.varint(Long.MAX_VALUE),
            in.varint(Long.MAX_VALUE));
    int count = in.u8();
    if (count < 1 || count > 2) {
      throw in.damaged(count + " layers");
    }
    List<LayerIndex.Summary> layers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      layers.add(
          new LayerIndex.Summary(
              in.id(),
              in.smallVarint(LayerIndex.INDEX_BYTES_MAX),
              in.varint(LayerIndex.INDEX_BYTES_MAX),
              in.varint(Long.MAX_VALUE),
              in.varint(Long.MAX_VALUE)));
    }
    in.requireEnd();
    return new TreeRoot(version, List.copyOf(layers), totals);
  }
}
