package io.holdfast.repository;

import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a snapshot says about itself.
///
/// @param name what people call it, for example `erp_full_2026-01-15T03-00-00Z`
/// @param source what was backed up
/// @param kind for example `pg-base`
/// @param type for example `full` or `incremental`
/// @param parent the name of the snapshot it builds on, if any; nothing is read through it
/// @param storedBytes what the session had added to the repository; filled in by the commit
/// @param attributes free texts of the engine
/// @param roots the root chunk of each tree, by the tree's name
/// @param domain the key domain of its chunks; filled in by the commit
public record SnapshotRecord(
    String name,
    String source,
    String kind,
    String type,
    Optional<String> parent,
    Instant startedAt,
    Instant completedAt,
    long logicalBytes,
    long storedBytes,
    long files,
    SortedMap<String, String> attributes,
    SortedMap<String, ChunkId> roots,
    String domain) {
  public static final int NAME_BYTES_MAX = 256;
  public static final int ATTRIBUTES_MAX = 1024;
  public static final int ATTRIBUTE_KEY_BYTES_MAX = 256;
  public static final int ATTRIBUTE_VALUE_BYTES_MAX = 32 << 10;
  public static final int ROOTS_MAX = 256;

  /// The most bytes of an encoded record.
  public static final int BYTES_MAX = 1 << 20;

  public SnapshotRecord {
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    roots = Collections.unmodifiableSortedMap(new TreeMap<>(roots));
    if (logicalBytes < 0 || storedBytes < 0 || files < 0) {
      throw new IllegalArgumentException("sizes and counts of a snapshot cannot be negative");
    }
    if (attributes.size() > ATTRIBUTES_MAX || roots.size() > ROOTS_MAX) {
      throw new IllegalArgumentException("too many attributes or roots");
    }
  }

  /// One of the main domain.
  public SnapshotRecord(
      String name,
      String source,
      String kind,
      String type,
      Optional<String> parent,
      Instant startedAt,
      Instant completedAt,
      long logicalBytes,
      long storedBytes,
      long files,
      SortedMap<String, String> attributes,
      SortedMap<String, ChunkId> roots) {
    this(
        name,
        source,
        kind,
        type,
        parent,
        startedAt,
        completedAt,
        logicalBytes,
        storedBytes,
        files,
        attributes,
        roots,
        Repository.MAIN_DOMAIN);
  }

  /// The root chunk of a tree.
  ///
  /// @throws CorruptRepositoryException if the snapshot has no tree of that name
  public ChunkId root(String tree) {
    ChunkId id = roots.get(tree);
    if (id == null) {
      throw CorruptRepositoryException.damaged("backup " + name + " has no tree " + tree);
    }
    return id;
  }

  /// The same with another number of stored bytes.
  public SnapshotRecord withStoredBytes(long bytes) {
    return new SnapshotRecord(
        name,
        source,
        kind,
        type,
        parent,
        startedAt,
        completedAt,
        logicalBytes,
        bytes,
        files,
        attributes,
        roots,
        domain);
  }

  /// The same with other roots: what a copy is under other keys.
  public SnapshotRecord withRoots(SortedMap<String, ChunkId> other) {
    return new SnapshotRecord(
        name,
        source,
        kind,
        type,
        parent,
        startedAt,
        completedAt,
        logicalBytes,
        storedBytes,
        files,
        attributes,
        other,
        domain);
  }

  /// The same in another domain.
  SnapshotRecord withDomain(String other) {
    return new SnapshotRecord(
        name,
        source,
        kind,
        type,
        parent,
        startedAt,
        completedAt,
        logicalBytes,
        storedBytes,
        files,
        attributes,
        roots,
        other);
  }

  /// Without the domain, which stands behind it where it is not the main one.
  void write(RecordWriter out) {
    int start = out.size();
    out.text(name, NAME_BYTES_MAX, "the name of a snapshot")
        .text(source, NAME_BYTES_MAX, "the source of a snapshot")
        .text(kind, NAME_BYTES_MAX, "the kind of a snapshot")
        .text(type, NAME_BYTES_MAX, "the type of a snapshot")
        .u8(parent.isPresent() ? 1 : 0);
    parent.ifPresent(text -> out.text(text, NAME_BYTES_MAX, "the parent of a snapshot"));
    instant(out, startedAt);
    instant(out, completedAt);
    out.u64(logicalBytes).u64(storedBytes).u64(files).u32(attributes.size());
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      out.text(attribute.getKey(), ATTRIBUTE_KEY_BYTES_MAX, "the name of an attribute")
          .text(attribute.getValue(), ATTRIBUTE_VALUE_BYTES_MAX, attribute.getKey());
    }
    out.u32(roots.size());
    for (Map.Entry<String, ChunkId> root : roots.entrySet()) {
      out.text(root.getKey(), NAME_BYTES_MAX, "the name of a tree").id(root.getValue());
    }
    if (out.size() - start > BYTES_MAX) {
      throw new IllegalArgumentException("a snapshot record has more than " + BYTES_MAX + " bytes");
    }
  }

  static SnapshotRecord read(RecordReader in) {
    String name = in.text(NAME_BYTES_MAX);
    String source = in.text(NAME_BYTES_MAX);
    String kind = in.text(NAME_BYTES_MAX);
    String type = in.text(NAME_BYTES_MAX);
    Optional<String> parent =
        switch (in.u8()) {
          case 0 -> Optional.empty();
          case 1 -> Optional.of(in.text(NAME_BYTES_MAX));
          default -> throw in.damaged("has a bad flag");
        };
    Instant startedAt = in.instantNanos();
    Instant completedAt = in.instantNanos();
    long logicalBytes = in.u64();
    long storedBytes = in.u64();
    long files = in.u64();
    SortedMap<String, String> attributes = new TreeMap<>();
    for (int i = in.count(ATTRIBUTES_MAX); i > 0; i--) {
      String key = in.text(ATTRIBUTE_KEY_BYTES_MAX);
      attributes.put(key, in.text(ATTRIBUTE_VALUE_BYTES_MAX));
    }
    SortedMap<String, ChunkId> roots = new TreeMap<>();
    for (int i = in.count(ROOTS_MAX); i > 0; i--) {
      String tree = in.text(NAME_BYTES_MAX);
      roots.put(tree, in.id());
    }
    return new SnapshotRecord(
        name,
        source,
        kind,
        type,
        parent,
        startedAt,
        completedAt,
        logicalBytes,
        storedBytes,
        files,
        attributes,
        roots);
  }

  private static void instant(RecordWriter out, Instant time) {
    if (time.getEpochSecond() < 0) {
      throw new IllegalArgumentException("a snapshot before 1970: " + time);
    }
    out.u64(time.getEpochSecond()).u32(time.getNano());
  }
}
