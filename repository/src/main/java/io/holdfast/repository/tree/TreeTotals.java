package io.holdfast.repository.tree;

/// What a tree holds in all.
///
/// @param files entries of every kind
/// @param logicalBytes the sizes of all files
/// @param extents of all files, all-zero ones included
/// @param pagesOverridden pages that lie in patch chunks or are zero pages beside a base chunk
public record TreeTotals(long files, long logicalBytes, long extents, long pagesOverridden) {}
