package io.holdfast.repository.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The records of one list page, decoded. *Immutable.* See `docs/format/trees.md`, "List pages".
final class ListPage {
  /// The largest page a reader takes.
  static final int PAGE_BYTES_MAX = 256 << 10;

  /// All paths of a page together, decoded: front coding could claim far more than a page holds.
  static final int PATH_BYTES_MAX = 8 << 20;

  /// Slots of a patch chunk, or hashes of a page-hash chunk.
  static final int SLOTS_MAX = 1 << 16;

  /// A tag and at least one byte.
  private static final int RECORD_BYTES_MIN = 2;

  static final int KIND = 1;
  static final int NEW_PATH = 0x80;

  private final String[] paths;
  private final long[] slots;
  private final TreeRecord[] records;
  private final List<ChunkRef> table;

  private ListPage(int count, List<ChunkRef> table) {
    this.paths = new String[count];
    this.slots = new long[count];
    this.records = new TreeRecord[count];
    this.table = table;
  }

  static ListPage decode(byte[] bytes, String what) {
    ByteCursor in = new ByteCursor(bytes, what);
    if (in.u8() != KIND) {
      throw in.damaged("not a list page");
    }
    List<ChunkRef> table = decodeTable(in);
    int count = in.smallVarint(in.remaining() / RECORD_BYTES_MIN);
    if (count == 0) {
      throw in.damaged("a list page without records");
    }
    ListPage page = new ListPage(count, table);
    page.decodeRecords(in);
    in.requireEnd();
    return page;
  }

  private static List<ChunkRef> decodeTable(ByteCursor in) {
    int count = in.smallVarint(in.remaining() / 33);
    List<ChunkRef> table = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      var id = in.id();
      int slots = in.smallVarint(SLOTS_MAX);
      if (slots == 0) {
        throw in.damaged("a reference to an empty chunk");
      }
      table.add(new ChunkRef(id, slots));
    }
    return table;
  }

  private void decodeRecords(ByteCursor in) {
    String path = "";
    byte[] pathBytes = new byte[TreePaths.PATH_BYTES_MAX];
    int pathLength = 0;
    long pathBytesAll = 0;
    long slot = 0;
    for (int i = 0; i < records.length; i++) {
      int tag = in.u8();
      if ((tag & NEW_PATH) != 0) {
        int shared = in.smallVarint(pathLength);
        byte[] suffix = in.sized(TreePaths.PATH_BYTES_MAX - shared);
        System.arraycopy(suffix, 0, pathBytes, shared, suffix.length);
        pathLength = shared + suffix.length;
        pathBytesAll += pathLength;
        if (pathBytesAll > PATH_BYTES_MAX) {
          throw in.damaged("too many bytes of paths");
        }
        path = checkedPath(in, path, in.decode(pathBytes, 0, pathLength));
        slot = 0;
      } else if (i == 0 || !RecordCodec.isExtent(tag)) {
        throw in.damaged("a record without a path");
      }
      if (RecordCodec.isExtent(tag)) {
        slot += 1 + in.varint(FileEntry.SIZE_MAX - slot);
      }
      paths[i] = path;
      slots[i] = slot;
      records[i] = RecordCodec.decode(tag & ~NEW_PATH, path, in, table);
    }
  }

  private static String checkedPath(ByteCursor in, String before, String path) {
    try {
      TreePaths.require(path);
    } catch (IllegalArgumentException e) {
      throw in.damaged(String.valueOf(e.getMessage()));
    }
    if (TreePaths.compare(before, path) >= 0) {
      throw in.damaged("'" + path + "' comes after '" + before + "'");
    }
    return path;
  }

  int size() {
    return records.length;
  }

  String path(int index) {
    return paths[index];
  }

  long slot(int index) {
    return slots[index];
  }

  TreeRecord record(int index) {
    return records[index];
  }

  /// Every patch and page-hash chunk that the page refers to.
  List<ChunkRef> table() {
    return table;
  }

  /// The record of exactly this key.
  @Nullable TreeRecord find(String path, long slot) {
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compareKeys(paths[middle], slots[middle], path, slot);
      if (order == 0) {
        return records[middle];
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  static int compareKeys(String pathA, long slotA, String pathB, long slotB) {
    int order = TreePaths.compare(pathA, pathB);
    return order != 0 ? order : Long.compare(slotA, slotB);
  }
}
