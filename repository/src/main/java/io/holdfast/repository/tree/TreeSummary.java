package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;

/// What a finished [TreeWriter] wrote.
///
/// @param root the name of the tree
/// @param files entries of every kind
/// @param logicalBytes the sizes of all files
/// @param extents of all files
/// @param extentsUnchanged extents whose content is the parent's
/// @param extentsZero extents without a byte that is not zero
/// @param extentsWhole extents written as one chunk of their own, known already or not
/// @param pagesOverridden pages of this tree that lie beside their base chunk
/// @param pagesPatched pages written to patch chunks by this writer
/// @param dataBytes plain bytes of data chunks that were not in the repository before
/// @param metadataBytes plain bytes of page hashes, lists and root that were not there before
/// @param overlayBytes plain bytes of the overlay; 0 where the lists are one base layer
/// @param parentExtentsUnreadable extents stored whole because the parent's page hashes could not
///   be read or did not prove its base chunk
public record TreeSummary(
    ChunkId root,
    long files,
    long logicalBytes,
    long extents,
    long extentsUnchanged,
    long extentsZero,
    long extentsWhole,
    long pagesOverridden,
    long pagesPatched,
    long dataBytes,
    long metadataBytes,
    long overlayBytes,
    long parentExtentsUnreadable) {}
