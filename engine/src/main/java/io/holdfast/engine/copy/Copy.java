package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.copy.CopyReport.Copied;
import io.holdfast.engine.copy.CopyReport.Outcome;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.Repository;
import io.holdfast.repository.ShreddedDomain;
import io.holdfast.repository.ShreddedDomainException;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification.Findability;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Copies backups into another repository. May be run again at any time: what is there is not sent
/// again, and backups that are there are passed over.
public final class Copy {
  private final EngineContext context;
  private final OpenRepository source;
  private final OpenRepository target;

  public Copy(EngineContext context, OpenRepository source, OpenRepository target) {
    this.context = context;
    this.source = source;
    this.target = target;
  }

  /// What a run would do; nothing is written.
  public CopyReport plan(CopyRequest request) {
    return Failures.translate("plan copy", () -> planNow(request));
  }

  /// Copies. A backup that is damaged in the source fails alone; what keeps everything from going
  /// on ends the run, and leaves what was finished.
  public CopyReport run(CopyRequest request) {
    requireDifferent();
    return Failures.translate("copy to " + target.address(), () -> runNow(request));
  }

  private void requireDifferent() {
    if (source.id().equals(target.id())) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--to names the repository that is copied from",
          "Name another place; 'holdfast init --like' makes a repository for copies.");
    }
  }

  private CopyReport planNow(CopyRequest request) throws IOException {
    requireDifferent();
    Twins twins = twins();
    List<StoredSnapshot> chosen = chosen(request, twins);
    List<Copied> backups = new ArrayList<>();
    Set<String> shredded = shreddedThere();
    for (StoredSnapshot backup : chosen) {
      SnapshotRecord record = backup.record();
      if (shredded.contains(record.domain())) {
        backups.add(copied(record, Outcome.SHREDDED_THERE, 0, ""));
        continue;
      }
      backups.add(
          twins.find(record).isPresent()
              ? copied(record, Outcome.ALREADY_THERE, 0, "")
              : twins.inTheWay(record).isPresent()
                  ? copied(record, Outcome.FAILED, 0, inTheWay(record).text())
                  : copied(record, Outcome.WOULD_COPY, 0, ""));
    }
    LineCopy lines = new LineCopy(context, source.repository(), target.repository(), request.wal());
    Exchange.Way way = Exchange.between(source.repository(), target.repository()).way();
    CopyReport.WalTally planned =
        lines.plan(
            chosen.stream().filter(each -> !shredded.contains(each.record().domain())).toList());
    return new CopyReport(
        target.address(),
        way,
        backups,
        planned,
        lines.problems(),
        hidden(request),
        warnings(List.of()));
  }

  private CopyReport runNow(CopyRequest request) throws IOException {
    Exchange.bringKeys(source.repository(), target.repository());
    try (Repository receiving = target.repository().reopened()) {
      List<String> erasures = new ErasureCopy(source.repository(), receiving).run();
      Twins twins = twins();
      List<StoredSnapshot> chosen = chosen(request, twins);
      List<String> hidden = hidden(request);
      Exchange exchange = Exchange.between(source.repository(), receiving);
      LineCopy lines = new LineCopy(context, source.repository(), receiving, request.wal());
      OneCopy copy = new OneCopy(context, exchange, receiving, lines);
      // One listing of the packs serves for all backups that are there.
      Optional<Findability> chunks =
          chosen.stream().anyMatch(backup -> twins.find(backup.record()).isPresent())
              ? Optional.of(receiving.verification().findability(List.of()))
              : Optional.empty();
      List<Copied> outcomes = new ArrayList<>();
      Set<String> shredded = shreddedThere();
      for (StoredSnapshot backup : chosen) {
        context.cancellation().throwIfRequested();
        if (shredded.contains(backup.record().domain())) {
          outcomes.add(copied(backup.record(), Outcome.SHREDDED_THERE, 0, ""));
          continue;
        }
        outcomes.add(one(backup.record(), copy, twins, chunks));
      }
      lines.copyRest(chosen.stream().filter(backup -> twins.isCopied(backup.record())).toList());
      return new CopyReport(
          target.address(),
          exchange.way(),
          outcomes,
          lines.tally(),
          lines.problems(),
          Stream.concat(hidden.stream(), erasures.stream()).toList(),
          warnings(lines.warnings()));
    }
  }

  private Set<String> shreddedThere() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    target.repository().shreddedDomains().forEach(domain -> names.add(domain.name()));
    return names;
  }

  /// Adds what was shredded in the source: nothing of it is copied, and what the target has of it
  /// is still readable there.
  private List<String> warnings(List<String> others) throws IOException {
    List<String> warnings = new ArrayList<>(others);
    List<StoredSnapshot> there = BackupCatalog.of(target.repository()).all();
    for (ShreddedDomain domain : source.repository().shreddedDomains()) {
      List<String> left =
          there.stream()
              .map(StoredSnapshot::record)
              .filter(backup -> backup.domain().equals(domain.name()))
              .map(SnapshotRecord::name)
              .toList();
      if (left.isEmpty()) {
        continue;
      }
      warnings.add(
          "the domain '"
              + domain.name()
              + "' was shredded in the source on "
              + ShreddedDomainException.day(domain)
              + ": nothing of it is copied"
              + "; the target still has "
              + String.join(", ", left)
              + " of it: 'holdfast key shred "
              + domain.name()
              + " --confirm "
              + domain.name()
              + " --repo "
              + target.address()
              + "' shreds them there");
    }
    return warnings;
  }

  private Copied one(SnapshotRecord backup, OneCopy copy, Twins twins, Optional<Findability> chunks)
      throws IOException {
    Optional<SnapshotRecord> there = twins.find(backup);
    try {
      if (there.isPresent() && chunks.isPresent()) {
        context.progress().phase("check " + backup.name(), 0);
        copy.again(backup, there.get(), chunks.get());
        return copied(backup, Outcome.ALREADY_THERE, 0, "");
      }
      if (twins.inTheWay(backup).isPresent()) {
        throw inTheWay(backup);
      }
      SnapshotRecord arrived = copy.run(backup, twins.nearest(backup));
      twins.add(backup, arrived);
      return copied(backup, Outcome.COPIED, arrived.storedBytes(), "");
    } catch (BackupException e) {
      if (!LineCopy.isOfOne(e)) {
        throw e;
      }
      String what = there.isPresent() ? ": " : " was not copied: ";
      context.progress().note(backup.name() + what + e.text());
      return copied(backup, Outcome.FAILED, 0, e.text());
    }
  }

  private static Copied copied(
      SnapshotRecord backup, Outcome outcome, long storedBytes, String problem) {
    return new Copied(
        backup.name(), backup.source(), outcome, backup.logicalBytes(), storedBytes, problem);
  }

  private static BackupException inTheWay(SnapshotRecord backup) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "the target has another backup of the name " + backup.name(),
        "Copy into another repository, or forget that one.");
  }

  private Twins twins() throws IOException {
    return new Twins(
        BackupCatalog.of(source.repository()).all(), BackupCatalog.of(target.repository()).all());
  }

  /// Oldest first, each once. What is too old is not sent; what is there already is looked at all
  /// the same, and gets the write-ahead log that has been written since.
  private List<StoredSnapshot> chosen(CopyRequest request, Twins twins) throws IOException {
    List<StoredSnapshot> named = named(request);
    if (request.within().isEmpty()) {
      return named;
    }
    Instant earliest = context.clock().instant().minus(request.within().get());
    return named.stream()
        .filter(
            backup ->
                !backup.record().startedAt().isBefore(earliest)
                    || twins.find(backup.record()).isPresent())
        .toList();
  }

  /// Oldest first, each once.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND` if there is none of those that were asked for
  private List<StoredSnapshot> named(CopyRequest request) throws IOException {
    BackupCatalog catalog = BackupCatalog.of(source.repository());
    if (request.backups().isEmpty()) {
      if (request.source().isEmpty()) {
        return catalog.all();
      }
      String named = request.source().get();
      StoredSnapshot _ = catalog.require(BackupCatalog.LATEST, named);
      return catalog.ofSource(named);
    }
    Set<String> names = new LinkedHashSet<>();
    for (String name : request.backups()) {
      names.add(catalog.require(name, request.source().orElse("main")).record().name());
    }
    return catalog.all().stream().filter(backup -> names.contains(backup.record().name())).toList();
  }

  /// What may be a backup that was asked for, and cannot be read in the source. Who asked for
  /// backups by their names got them.
  private List<String> hidden(CopyRequest request) throws IOException {
    List<String> names = request.backups();
    if (!names.isEmpty() && !names.contains(BackupCatalog.LATEST)) {
      return List.of();
    }
    BackupCatalog catalog = BackupCatalog.of(source.repository());
    List<String> hidden = new ArrayList<>();
    for (CorruptRepositoryException entry : catalog.damaged()) {
      hidden.add("an entry of the source's list of backups cannot be read: " + entry.text());
    }
    for (CorruptRepositoryException state : catalog.undecided()) {
      hidden.add("the source may have forgotten some of its backups: " + state.text());
    }
    return hidden;
  }
}
