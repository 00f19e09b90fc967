package io.holdfast.repository;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Builds a [ChunkIndex] from base shards and deltas. What is damaged is left out and reported.
final class IndexLoader {
  private static final int TRIES_MAX = 5;

  private final BlobStore store;
  private final Domain domain;
  private final MaintenanceLog maintenance;

  IndexLoader(BlobStore store, Domain domain, MaintenanceLog maintenance) {
    this.store = store;
    this.domain = domain;
    this.maintenance = maintenance;
  }

  /// Which packs an index may name.
  enum Use {
    /// What a writer may refer to: neither condemned nor buried, and in no delta that may be sealed
    /// before the writer commits.
    WRITE,
    /// What may still be read: not buried.
    READ
  }

  /// An index and what could not be read of it.
  record Loaded(
      ChunkIndex index, MaintenanceState state, List<CorruptRepositoryException> damaged) {}

  /// Reads the newest state, then the index. Where maintenance took an object away meanwhile, all
  /// is read again.
  ///
  /// @throws CorruptRepositoryException for a writer, if the newest state is damaged; a reader uses
  ///   the one before it and finds the damage in what is handed back
  Loaded load(Use use) throws IOException {
    return load(use, _ -> true);
  }

  /// What a writer may refer to in one domain.
  ///
  /// @throws CorruptRepositoryException as [#load(Use)]
  Loaded loadForWriting(DomainId only) throws IOException {
    return load(Use.WRITE, only::equals);
  }

  private Loaded load(Use use, Predicate<DomainId> domains) throws IOException {
    for (int attempt = 0; ; attempt++) {
      MaintenanceLog.Newest newest = maintenance.newest();
      MaintenanceState state = use == Use.WRITE ? newest.require() : newest.state();
      List<CorruptRepositoryException> damaged = new ArrayList<>(newest.damaged());
      try {
        boolean last = attempt == TRIES_MAX - 1;
        return new Loaded(build(use, domains, state, damaged, last), state, damaged);
      } catch (NoSuchBlobException e) {
        if (attempt == TRIES_MAX - 1) {
          throw e;
        }
      }
    }
  }

  private ChunkIndex build(
      Use use,
      Predicate<DomainId> domains,
      MaintenanceState state,
      List<CorruptRepositoryException> damaged,
      boolean last)
      throws IOException {
    List<BlobStat> objects = objects(use, state, damaged, last);
    Set<PackId> excluded = new HashSet<>(state.buried());
    if (use == Use.WRITE) {
      excluded.addAll(state.condemned());
    }
    long countMax = 0;
    for (BlobStat object : objects) {
      // A larger object is none of ours, whatever it claims.
      countMax += Math.min(object.bytes(), IndexObject.BYTES_MAX) / PackFormat.ENTRY_BYTES;
    }
    ChunkIndex.Builder builder = new ChunkIndex.Builder(countMax);
    for (BlobStat object : objects) {
      List<CorruptRepositoryException> found = new ArrayList<>();
      List<PackSection> sections = read(object, found, last);
      if (!isAbsorbed(state, object)) {
        damaged.addAll(found);
      }
      for (PackSection section : sections) {
        if (domains.test(section.domain) && excluded.add(section.pack)) {
          builder.add(section);
        }
      }
    }
    return builder.build();
  }

  /// What is done with an index object.
  interface EachObject {
    void accept(BlobStat object, List<PackSection> sections) throws IOException;
  }

  /// Hands out every index object that counts for readers, base shards first, one at a time.
  ///
  /// @throws CorruptRepositoryException if one of them cannot be read
  void forEachObject(MaintenanceState state, EachObject each) throws IOException {
    List<Finding> damaged = forEachReadable(state, each);
    if (!damaged.isEmpty()) {
      throw CorruptRepositoryException.damaged(damaged.getFirst().problem());
    }
  }

  /// As [#forEachObject], but goes on after what cannot be read, and hands back what that was.
  List<Finding> forEachReadable(MaintenanceState state, EachObject each) throws IOException {
    List<Finding> findings = new ArrayList<>();
    List<CorruptRepositoryException> missing = new ArrayList<>();
    List<BlobStat> objects = objects(Use.READ, state, missing, true);
    for (String base : state.bases()) {
      BlobKey key = ObjectNames.base(base);
      if (objects.stream().noneMatch(object -> object.key().equals(key))) {
        findings.add(
            new Finding(Finding.Kind.MISSING, key.value(), "index shard " + key + " is missing"));
      }
    }
    for (BlobStat object : objects) {
      List<CorruptRepositoryException> damaged = new ArrayList<>();
      List<PackSection> sections = read(object, damaged, true);
      if (damaged.isEmpty()) {
        each.accept(object, sections);
      } else if (!isAbsorbed(state, object)) {
        findings.add(Finding.of(damaged.getFirst(), object.key().value()));
      }
    }
    return findings;
  }

  /// Whether base shards have what this delta says, so that it need not be readable.
  private static boolean isAbsorbed(MaintenanceState state, BlobStat object) {
    return ObjectNames.parseDelta(object.key())
        .filter(delta -> state.isBelowFloor(delta.session()))
        .isPresent();
  }

  /// Base shards the state names, then every delta that counts.
  private List<BlobStat> objects(
      Use use, MaintenanceState state, List<CorruptRepositoryException> damaged, boolean last)
      throws IOException {
    List<BlobStat> objects = new ArrayList<>();
    for (String base : state.bases()) {
      BlobKey key = ObjectNames.base(base);
      var stat = store.stat(key);
      if (stat.isPresent()) {
        objects.add(stat.get());
      } else if (last) {
        damaged.add(CorruptRepositoryException.missing("index shard " + key + " is missing"));
      } else {
        throw new NoSuchBlobException("no blob " + key);
      }
    }
    store.list(
        ObjectNames.DELTAS,
        blob ->
            ObjectNames.parseDelta(blob.key())
                .filter(delta -> counts(use, state, delta.session()))
                .ifPresent(_ -> objects.add(blob)));
    return objects;
  }

  private static boolean counts(Use use, MaintenanceState state, SessionId session) {
    return switch (use) {
      case WRITE -> !state.isClosing(session);
      case READ -> !state.isSealed(session);
    };
  }

  private List<PackSection> read(
      BlobStat object, List<CorruptRepositoryException> damaged, boolean last) throws IOException {
    try {
      return read(store, domain, object);
    } catch (CorruptRepositoryException e) {
      damaged.add(e);
      return List.of();
    } catch (NoSuchBlobException e) {
      if (!last) {
        throw e;
      }
      damaged.add(CorruptRepositoryException.missing("index object " + object.key() + " is gone"));
      return List.of();
    }
  }

  /// Opens one index object.
  static List<PackSection> read(BlobStore store, Domain domain, BlobStat object)
      throws IOException {
    String name = object.key().value();
    if (object.bytes() > IndexObject.BYTES_MAX) {
      throw CorruptRepositoryException.damaged(
          name + " has " + object.bytes() + " bytes, which is too many");
    }
    byte[] sealed = store.get(object.key(), IndexObject.BYTES_MAX);
    byte[] plain =
        domain.openMeta(IndexObject.PURPOSE, name, sealed, 0, sealed.length, IndexObject.BYTES_MAX);
    return IndexObject.decode(plain, name);
  }
}
