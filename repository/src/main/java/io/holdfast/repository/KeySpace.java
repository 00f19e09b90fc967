package io.holdfast.repository;

import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What repositories with the same key space have in common: the root key, and domains with the
/// same identity keys. Versions of data keys are made by each of them, so the same number may stand
/// for different keys; see `docs/format/repository.md`, "Shared key spaces".
final class KeySpace {
  private static final int DOMAINS_MAX = 1_000_000;

  private KeySpace() {}

  /// The domains that have keys, by id.
  static List<DomainId> domains(BlobStore store) throws IOException {
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
    for (DomainId id : domains(repository.store())) {
      all.addAll(versions(repository, id).values());
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

  /// Brings the key versions that `to` lacks along: those above its newest one, and whole domains.
  /// A version that both made by themselves stays what it is in each.
  ///
  /// @return how many were brought
  static int bring(Repository from, Repository to) throws IOException {
    int brought = 0;
    for (DomainId id : domains(from.store())) {
      NavigableMap<Integer, DomainKeys> theirs = versions(from, id);
      NavigableMap<Integer, DomainKeys> ours = versions(to, id);
      for (DomainKeys keys : theirs.values()) {
        boolean above = ours.isEmpty() || keys.version > ours.lastKey();
        if (above && (ours.isEmpty() || isSame(ours.firstEntry().getValue(), keys))) {
          var _ =
              to.puts()
                  .put(
                      ObjectNames.domain(id, keys.version), to.root().wrap(to.options(), id, keys));
          // Somebody may have rotated at this moment: what is stored counts.
          DomainKeys stored = to.root().domainKeys(to.store(), id, keys.version);
          ours.put(keys.version, stored);
          brought += MessageDigest.isEqual(stored.data, keys.data) ? 1 : 0;
        }
      }
    }
    return brought;
  }

  /// Of the same identity: what one of them sealed, the other can hold under the same id.
  private static boolean isSame(DomainKeys a, DomainKeys b) {
    return MessageDigest.isEqual(a.identity, b.identity);
  }

  private static NavigableMap<Integer, DomainKeys> versions(Repository repository, DomainId id)
      throws IOException {
    Map<Integer, DomainKeys> keys = repository.root().domainKeys(repository.store(), id);
    return new TreeMap<>(keys);
  }
}
