package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.tree.TreeRecord.Gone;
import io.holdfast.repository.tree.TreeRecord.Metadata;
import io.holdfast.repository.tree.TreeRecord.PageOverride;
import io.holdfast.repository.tree.TreeRecord.Patched;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import io.holdfast.repository.tree.TreeRecord.Whole;
import io.holdfast.repository.tree.TreeRecord.Zero;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Hands out the chunks that records refer to, leaving out immediate repetitions. *Confined.*
final class References {
  private final BiConsumer<ChunkType, ChunkId> each;
  private @Nullable ChunkRef lastHashes;
  private @Nullable ChunkRef lastPatch;

  References(BiConsumer<ChunkType, ChunkId> each) {
    this.each = each;
  }

  void visit(TreeRecord record) {
    switch (record) {
      case Metadata _, Gone _, Zero _ -> {}
      case Streamed streamed -> each.accept(ChunkType.STREAM, streamed.id());
      case Whole whole -> {
        each.accept(ChunkType.PAGES, whole.id());
        hashes(whole.hashes());
      }
      case Patched patched -> {
        each.accept(ChunkType.PAGES, patched.baseId());
        hashes(patched.hashes());
        for (PageOverride override : patched.overrides()) {
          patch(override.patch());
        }
      }
    }
  }

  private void hashes(ChunkRef ref) {
    if (lastHashes == null || !ref.equals(lastHashes)) {
      lastHashes = ref;
      each.accept(ChunkType.PAGE_HASHES, ref.id());
    }
  }

  private void patch(ChunkRef ref) {
    if (!ref.equals(ChunkRef.ZERO_PAGE) && (lastPatch == null || !ref.equals(lastPatch))) {
      lastPatch = ref;
      each.accept(ChunkType.PATCH, ref.id());
    }
  }
}
