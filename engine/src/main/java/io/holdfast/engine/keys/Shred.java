package io.holdfast.engine.keys;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.repository.ShreddedDomainException;
import io.holdfast.repository.Shredding;
import io.holdfast.repository.Shredding.Plan;
import io.holdfast.repository.Shredding.Report;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.storage.BlobStore.AfterDelete;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Destroys the keys of a domain, and says what that does not reach. *Confined.*
public final class Shred {
  private final OpenRepository repository;

  public Shred(OpenRepository repository) {
    this.repository = repository;
  }

  /// What to do where the store keeps what is deleted, so that nothing can be destroyed.
  public enum KeptKeys {
    REFUSED,
    /// Close the domain and delete what can be deleted.
    ACCEPTED
  }

  /// What came of it, for programs and for people.
  public record Outcome(Map<String, Object> map, List<String> lines) {
    public Outcome {
      lines = List.copyOf(lines);
    }
  }

  /// What a run would do; nothing is written.
  public Outcome plan(String domain) {
    return Failures.translate(
        "plan to shred domain " + domain,
        () -> {
          Plan plan = repository.repository().shredding(domain).plan();
          Map<String, Object> map = map(plan);
          map.put("shredded", false);
          List<String> lines = describe(plan, "would shred ");
          lines.addAll(remains(plan, AfterDelete.UNKNOWN));
          map.put("notReached", remains(plan, AfterDelete.UNKNOWN));
          return new Outcome(map, lines);
        });
  }

  /// Shreds the domain, or completes what was begun.
  public Outcome run(String domain, KeptKeys kept) {
    return Failures.translate(
        "shred domain " + domain,
        () -> {
          Shredding shredding = repository.repository().shredding(domain);
          Plan plan = shredding.plan();
          Report report =
              shredding.run(
                  switch (kept) {
                    case REFUSED -> Shredding.KeptKeys.REFUSED;
                    case ACCEPTED -> Shredding.KeptKeys.ACCEPTED;
                  });
          Map<String, Object> map = map(plan);
          map.put("shredded", report.afterDelete() != AfterDelete.KEPT);
          map.put("shreddedAt", report.domain().at().toString());
          map.put("deletedKeys", report.deletedKeys());
          map.put("storeKeepsDeleted", word(report.afterDelete()));
          map.put("notReached", remains(plan, report.afterDelete()));
          List<String> lines = describe(plan, "shredded ");
          lines.add(
              report.afterDelete() == AfterDelete.KEPT
                  ? "NOT DESTROYED: the store keeps the "
                      + plan.keyVersions()
                      + " objects with the keys; no program of ours reads them any more"
                  : "its keys below "
                      + plan.keysBelow()
                      + " are gone from "
                      + repository.address()
                      + ": "
                      + report.deletedKeys()
                      + (report.deletedKeys() == 1 ? " object" : " objects")
                      + " deleted, none listed or readable any more");
          lines.addAll(remains(plan, report.afterDelete()));
          return new Outcome(map, lines);
        });
  }

  private static String word(AfterDelete afterDelete) {
    return switch (afterDelete) {
      case GONE -> "no";
      case KEPT -> "yes";
      case UNKNOWN -> "unknown";
    };
  }

  private static Map<String, Object> map(Plan plan) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("domain", plan.domain());
    map.put("already", plan.already().map(domain -> domain.at().toString()));
    map.put("backups", plan.backups().stream().map(b -> b.record().name()).toList());
    map.put("keyVersions", plan.keyVersions());
    map.put("keysBelow", plan.keysBelow());
    map.put("packs", plan.packs());
    map.put("packBytes", plan.packBytes());
    map.put("openSessions", plan.openSessions());
    return map;
  }

  private static List<String> describe(Plan plan, String verb) {
    List<String> lines = new ArrayList<>();
    lines.add(
        verb
            + "the domain '"
            + plan.domain()
            + "'"
            + plan.already()
                .map(domain -> ", which was decided on " + ShreddedDomainException.day(domain))
                .orElse(""));
    for (StoredSnapshot backup : plan.backups()) {
      SnapshotRecord record = backup.record();
      lines.add(
          "  backup "
              + record.name()
              + " of source '"
              + record.source()
              + "', "
              + new ByteSize(record.logicalBytes()));
    }
    if (plan.backups().isEmpty()) {
      lines.add("  no backups are in it");
    }
    lines.add(
        plan.packs()
            + " packs of "
            + new ByteSize(plan.packBytes())
            + " are unreadable at once, and go with 'holdfast prune'");
    return lines;
  }

  /// What is not destroyed, and what nobody can prove from here.
  private List<String> remains(Plan plan, AfterDelete afterDelete) {
    List<String> lines = new ArrayList<>();
    plan.backups().stream()
        .map(StoredSnapshot::record)
        .filter(record -> record.kind().equals(PhysicalBackup.KIND))
        .map(SnapshotRecord::source)
        .distinct()
        .sorted()
        .forEach(
            source ->
                lines.add(
                    "not reached: the write-ahead log of source '"
                        + source
                        + "' is in a domain of its own and holds what was written to the"
                        + " database; prune removes what no backup needs, and keeps that of a"
                        + " source's newest cluster"));
    if (plan.backups().isEmpty()) {
      lines.add(
          "not reached: write-ahead log of sources whose backups were in it, if any: it is in"
              + " domains of its own, wal/SOURCE");
    }
    if (plan.openSessions() > 0) {
      lines.add(
          "not reached: "
              + plan.openSessions()
              + " backups run or were cut off; one into this domain holds its keys in memory until"
              + " it ends, and is not committed");
    }
    switch (afterDelete) {
      case GONE -> {}
      case KEPT ->
          lines.add(
              "NOT DESTROYED: what the store keeps of "
                  + plan.keysBelow()
                  + " must be removed by its own means, see docs/guide/keys.md");
      case UNKNOWN ->
          lines.add(
              "not proved: that the store keeps no versions, snapshots or copies of "
                  + plan.keysBelow()
                  + "; docs/guide/keys.md says what to look at");
    }
    lines.add(
        "not proved: that nobody has a copy of these objects or keys: repositories made with 'init"
            + " --like' or copied to have the same keys and must be shredded too");
    return lines;
  }
}
