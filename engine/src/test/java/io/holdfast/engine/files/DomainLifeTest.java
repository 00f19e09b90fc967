package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.config.TransferLimits;
import io.holdfast.engine.copy.Copy;
import io.holdfast.engine.copy.CopyReport;
import io.holdfast.engine.copy.CopyRequest;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import io.holdfast.engine.keys.Keys;
import io.holdfast.engine.keys.Shred;
import io.holdfast.engine.maintenance.Prune;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.maintenance.Repair;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.verify.Check;
import io.holdfast.engine.verify.CheckReport;
import io.holdfast.engine.verify.Verify;
import io.holdfast.repository.PackId;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two sources in two domains of one repository, from their first backups to the end of one of
/// them, through the use cases that people call.
class DomainLifeTest {
  private static final PruneRequest PRUNE =
      new PruneRequest(0, 100, Duration.ZERO, Duration.ZERO, Set.of());

  private final EngineContext context = TestEngine.context();

  @TempDir Path temporary;
  private Path root = Path.of("/");
  private Optional<OpenRepository> opened = Optional.empty();
  private int restores;

  @BeforeEach
  void makeRepositoryWithBackups() throws IOException {
    root = temporary.toRealPath();
    new RepositoryAccess(context).init(settings("repository", "a")).repository().close();
    opened = Optional.of(new RepositoryAccess(context).open(settings("repository", "a")));
    for (String source : List.of("a", "b")) {
      Path tree = Files.createDirectory(root.resolve(source));
      FileTrees.makeEverything(tree);
      // The same in both: each domain stores it for itself.
      write(tree.resolve("large"), 1);
      backUp(source);
      write(tree.resolve("more"), source.charAt(0));
      backUp(source);
    }
  }

  @AfterEach
  void closeRepository() {
    opened.ifPresent(OpenRepository::close);
  }

  @Test
  void everythingWorksInEachDomain() throws IOException {
    requireRestorable("a");
    requireRestorable("b");
    requireSound();
    BackupCatalog catalog = BackupCatalog.of(repository().repository());
    assertThat(catalog.ofSource("a").getLast().record().storedBytes())
        .as("the second backup builds on the first")
        .isLessThan(catalog.ofSource("a").getFirst().record().storedBytes());
    repository()
        .repository()
        .forget(
            List.of(catalog.ofSource("a").getFirst().id(), catalog.ofSource("b").getFirst().id()));
    assertThat(new Prune(context, repository()).run(PRUNE).isWhole()).isTrue();
    assertThat(
            new Repair(context, repository())
                .run(new Repair.Request(Repair.Read.ALL, Duration.ZERO, Duration.ZERO))
                .isWhole())
        .isTrue();
    requireSound();
    requireRestorable("a");
    requireRestorable("b");
  }

  @Test
  void oneIsShreddedAndTheOtherStaysAsItIs() throws IOException {
    Set<PackId> before = packs();
    String name =
        BackupCatalog.of(repository().repository()).ofSource("a").getLast().record().name();
    Shred.Outcome plan = new Shred(repository()).plan("a");
    assertThat(plan.lines()).anyMatch(line -> line.contains(name));
    assertThat(BackupCatalog.of(repository().repository()).all()).hasSize(4);

    Shred.Outcome outcome = new Shred(repository()).run("a", Shred.KeptKeys.REFUSED);
    assertThat(outcome.lines()).anyMatch(line -> line.startsWith("not proved: "));
    for (String wanted : List.of(name, BackupCatalog.LATEST)) {
      assertThatThrownBy(() -> restore(wanted, "a"))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DOMAIN_SHREDDED));
    }
    for (ThrowingCallable refused :
        List.<ThrowingCallable>of(() -> backUp("a"), () -> estimate("a"))) {
      assertThatThrownBy(refused)
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DOMAIN_SHREDDED));
    }
    requireRestorable("b");
    requireSound();
    assertThat(new Keys(context, repository()).list().table())
        .anyMatch(line -> line.matches("a +shredded +[0-9-]+"));

    assertThat(new Prune(context, repository()).run(PRUNE).isWhole()).isTrue();
    Set<PackId> after = packs();
    assertThat(after).isNotEmpty().hasSizeLessThan(before.size());
    assertThat(new Shred(repository()).plan("a").map()).containsEntry("packs", 0L);
    requireRestorable("b");
    requireSound();
    backUp("b");
    requireRestorable("b");
  }

  @Test
  void whatTheTargetHasShreddedIsLeftOutAndIsNoFailure() throws IOException {
    Settings to = settings("target", "a");
    RepositoryAccess access = new RepositoryAccess(context);
    access.initLike(to, repository()).repository().close();
    try (OpenRepository target = access.open(to)) {
      CopyRequest all = new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.ALL);
      int backups = new Copy(context, repository(), target).run(all).backups().size();
      var _ = new Shred(target).run("a", Shred.KeptKeys.REFUSED);

      CopyReport planned = new Copy(context, repository(), target).plan(all);
      CopyReport again = new Copy(context, repository(), target).run(all);
      for (CopyReport report : List.of(planned, again)) {
        assertThat(report.isWhole()).isTrue();
        assertThat(report.count(CopyReport.Outcome.SHREDDED_THERE)).isPositive();
        assertThat(
                report.count(CopyReport.Outcome.SHREDDED_THERE)
                    + report.count(CopyReport.Outcome.ALREADY_THERE))
            .isEqualTo(backups);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"like", "strange"})
  void aCopySaysWhatTheTargetStillHas(String kind) throws IOException {
    Settings to = settings("target", "a");
    RepositoryAccess access = new RepositoryAccess(context);
    (kind.equals("like") ? access.initLike(to, repository()) : access.init(to))
        .repository()
        .close();
    try (OpenRepository target = access.open(to)) {
      CopyRequest all = new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.ALL);
      CopyReport first = new Copy(context, repository(), target).run(all);
      assertThat(first.isWhole()).isTrue();
      assertThat(first.warnings()).isEmpty();
      assertThat(new Shred(repository()).run("a", Shred.KeptKeys.REFUSED).map())
          .containsEntry("deletedKeys", 1);
      backUp("b");

      CopyReport second = new Copy(context, repository(), target).run(all);
      assertThat(second.isWhole()).isTrue();
      assertThat(second.count(CopyReport.Outcome.COPIED)).isEqualTo(1);
      assertThat(second.warnings())
          .singleElement()
          .asString()
          .contains("nothing of it is copied", "holdfast key shred a --confirm a --repo");
      assertThat(new Verify(context, target).all().findings()).isEmpty();
      assertThat(new Shred(target).run("a", Shred.KeptKeys.REFUSED).map())
          .containsEntry("deletedKeys", 1);
      assertThat(new Verify(context, target).all().findings()).isEmpty();
      assertThat(BackupCatalog.of(target.repository()).all()).hasSize(3);
    }
    requireSound();
  }

  private void requireSound() throws IOException {
    assertThat(new Verify(context, repository()).all().findings()).isEmpty();
    CheckReport check = new Check(context, repository()).run();
    assertThat(check.damage()).isEmpty();
    assertThat(check.remarks()).isEmpty();
  }

  private void requireRestorable(String source) {
    FileTrees.requireEqual(root.resolve(source), restore(BackupCatalog.LATEST, source));
  }

  private Path restore(String backup, String source) {
    Path to = root.resolve("out-" + restores++);
    FilesRestore restore = new FilesRestore(context, repository());
    FilesRestoreReport report =
        restore.execute(
            restore.plan(
                new FilesRestoreRequest(
                    backup, source, to, List.of(), Existing.REFUSE, Owners.BY_NAME)));
    assertThat(report.warnings()).isEmpty();
    return to.resolve(root.resolve(source).toString().substring(1));
  }

  private StoredSnapshot backUp(String source) {
    return new FilesBackup(context, repository())
        .run(settings("repository", source), request(source))
        .backup();
  }

  private FilesEstimate estimate(String source) {
    return new FilesBackup(context, repository())
        .estimate(settings("repository", source), request(source));
  }

  private FilesBackupRequest request(String source) {
    return new FilesBackupRequest(
        List.of(root.resolve(source)),
        List.of(),
        FilesBackupRequest.Caches.INCLUDED,
        FilesBackupRequest.Mounts.CROSSED);
  }

  private Set<PackId> packs() throws IOException {
    Set<PackId> packs = new HashSet<>();
    try (var files = Files.walk(root.resolve("repository/packs"))) {
      files.forEach(
          file ->
              Verification.packOf(root.resolve("repository").relativize(file).toString())
                  .ifPresent(packs::add));
    }
    return packs;
  }

  private static void write(Path file, long seed) throws IOException {
    byte[] bytes = new byte[700_000];
    new SplittableRandom(seed).nextBytes(bytes);
    Files.write(file, bytes);
  }

  /// A source whose backups are in the domain of its name.
  private Settings settings(String repository, String source) {
    return new Settings(
        root.resolve(repository).toString(),
        new KeySource.Hex(new Secret(TestEngine.KEY)),
        source,
        Optional.empty(),
        Optional.empty(),
        "holdfast_main",
        Optional.empty(),
        TransferLimits.NONE,
        source);
  }

  private OpenRepository repository() {
    return opened.orElseThrow();
  }
}
