package io.holdfast.repository;

import java.util.Optional;

/// What a chunk holds. The code is part of every chunk id and of the authenticated context of its
/// frame, so that one kind can never be taken for another.
public enum ChunkType {
  /// Consecutive pages of a relation fork. Its id is computed from page hashes, see
  /// [ChunkIds#ofPages].
  PAGES(1),
  /// Single pages of many extents, collected.
  PATCH(2),
  /// Page hashes of several extents, 16 bytes each.
  PAGE_HASHES(3),
  /// Bytes of a file that has no pages.
  STREAM(4),
  /// A piece of a sorted list of files and extents.
  LIST(5),
  /// The root of a tree.
  ROOT(6);

  private static final ChunkType[] BY_CODE = values();

  private final int code;

  ChunkType(int code) {
    this.code = code;
  }

  /// The number on disk.
  public int code() {
    return code;
  }

  /// The type with that number on disk.
  static Optional<ChunkType> ofCode(int code) {
    return code >= 1 && code <= BY_CODE.length ? Optional.of(BY_CODE[code - 1]) : Optional.empty();
  }

  /// Metadata is packed apart from data.
  public Packing packing() {
    return switch (this) {
      case PAGES, PATCH, STREAM -> Packing.DATA;
      case PAGE_HASHES, LIST, ROOT -> Packing.METADATA;
    };
  }

  /// Which of the two kinds of pack a chunk goes to.
  public enum Packing {
    DATA,
    METADATA
  }
}
