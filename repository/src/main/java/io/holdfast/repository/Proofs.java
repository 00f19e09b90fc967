package io.holdfast.repository;

import io.holdfast.repository.CheckRecord.Damaged;
import io.holdfast.repository.CheckRecord.Run;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Which packs were read back and when, as `check/` says. Nothing is safe because of it: whoever
/// may write backups can claim anything there, and what cannot be read is passed over, so that
/// packs are read once more. *Confined.*
public final class Proofs {
  /// Records that are read; older ones mean nothing.
  private static final int RECORDS_MAX = 4096;

  /// More than so many records are put together into one.
  private static final int RECORDS_KEPT = 32;

  /// More than so many runs of a day are put together into one.
  private static final int RUNS_KEPT = 1_000;

  private static final int ID_BYTES = 8;
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Repository repository;
  private final List<BlobKey> names = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();
  private final Map<Long, Instant> provedAt = new HashMap<>();
  private final Map<PackId, Instant> damagedAt = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();

  private Proofs(Repository repository) {
    this.repository = repository;
  }

  static Proofs read(Repository repository) throws IOException {
    Proofs proofs = new Proofs(repository);
    List<BlobStat> records = new ArrayList<>();
    repository.store().list(ObjectNames.CHECKS, records::add);
    List<BlobStat> newest = new ArrayList<>();
    for (BlobStat blob : records.reversed()) {
      if (!isName(blob.key())) {
        String problem = "nothing has such a name";
        proofs.findings.add(new Finding(Finding.Kind.STRAY, blob.key().value(), problem));
      } else if (newest.size() < RECORDS_MAX) {
        newest.add(blob);
      }
    }
    for (BlobStat blob : newest) {
      proofs.read(blob);
    }
    return proofs;
  }

  private void read(BlobStat blob) throws IOException {
    String name = blob.key().value();
    try {
      if (blob.bytes() > CheckRecord.BYTES_MAX) {
        throw CorruptRepositoryException.damaged(name + " has " + blob.bytes() + " bytes");
      }
      byte[] object = repository.store().get(blob.key(), CheckRecord.BYTES_MAX);
      byte[] plain =
          repository
              .mainDomain()
              .openMeta(CheckRecord.PURPOSE, name, object, 0, object.length, CheckRecord.BYTES_MAX);
      CheckRecord record = CheckRecord.decode(plain, name);
      names.add(blob.key());
      runs.addAll(record.runs());
      record.runs().forEach(run -> run.packs().forEach(pack -> later(provedAt, pack, run.at())));
      record.damaged().forEach(each -> later(damagedAt, each.pack(), each.at()));
    } catch (CorruptRepositoryException e) {
      // It only costs reading some packs once more.
      findings.add(new Finding(Finding.Kind.RETIRED, name, e.text()));
    } catch (NoSuchBlobException e) {
      // Somebody put several records together meanwhile.
      return;
    }
  }

  private static <K> void later(Map<K, Instant> map, K key, Instant at) {
    map.merge(key, at, (a, b) -> a.isAfter(b) ? a : b);
  }

  /// When the pack was last read back and was what was written; empty if it never was, or was
  /// damaged since.
  public Optional<Instant> provedAt(PackId pack) {
    Instant proved = provedAt.get(CheckRecord.shortOf(pack));
    Instant damaged = damagedAt.get(pack);
    boolean holds = proved != null && (damaged == null || proved.isAfter(damaged));
    return holds ? Optional.ofNullable(proved) : Optional.empty();
  }

  /// Whether the pack was damaged when it was last read back.
  public boolean isDamaged(PackId pack) {
    return damagedAt.containsKey(pack) && provedAt(pack).isEmpty();
  }

  /// Packs that were damaged when they were last read back.
  public List<PackId> damaged() {
    return damagedAt.keySet().stream()
        .filter(this::isDamaged)
        .sorted(java.util.Comparator.comparing(PackId::toString))
        .toList();
  }

  /// What was read since then, by everybody who wrote a record.
  public long bytesReadSince(Instant time) {
    return readSince(time).stream().mapToLong(Run::bytesRead).sum();
  }

  /// Runs without their packs, each once: those that were put together may still be there by
  /// themselves.
  private List<Run> readSince(Instant time) {
    return runs.stream()
        .filter(run -> !run.at().isBefore(time) && run.bytesRead() > 0)
        .map(run -> new Run(run.at(), run.bytesRead(), List.of()))
        .distinct()
        .toList();
  }

  /// Records that cannot be read, and names that belong to nothing. None of it does harm.
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /// What became of a record.
  ///
  /// @param problem why it was not written, or why older ones could not be put together; empty if
  ///   all went well
  public record Outcome(boolean isWritten, String problem) {}

  /// Writes down what was read back. Where the store refuses it, the proof holds for its reader
  /// only. When there are many records, puts them together into one and deletes them, if it may.
  public Outcome record(Collection<PackId> proved, Collection<PackId> damaged, long bytesRead)
      throws IOException {
    Instant now = repository.options().clock().instant();
    CheckRecord fresh =
        new CheckRecord(
            List.of(new Run(now, bytesRead, proved.stream().map(CheckRecord::shortOf).toList())),
            damaged.stream().map(pack -> new Damaged(now, pack)).toList());
    // Where nothing can be deleted they stay: then it is not worth trying each time.
    boolean many =
        !names.isEmpty() && names.size() < RECORDS_MAX && names.size() % RECORDS_KEPT == 0;
    try {
      put(now, many ? together(fresh) : fresh);
    } catch (IOException e) {
      return new Outcome(false, String.valueOf(e.getMessage()));
    }
    if (!many) {
      return new Outcome(true, "");
    }
    Deletions deletions = new Deletions(repository.store());
    for (BlobKey name : names) {
      deletions.delete(name, 0);
    }
    return new Outcome(true, deletions.refusal());
  }

  private void put(Instant now, CheckRecord record) throws IOException {
    byte[] id = repository.options().entropy().bytes(ID_BYTES);
    BlobKey key =
        new BlobKey(ObjectNames.CHECKS + DAY.format(now) + "-" + HexFormat.of().formatHex(id));
    byte[] object =
        repository.mainDomain().sealMeta(CheckRecord.PURPOSE, key.value(), record.encode());
    if (repository.puts().put(key, object) != ResolvedPut.Owner.OURS) {
      throw new IOException(key + " is there already");
    }
  }

  /// Of each pack that is still there the latest time counts; times are kept by the day.
  private CheckRecord together(CheckRecord fresh) throws IOException {
    List<PackId> packs = repository.verification().packs();
    Map<Instant, List<Long>> byTime = new java.util.TreeMap<>();
    for (PackId pack : packs) {
      provedAt(pack)
          .ifPresent(
              at ->
                  byTime
                      .computeIfAbsent(day(at), _ -> new ArrayList<>())
                      .add(CheckRecord.shortOf(pack)));
    }
    List<Run> all = new ArrayList<>();
    byTime.forEach((at, of) -> all.add(new Run(at, 0, of)));
    Instant today = day(repository.options().clock().instant());
    List<Run> runs = readSince(today);
    // So many say the same as their sum, counted twice at worst.
    all.addAll(
        runs.size() <= RUNS_KEPT
            ? runs
            : List.of(new Run(today, bytesReadSince(today), List.of())));
    all.addAll(fresh.runs());
    List<Damaged> damaged = new ArrayList<>(fresh.damaged());
    for (PackId pack : damaged()) {
      damaged.add(new Damaged(damagedAt.getOrDefault(pack, Instant.EPOCH), pack));
    }
    return new CheckRecord(all, damaged);
  }

  private static Instant day(Instant time) {
    return time.truncatedTo(java.time.temporal.ChronoUnit.DAYS);
  }

  private static boolean isName(BlobKey key) {
    return key.value().matches("check/[0-9]{8}-[0-9a-f]{16}");
  }
}
