package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.tree.TreeRecord.Extent;
import io.holdfast.repository.tree.TreeRecord.Gone;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.PageOverride;
import io.holdfast.repository.tree.TreeRecord.Patched;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Whole;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/// The bodies of records, without their keys. See `docs/format/trees.md`, "Records".
final class RecordCodec {
  static final int TYPE_MASK = 0x0f;

  /// The extent is shorter than a full one; its length follows.
  static final int SHORT = 0x40;

  private static final int METADATA = 1;
  private static final int GONE = 2;
  private static final int ZERO = 3;
  private static final int STREAMED = 4;
  private static final int WHOLE = 5;
  private static final int PATCHED = 6;
  private static final int ATTRIBUTED = 7;

  private static final int PAGED = 1;
  private static final int STREAM = 2;
  private static final int LINES = 3;
  private static final int CUT = 4;
  private static final FileLayout STREAM_LAYOUT = new FileLayout.Stream();
  private static final FileLayout LINES_LAYOUT = new FileLayout.Lines();
  private static final FileLayout CUT_LAYOUT = new FileLayout.Cut();

  private static final int PAGES_MAX = FileLayout.EXTENT_BYTES / FileLayout.Paged.PAGE_BYTES_MIN;

  /// Whether attributes follow the metadata.
  private enum Form {
    PLAIN,
    ATTRIBUTED
  }

  private RecordCodec() {}

  /// The type and its flags.
  static int tag(TreeRecord record) {
    int type =
        switch (record) {
          case Metadata metadata -> metadata.entry().attributes().isEmpty() ? METADATA : ATTRIBUTED;
          case Gone _ -> GONE;
          case Zero _ -> ZERO;
          case Streamed _ -> STREAMED;
          case Whole _ -> WHOLE;
          case Patched _ -> PATCHED;
        };
    return record instanceof Extent extent && extent.length() != FileLayout.EXTENT_BYTES
        ? type | SHORT
        : type;
  }

  static boolean isExtent(int tag) {
    int type = tag & TYPE_MASK;
    return type >= ZERO && type <= PATCHED;
  }

  /// Writes everything after the key. `table` gives the place of a reference in the page's table.
  static void encode(TreeRecord record, ByteSink out, ToIntFunction<ChunkRef> table) {
    if (record instanceof Extent extent && extent.length() != FileLayout.EXTENT_BYTES) {
      out.varint(extent.length());
    }
    switch (record) {
      case Metadata metadata -> encodeMetadata(metadata, out);
      case Gone _, Zero _ -> {}
      case Streamed streamed -> out.id(streamed.id());
      case Whole whole -> {
        out.id(whole.id());
        out.varint(whole.pages());
        out.varint(table.applyAsInt(whole.hashes()));
        out.varint(whole.hashAt());
      }
      case Patched patched -> encodePatched(patched, out, table);
    }
  }

  private static void encodeMetadata(Metadata metadata, ByteSink out) {
    FileEntry entry = metadata.entry();
    out.u8(entry.kind().code());
    switch (metadata.layout()) {
      case FileLayout.Paged paged -> {
        out.u8(PAGED);
        out.varint(paged.pageBytes());
      }
      case FileLayout.Stream _ -> out.u8(STREAM);
      case FileLayout.Lines _ -> {
        out.u8(LINES);
        out.varint(metadata.pieces());
      }
      case FileLayout.Cut _ -> {
        out.u8(CUT);
        out.varint(metadata.pieces());
      }
    }
    out.varint(entry.size());
    out.varint(entry.mode() & 0xffffffffL);
    out.varint(entry.mtimeSeconds() << 1 ^ entry.mtimeSeconds() >> 63);
    out.sized(TreePaths.utf8(entry.linkTarget()));
    out.sized(TreePaths.utf8(entry.owner()));
    out.sized(TreePaths.utf8(entry.group()));
    out.sized(entry.digest().toBytes());
    if (!entry.attributes().isEmpty()) {
      out.sized(entry.attributes().toBytes());
    }
  }

  private static void encodePatched(Patched patched, ByteSink out, ToIntFunction<ChunkRef> table) {
    out.id(patched.contentId());
    out.varint(patched.pages());
    out.id(patched.baseId());
    out.varint(patched.basePages());
    out.varint(table.applyAsInt(patched.hashes()));
    out.varint(patched.hashAt());
    out.varint(patched.overrides().size());
    int next = 0;
    for (PageOverride override : patched.overrides()) {
      out.varint(override.page() - next);
      next = override.page() + 1;
      if (override.patch().equals(ChunkRef.ZERO_PAGE)) {
        out.varint(0);
      } else {
        out.varint(table.applyAsInt(override.patch()) + 1L);
        out.varint(override.slot());
      }
      out.u64(override.hashHigh());
      out.u64(override.hashLow());
    }
  }

  /// Reads what [#encode] wrote.
  static TreeRecord decode(int tag, String path, ByteCursor in, List<ChunkRef> table) {
    int length = FileLayout.EXTENT_BYTES;
    if ((tag & SHORT) != 0) {
      length = in.smallVarint(FileLayout.EXTENT_BYTES - 1);
      if (length == 0 || !isExtent(tag)) {
        throw in.damaged("a length where none belongs");
      }
    }
    return switch (tag & ~SHORT) {
      case METADATA -> decodeMetadata(path, in, Form.PLAIN);
      case ATTRIBUTED -> decodeMetadata(path, in, Form.ATTRIBUTED);
      case GONE -> Gone.GONE;
      case ZERO -> new Zero(length);
      case STREAMED -> new Streamed(length, in.id());
      case WHOLE -> {
        ChunkId id = in.id();
        int pages = pages(in, length);
        ChunkRef hashes = ref(in, table);
        yield new Whole(length, id, pages, hashes, hashAt(in, hashes, pages));
      }
      case PATCHED -> decodePatched(length, in, table);
      default -> throw in.damaged("unknown record type " + tag);
    };
  }

  private static Metadata decodeMetadata(String path, ByteCursor in, Form form) {
    FileKind kind = decodeKind(in, form);
    long pieces = 0;
    FileLayout layout;
    switch (in.u8()) {
      case PAGED -> {
        int pageBytes = in.smallVarint(FileLayout.Paged.PAGE_BYTES_MAX);
        if (!FileLayout.Paged.isPageBytes(pageBytes)) {
          throw in.damaged("not a page size: " + pageBytes);
        }
        layout = new FileLayout.Paged(pageBytes);
      }
      case STREAM -> layout = STREAM_LAYOUT;
      case LINES -> {
        layout = LINES_LAYOUT;
        pieces = in.varint(FileEntry.SIZE_MAX);
      }
      case CUT -> {
        layout = CUT_LAYOUT;
        pieces = in.varint(FileEntry.SIZE_MAX);
      }
      default -> throw in.damaged("unknown layout");
    }
    long size = in.varint(FileEntry.SIZE_MAX);
    int mode = (int) in.varint(0xffffffffL);
    long mtime = in.varint();
    String linkTarget = in.text(TreePaths.PATH_BYTES_MAX);
    String owner = in.text(FileEntry.OWNER_BYTES_MAX);
    String group = in.text(FileEntry.OWNER_BYTES_MAX);
    Digest digest = Digest.of(in.sized(Digest.BYTES_MAX));
    Attributes attributes =
        switch (form) {
          case PLAIN -> Attributes.NONE;
          case ATTRIBUTED -> Attributes.of(in.sized(Attributes.BYTES_MAX));
        };
    if (attributes.isEmpty() != (form == Form.PLAIN)) {
      throw in.damaged("no attributes where some belong");
    }
    if (pieces > size) {
      throw in.damaged("more pieces than bytes");
    }
    try {
      return new Metadata(
          new FileEntry(
              path,
              kind,
              size,
              mode,
              mtime >>> 1 ^ -(mtime & 1),
              linkTarget,
              owner,
              group,
              digest,
              attributes),
          layout,
          pieces);
    } catch (IllegalArgumentException e) {
      throw in.damaged(String.valueOf(e.getMessage()));
    }
  }

  private static FileKind decodeKind(ByteCursor in, Form form) {
    FileKind kind =
        switch (in.u8()) {
          case 1 -> FileKind.FILE;
          case 2 -> FileKind.DIRECTORY;
          case 3 -> FileKind.SYMLINK;
          case 4 -> FileKind.SPECIAL;
          default -> throw in.damaged("unknown kind of file");
        };
    if (kind == FileKind.SPECIAL && form == Form.PLAIN) {
      throw in.damaged("a special file without attributes");
    }
    return kind;
  }

  private static Patched decodePatched(int length, ByteCursor in, List<ChunkRef> table) {
    ChunkId contentId = in.id();
    int pages = pages(in, length);
    ChunkId baseId = in.id();
    int basePages = pages(in, FileLayout.EXTENT_BYTES);
    ChunkRef hashes = ref(in, table);
    int hashAt = hashAt(in, hashes, basePages);
    int count = in.smallVarint(pages);
    List<PageOverride> overrides = new ArrayList<>(Math.min(count, in.remaining() / 16));
    int next = 0;
    for (int i = 0; i < count; i++) {
      int page = next + in.smallVarint(pages - 1);
      if (page >= pages || (page > next && next >= basePages)) {
        throw in.damaged("page " + page + " of " + pages + " cannot be overridden next");
      }
      next = page + 1;
      int place = in.smallVarint(table.size());
      ChunkRef patch = place == 0 ? ChunkRef.ZERO_PAGE : table.get(place - 1);
      int slot = place == 0 ? 0 : in.smallVarint(patch.slots() - 1);
      overrides.add(new PageOverride(page, patch, slot, in.u64(), in.u64()));
    }
    if (pages > basePages && (next != pages || firstAbsent(overrides, basePages, pages))) {
      throw in.damaged("pages beyond the base chunk are missing");
    }
    return new Patched(
        length, contentId, pages, baseId, basePages, hashes, hashAt, List.copyOf(overrides));
  }

  private static boolean firstAbsent(List<PageOverride> overrides, int basePages, int pages) {
    int beyond = pages - basePages;
    return overrides.size() < beyond
        || overrides.get(overrides.size() - beyond).page() != basePages;
  }

  private static int pages(ByteCursor in, int bytesMax) {
    int pages = in.smallVarint(Math.min(PAGES_MAX, bytesMax / FileLayout.Paged.PAGE_BYTES_MIN));
    if (pages == 0) {
      throw in.damaged("an extent without pages");
    }
    return pages;
  }

  private static ChunkRef ref(ByteCursor in, List<ChunkRef> table) {
    if (table.isEmpty()) {
      throw in.damaged("a reference without a table");
    }
    return table.get(in.smallVarint(table.size() - 1));
  }

  private static int hashAt(ByteCursor in, ChunkRef hashes, int pages) {
    int at = in.smallVarint(hashes.slots());
    if (at > hashes.slots() - pages) {
      throw in.damaged("page hashes beyond the end of their chunk");
    }
    return at;
  }
}
