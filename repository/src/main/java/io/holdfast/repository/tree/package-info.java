/// Trees: a sorted list of files with their contents, the way a physical backup stores a cluster.
///
/// **Tree**: what one backup of one kind holds; named by the id of its root chunk. **File**: path,
/// metadata and a sequence of extents. **Extent**:
/// [io.holdfast.repository.tree.FileLayout#EXTENT_BYTES] of a file, the last one shorter. **Content
/// id** of an extent: what its bytes are, whichever way they are stored. **Base chunk**: the pages
/// of an extent as they were once stored whole. **Override**: one page of an extent that differs
/// from the base chunk; it lies in a slot of a **patch chunk**, which collects changed pages of
/// many extents. There are no chains: every page of an extent comes from the base chunk or from
/// exactly one slot.
///
/// **Record**: one entry of a list, either a file's metadata or one extent. **Layer**: a sorted
/// list of records cut into **list pages**. A tree has a *base* layer and at most one *overlay*
/// with the records that differ from it; where the overlay exceeds a quarter of the base, both are
/// folded into a new base. List pages are self-contained and cut by content, so what did not change
/// is not stored again.
///
/// [io.holdfast.repository.tree.TreeWriter] takes extents from many threads in any order,
/// [io.holdfast.repository.tree.TreeReader] gives them back in path order and proves each one by
/// computing its content id again. Nothing here knows packs, keys or stores: all goes through
/// [io.holdfast.repository.ChunkWriter] and [io.holdfast.repository.ChunkReader]. The bytes are
/// specified in `docs/format/trees.md`.
@NullMarked
package io.holdfast.repository.tree;

import org.jspecify.annotations.NullMarked;
