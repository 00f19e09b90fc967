package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.PackSummary;
import io.holdfast.repository.Finding.Kind;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.IndexLoader.Use;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Compares the packs that are there with those that the index names.
final class PackCheck {
  private final Verification.Parts parts;
  private final Loaded loaded;

  /// Packs of shredded domains.
  private final Set<PackId> meaningless = new HashSet<>();

  PackCheck(Verification.Parts parts, Loaded loaded) {
    this.parts = parts;
    this.loaded = loaded;
  }

  void run(List<Finding> findings) throws IOException {
    Map<PackId, PackSummary> expected = new HashMap<>();
    Set<DomainId> shredded = parts.domains().shredded(loaded.index());
    loaded.index().packs().stream()
        .filter(pack -> shredded.contains(pack.domain()))
        .forEach(pack -> meaningless.add(pack.id()));
    for (PackSummary pack : loaded.index().packs()) {
      expected.put(pack.id(), pack);
    }
    parts
        .store()
        .list(
            ObjectNames.PACKS,
            blob -> {
              String name = blob.key().value();
              var id = ObjectNames.parsePack(blob.key());
              if (id.isEmpty()) {
                findings.add(new Finding(Kind.STRAY, name, "nothing has such a name"));
                return;
              }
              PackSummary pack = expected.remove(id.get());
              if (pack == null) {
                if (!loaded.state().buried().contains(id.get())) {
                  findings.add(new Finding(Kind.UNREFERENCED, name, "no index names this pack"));
                }
              } else if (pack.bytes() != blob.bytes()) {
                findings.add(
                    new Finding(
                        kind(id.get(), Kind.DAMAGED),
                        name,
                        "it has " + blob.bytes() + " bytes instead of " + pack.bytes()));
              }
            });
    if (!expected.isEmpty()) {
      // Somebody may have pruned them between our reading the index and this listing.
      Loaded now = parts.loader().load(Use.READ);
      Set<PackId> named = new HashSet<>();
      now.index().packs().forEach(pack -> named.add(pack.id()));
      if (now.damaged().isEmpty()) {
        expected.keySet().retainAll(named);
      }
    }
    for (PackId id : expected.keySet()) {
      findings.add(
          new Finding(
              kind(id, Kind.MISSING), ObjectNames.pack(id).value(), "the index names this pack"));
    }
  }

  /// What still needs a pack that was taken out of use is found by what needs it.
  private Kind kind(PackId id, Kind otherwise) {
    return loaded.state().condemned().contains(id) || meaningless.contains(id)
        ? Kind.RETIRED
        : otherwise;
  }
}
