package io.holdfast.repository;

import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The key domains of one repository: what is in a pack is opened with the keys of the domain that
/// the pack names. Domains are opened once, when they are first asked for. *Thread-safe.*
final class KeyDomains {
  private final BlobStore store;
  private final RepositoryOptions options;
  private final FormatObject format;
  private final RootKey root;
  private final ResolvedPut puts;
  private final Domain main;
  private final MaintenanceLog maintenance;
  private final ShredLog shreds;
  private final Map<DomainId, Domain> opened = new ConcurrentHashMap<>();

  /// Shredded ones that somebody may still work with.
  private final Queue<Domain> retired = new ConcurrentLinkedQueue<>();

  private KeyDomains(
      BlobStore store,
      RepositoryOptions options,
      FormatObject format,
      RootKey root,
      ResolvedPut puts,
      Domain main) {
    this.store = store;
    this.options = options;
    this.format = format;
    this.root = root;
    this.puts = puts;
    this.main = main;
    this.maintenance = new MaintenanceLog(store, main, root.maintenanceKey());
    this.shreds = new ShredLog(store, maintenance, root::domainId);
    this.opened.put(main.id(), main);
  }

  /// Opens the main domain, without which nothing can be read.
  static KeyDomains open(
      BlobStore store, RepositoryOptions options, FormatObject format, RootKey root)
      throws IOException {
    DomainId id = root.domainId(Repository.MAIN_DOMAIN);
    Domain main =
        read(store, options, format, root, id)
            .orElseThrow(
                () ->
                    CorruptRepositoryException.missing("the keys of the main domain are missing"));
    return new KeyDomains(
        store, options, format, root, new ResolvedPut(store, options.pause()), main);
  }

  private static Optional<Domain> read(
      BlobStore store, RepositoryOptions options, FormatObject format, RootKey root, DomainId id)
      throws IOException {
    Map<Integer, DomainKeys> keys = root.domainKeys(store, id);
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Domain(
                format,
                id,
                keys,
                version -> root.laterKeys(store, id, version),
                options.entropy()));
  }

  /// The domain of everything that is not a chunk, and of backups that belong to nobody in
  /// particular.
  Domain main() {
    return main;
  }

  MaintenanceLog maintenance() {
    return maintenance;
  }

  ShredLog shreds() {
    return shreds;
  }

  /// A domain; its keys are made when there are none yet.
  ///
  /// @throws ShreddedDomainException if it was shredded
  Domain make(String name) throws IOException {
    DomainId id = root.domainId(name);
    if (Domain.isShreddable(name)) {
      shreds.requireAlive(id);
    }
    Optional<Domain> known = find(id);
    if (known.isPresent()) {
      return known.get();
    }
    DomainKeys fresh = DomainKeys.create(options.entropy(), options.clock().instant(), name);
    // Somebody else may have made them a moment ago: whatever is stored counts.
    puts.put(ObjectNames.domain(id, fresh.version), root.wrap(options, id, fresh));
    requireStillAlive(id, name, fresh.version);
    return require(id);
  }

  /// After keys were put: whoever shreds the domain at this moment may have seen none to delete.
  ///
  /// @throws ShreddedDomainException if the domain was shredded; the keys are deleted then
  void requireStillAlive(DomainId id, String name, int version) throws IOException {
    if (!Domain.isShreddable(name)) {
      return;
    }
    try {
      shreds.requireAlive(id);
    } catch (ShreddedDomainException e) {
      forget(id);
      try {
        store.delete(ObjectNames.domain(id, version));
      } catch (IOException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  /// Reads a domain no more. Its keys are wiped with the others: whoever works with them at this
  /// moment would go on with zeros, which everybody knows.
  void forget(DomainId id) {
    Domain known = opened.remove(id);
    if (known != null) {
      retired.add(known);
    }
  }

  Optional<Domain> find(String name) throws IOException {
    return find(root.domainId(name));
  }

  Optional<Domain> find(DomainId id) throws IOException {
    Domain known = opened.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Domain> found = read(store, options, format, root, id);
    if (found.isEmpty()) {
      return found;
    }
    Domain raced = opened.putIfAbsent(id, found.get());
    return raced == null ? found : Optional.of(raced);
  }

  /// The domain that something is sealed for.
  ///
  /// @throws ShreddedDomainException if it was shredded
  /// @throws CorruptRepositoryException if it has no keys
  Domain require(DomainId id) throws IOException {
    Optional<Domain> found = find(id);
    if (found.isEmpty()) {
      shreds.requireAlive(id);
      throw CorruptRepositoryException.missing("the keys of domain " + id + " are missing");
    }
    return found.get();
  }

  /// The domain of a backup.
  ///
  /// @throws ShreddedDomainException if it was shredded
  /// @throws CorruptRepositoryException if it has no keys
  Domain require(String name) throws IOException {
    DomainId id = root.domainId(name);
    Optional<Domain> found = find(id);
    if (found.isEmpty()) {
      shreds.requireAlive(id);
      throw CorruptRepositoryException.missing("the keys of domain '" + name + "' are missing");
    }
    return found.get();
  }

  /// Those domains of an index that were shredded. Nothing is read where all packs are of the main
  /// domain.
  Set<DomainId> shredded(ChunkIndex index) throws IOException {
    boolean others = index.packs().stream().anyMatch(pack -> !pack.domain().equals(main.id()));
    return others ? shreds.all().keySet() : Set.of();
  }

  void wipe() {
    opened.values().forEach(Domain::wipe);
    retired.forEach(Domain::wipe);
    maintenance.wipe();
  }
}
