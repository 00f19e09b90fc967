package io.holdfast.repository;

import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What repositories with the same key space have in common: the root key, and domains with the
/// same identity keys. Versions of data keys are made by each of them, so the same number may stand
/// for different keys; see `docs/format/repository.md`, "Shared key spaces".
final class KeySpace {
  private static final Logger log = LoggerFactory.getLogger(KeySpace.class);

  private static final int DOMAINS_MAX = 1_000_000;

  private KeySpace() {}

  /// The domains whose keys this root key opens, by id. An `init` that was cut off leaves a first
  /// version of keys that no root key opens, and whoever made the repository afterwards has another
  /// one: these are passed over.
  static List<DomainId> domains(BlobStore store, RootKey root) throws IOException {
    List<DomainId> ours = new ArrayList<>();
    for (DomainId id : allDomains(store)) {
      if (isLeftover(store, root, id)) {
        log.warn("the keys of domain {} do not open, and are passed over", id);
      } else {
        ours.add(id);
      }
    }
    return ours;
  }

  /// Somebody rotated what has a second version, so it is damage where that does not open.
  private static boolean isLeftover(BlobStore store, RootKey root, DomainId id) throws IOException {
    if (store.stat(ObjectNames.domain(id, 2)).isPresent()) {
      return false;
    }
    try {
      return root.domainKeys(store, id).isEmpty();
    } catch (CorruptRepositoryException _) {
      return true;
    }
  }

  /// Everything that has the name of a domain, whether its keys open or not.
  static List<DomainId> allDomains(BlobStore store) throws IOException {
    TreeSet<String> ids = new TreeSet<>();
    store.list(
        ObjectNames.DOMAINS,
        blob -> {
          String rest = blob.key().value().substring(ObjectNames.DOMAINS.length());
          int slash = rest.indexOf('/');
          if (slash > 0 && Hex16.isHex(rest.substring(0, slash)) && ids.size() < DOMAINS_MAX) {
            ids.add(rest.substring(0, slash));
          }
        });
    return ids.stream().map(DomainId::new).toList();
  }

  /// All versions of all domains, each domain's from the first on.
  static List<DomainKeys> allKeys(Repository repository) throws IOException {
    List<DomainKeys> all = new ArrayList<>();
    Set<DomainId> shredded = repository.domains().shreds().all().keySet();
    for (DomainId id : domains(repository.store(), repository.root())) {
      if (!shredded.contains(id)) {
        all.addAll(versions(repository, id).values());
      }
    }
    return all;
  }

  /// True if chunks of both have the same ids and the same contexts.
  static boolean isShared(Repository a, Repository b) {
    return a.format().keySpace().equals(b.format().keySpace())
        && MessageDigest.isEqual(a.root().expose(), b.root().expose())
        && MessageDigest.isEqual(
            a.mainDomain().current().identity, b.mainDomain().current().identity);
  }

  /// As above, for the chunks of a domain.
  static boolean isShared(Repository a, Repository b, String domain) throws IOException {
    Optional<Domain> ours = a.domains().find(domain);
    Optional<Domain> theirs = b.domains().find(domain);
    return isShared(a, b)
        && ours.isPresent()
        && theirs.isPresent()
        && MessageDigest.isEqual(ours.get().current().identity, theirs.get().current().identity);
  }

  /// Brings the key versions that `to` lacks along: those that continue its own, and whole domains.
  /// Once one of both has rotated by itself, its versions are its own: a version of the other,
  /// which may be older than its newest, must not become what it seals with.
  ///
  /// @return how many were brought
  static int bring(Repository from, Repository to) throws IOException {
    int brought = 0;
    Set<DomainId> shredded = new HashSet<>(from.domains().shreds().all().keySet());
    shredded.addAll(to.domains().shreds().all().keySet());
    for (DomainId id : domains(from.store(), from.root())) {
      if (shredded.contains(id)) {
        continue;
      }
      NavigableMap<Integer, DomainKeys> theirs = versions(from, id);
      NavigableMap<Integer, DomainKeys> ours = versions(to, id);
      for (DomainKeys keys : theirs.values()) {
        if (ours.isEmpty() || continues(keys, theirs, ours)) {
          var _ =
              to.puts()
                  .put(
                      ObjectNames.domain(id, keys.version), to.root().wrap(to.options(), id, keys));
          to.domains().requireStillAlive(id, keys.name, keys.version);
          // Somebody may have rotated at this moment: what is stored counts.
          DomainKeys stored = to.root().domainKeys(to.store(), id, keys.version);
          ours.put(keys.version, stored);
          brought += isSame(stored, keys) ? 1 : 0;
        }
      }
    }
    return brought;
  }

  /// Whether keys are newer than all of ours, each of which is the same there.
  private static boolean continues(
      DomainKeys keys,
      NavigableMap<Integer, DomainKeys> theirs,
      NavigableMap<Integer, DomainKeys> ours) {
    if (keys.version <= ours.lastKey()) {
      return false;
    }
    for (DomainKeys our : ours.values()) {
      DomainKeys their = theirs.get(our.version);
      if (their == null || !isSame(their, our)) {
        return false;
      }
    }
    Optional<Instant> newest = ours.lastEntry().getValue().createdAt();
    return newest.isEmpty() || keys.createdAt().filter(newest.get()::isAfter).isEmpty();
  }

  private static boolean isSame(DomainKeys a, DomainKeys b) {
    return MessageDigest.isEqual(a.identity, b.identity) && MessageDigest.isEqual(a.data, b.data);
  }

  private static NavigableMap<Integer, DomainKeys> versions(Repository repository, DomainId id)
      throws IOException {
    Map<Integer, DomainKeys> keys = repository.root().domainKeys(repository.store(), id);
    return new TreeMap<>(keys);
  }
}
