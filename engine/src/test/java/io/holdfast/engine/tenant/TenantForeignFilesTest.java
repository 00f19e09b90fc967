package io.holdfast.engine.tenant;

import static io.holdfast.engine.tenant.LawOffice.aim;
import static io.holdfast.engine.tenant.LawOffice.preview;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.application.StorePlace;
import io.holdfast.engine.tenant.TenantRestoreReport.Outcome;
import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// That a row of one account names a file or a large object of another one gives it neither its
/// content nor power over it.
@Timeout(120)
class TenantForeignFilesTest {
  private static TestServer server;
  private static int databases;

  @TempDir private Path temporary = Path.of("");
  private LawOffice office;
  private Path files;

  /// A file of the other account.
  private String others = "";

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = TestServer.start(18, Map.of());
    LawOffice.load(server);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    Path directory = temporary.toRealPath();
    office = LawOffice.open(server, "office" + ++databases, directory);
    files = Files.createDirectories(directory.resolve("files"));
    others = document(1, 0);
    write(others, "secret of the other one");
  }

  @AfterEach
  void close() {
    office.close();
  }

  /// The name of a document of an account.
  private String document(int account, int number) {
    return office.value(
        "SELECT storage_key FROM documents WHERE user_id = '"
            + office.account(account)
            + "' AND storage_key IS NOT NULL ORDER BY id OFFSET "
            + number
            + " LIMIT 1");
  }

  private void write(String key, String content) throws IOException {
    Path file = files.resolve(key);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, content);
  }

  private String read(String key) throws IOException {
    return Files.readString(files.resolve(key));
  }

  private Path place(String key) {
    return files.resolve(key);
  }

  /// A row of the first account names a file.
  private void nameDocument(String key) {
    office.run(
        "UPDATE documents SET storage_key = '"
            + key
            + "' WHERE storage_key = '"
            + document(0, 0)
            + "'");
  }

  private void nameAudio(int account, String key) {
    office.run(
        "UPDATE sessions SET audio_key = '"
            + key
            + "', audio_bytes = 1, audio_sha256 = '' WHERE id = (SELECT id FROM sessions WHERE"
            + " user_id = '"
            + office.account(account)
            + "' ORDER BY id LIMIT 1)");
  }

  private TenantBackupRequest asking(SharedAssets shared) {
    return office.asking("account", office.account(0)).withStores(stores()).withShared(shared);
  }

  private Map<String, StorePlace> stores() {
    return Map.of("files", new StorePlace.Directory(files));
  }

  private TenantRestoreRequest restoring(Aim aim, SharedAssets shared) {
    return preview("account", office.account(0), aim).withStores(stores()).withShared(shared);
  }

  private static Aim undo() {
    return new Aim.Undo();
  }

  /// Shows it, does it, and requires that what was done is what was shown.
  private TenantRestoreReport done(TenantRestoreRequest request) {
    TenantRestoreReport shown = office.restore(request);
    TenantRestoreReport done =
        office.restore(request.withMode(new Mode.Apply(shown.planDigest(), Blocked.LEFT_OUT)));
    assertThat(done.files()).isEqualTo(shown.files());
    assertThat(done.planDigest()).isEqualTo(shown.planDigest());
    return done;
  }

  /// Whether the newest backup has the content of a name.
  private boolean hasContent(String key) throws IOException {
    Path file = place(key);
    byte[] before = Files.readAllBytes(file);
    Files.delete(file);
    var _ = done(restoring(aim("create-missing"), SharedAssets.INCLUDED));
    boolean came = Files.exists(file);
    Files.write(file, before);
    return came;
  }

  @ParameterizedTest
  @ValueSource(strings = {"./%s", "%s/", ".//%s", "x/../%s", "FILES/%s", "FILES/.//%s", "SLASHES"})
  void anotherAccountsFileIsNotBackedUpHoweverItIsWritten(String form) throws IOException {
    String key =
        form.equals("SLASHES")
            ? others.replace("/", "//")
            : form.formatted(others).replace("FILES", files.toString());
    nameDocument(key);
    List<String> warnings = office.report(asking(SharedAssets.LEFT_OUT)).warnings();
    assertThat(warnings)
        .contains(
            "1 files of group documents are left out: rows of others name them, too (" + key + ")");
    assertThat(hasContent(others)).isFalse();
  }

  @Test
  void aFileThatAnotherColumnOfTheStoreNamesIsNotBackedUpEither() throws IOException {
    nameAudio(0, others);
    String own = document(0, 1);
    write(own, "own");
    assertThat(office.report(asking(SharedAssets.LEFT_OUT)).warnings())
        .contains(
            "1 files of group audio are left out: rows of others name them, too (" + others + ")");
    assertThat(hasContent(others)).isFalse();
    assertThat(hasContent(own)).isTrue();
  }

  @Test
  void whoeverRunsTheDatabaseBacksUpWhatSeveralNameAndHasItBackWhereItIsMissing()
      throws IOException {
    nameAudio(0, others);
    assertThat(office.report(asking(SharedAssets.INCLUDED)).warnings())
        .noneMatch(text -> text.contains("rows of others"));
    Files.delete(place(others));

    TenantRestoreReport asked = done(restoring(aim("mirror"), SharedAssets.LEFT_OUT));
    assertThat(asked.files()).isEqualTo(new TenantRestoreReport.Files(0, 0, 0, 0, 1));
    assertThat(place(others)).doesNotExist();

    TenantRestoreReport run = done(restoring(aim("create-missing"), SharedAssets.INCLUDED));
    assertThat(run.files()).isEqualTo(new TenantRestoreReport.Files(1, 0, 0, 0, 0));
    assertThat(read(others)).isEqualTo("secret of the other one");

    TenantRestoreReport undone = done(restoring(undo(), SharedAssets.INCLUDED));
    assertThat(undone.files()).isEqualTo(new TenantRestoreReport.Files(0, 0, 0, 0, 1));
    assertThat(undone.warnings())
        .contains(
            "1 files of group audio are left alone: rows of others name them, too ("
                + others
                + ")");
    assertThat(read(others)).isEqualTo("secret of the other one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"create-missing", "overwrite", "mirror"})
  void aFileThatRowsOfOthersNameIsReplacedByNobody(String preset) throws IOException {
    nameDocument("./" + others);
    String own = document(0, 1);
    write(own, "own then");
    office.backUp(asking(SharedAssets.INCLUDED));
    write(others, "what the other one has now");
    write(own, "own now");
    boolean overwrites = !preset.equals("create-missing");

    for (SharedAssets shared : SharedAssets.values()) {
      TenantRestoreReport report = done(restoring(aim(preset), shared));
      assertThat(read(others)).isEqualTo("what the other one has now");
      assertThat(report.files())
          .isEqualTo(
              overwrites
                  ? new TenantRestoreReport.Files(0, 1, 0, 0, 1)
                  : new TenantRestoreReport.Files(0, 0, 0, 2, 0));
      assertThat(read(own)).isEqualTo(overwrites ? "own then" : "own now");
      if (overwrites) {
        assertThat(report.warnings())
            .contains(
                "1 files of group documents are left alone: rows of others name them, too (./"
                    + others
                    + ")");
        assertThat(report.outcome()).isEqualTo(Outcome.DONE);
      }
      write(own, "own now");
    }
  }

  @Test
  void whatAnotherRowNamesSinceThePreviewIsAnotherPlan() throws IOException {
    String own = document(0, 1);
    write(own, "then");
    office.backUp(asking(SharedAssets.INCLUDED));
    write(own, "now");
    TenantRestoreRequest request = restoring(aim("overwrite"), SharedAssets.INCLUDED);
    String plan = office.restore(request).planDigest();
    nameAudio(1, own);
    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () -> office.restore(request.withMode(new Mode.Apply(plan, Blocked.REFUSED))));
    assertThat(refused.code()).isEqualTo(ErrorCode.PLAN_CHANGED);
    assertThat(read(own)).isEqualTo("now");
  }

  @Test
  void whatWasReplacedIsPutBackUnlessAnotherNamesItByNow() throws IOException {
    String own = document(0, 1);
    String shared = document(0, 2);
    write(own, "own then");
    write(shared, "shared then");
    office.backUp(asking(SharedAssets.LEFT_OUT));
    write(own, "own now");
    write(shared, "shared now");
    TenantRestoreReport restored = done(restoring(aim("overwrite"), SharedAssets.LEFT_OUT));
    assertThat(restored.files()).isEqualTo(new TenantRestoreReport.Files(0, 2, 0, 0, 0));
    assertThat(restored.safetySnapshot())
        .hasValue(office.backup(restored.safety().orElseThrow()).id());
    nameAudio(1, shared);
    TenantRestoreReport undone = done(restoring(undo(), SharedAssets.LEFT_OUT));
    assertThat(undone.files()).isEqualTo(new TenantRestoreReport.Files(0, 1, 0, 0, 1));
    assertThat(read(own)).isEqualTo("own now");
    assertThat(read(shared)).isEqualTo("shared then");
  }

  @Test
  void whatASafetyBackupTakesIsNotAnothersEither() throws IOException {
    office.backUp(asking(SharedAssets.LEFT_OUT));
    nameAudio(0, others);
    String safety = done(restoring(aim("mirror"), SharedAssets.LEFT_OUT)).safety().orElseThrow();
    var _ = done(restoring(undo(), SharedAssets.LEFT_OUT));
    // The row names it again, as it did when that was backed up.
    Files.delete(place(others));
    var _ = done(restoring(aim("mirror"), SharedAssets.INCLUDED).withBackup(safety));
    assertThat(place(others)).doesNotExist();
  }

  @Test
  void ofAMatterTheAccountDecidesWhatIsItsOwn() throws IOException {
    String matter = office.matter(0);
    String paper =
        office.value(
            "SELECT storage_key FROM documents WHERE storage_key IS NOT NULL AND matter_id = '"
                + matter
                + "' ORDER BY id LIMIT 1");
    String name =
        office.value(
            "SELECT storage_key FROM documents WHERE storage_key IS NOT NULL AND matter_id = '"
                + matter
                + "' ORDER BY id OFFSET 1 LIMIT 1");
    write(paper, "own");
    // A session of the same account that is not under the matter.
    office.run(
        "UPDATE sessions SET audio_key = '"
            + paper
            + "', audio_bytes = 1, audio_sha256 = '' WHERE id = (SELECT id FROM sessions WHERE"
            + " user_id = '"
            + office.account(0)
            + "' AND matter_id IS DISTINCT FROM '"
            + matter
            + "' ORDER BY id LIMIT 1)");
    office.run(
        "UPDATE documents SET storage_key = './" + others + "' WHERE storage_key = '" + name + "'");
    TenantBackupRequest request =
        office
            .asking("matter", matter)
            .withWithin(office.within(0))
            .withStores(stores())
            .withShared(SharedAssets.LEFT_OUT);
    assertThat(office.report(request).warnings())
        .contains(
            "1 files of group documents are left out: rows of others name them, too (./"
                + others
                + ")");
    write(paper, "changed");
    TenantRestoreReport report =
        done(
            preview("matter", matter, aim("overwrite"))
                .withWithin(office.within(0))
                .withStores(stores())
                .withShared(SharedAssets.LEFT_OUT));
    // Another part of the account names it.
    assertThat(report.files()).isEqualTo(new TenantRestoreReport.Files(0, 0, 0, 0, 1));
    assertThat(read(paper)).isEqualTo("changed");
    Files.delete(place(paper));
    TenantRestoreReport missing =
        done(
            preview("matter", matter, aim("overwrite"))
                .withWithin(office.within(0))
                .withStores(stores())
                .withShared(SharedAssets.LEFT_OUT));
    assertThat(missing.files()).isEqualTo(new TenantRestoreReport.Files(1, 0, 0, 0, 0));
    assertThat(read(paper)).isEqualTo("own");
  }

  @ParameterizedTest
  @EnumSource(SharedAssets.class)
  void aLargeObjectOfAnotherAccountIsForWhoRunsTheDatabase(SharedAssets shared) {
    String number =
        office.value(
            "SELECT signature_oid FROM documents WHERE signature_oid IS NOT NULL AND user_id = '"
                + office.account(1)
                + "' ORDER BY id LIMIT 1");
    office.run(
        "UPDATE documents SET signature_oid = "
            + number
            + " WHERE storage_key = '"
            + document(0, 0)
            + "'");
    String left =
        "1 large objects of group signatures are left out: rows of others name them, too ("
            + number
            + ")";
    List<String> warnings = office.report(asking(shared)).warnings();
    switch (shared) {
      case INCLUDED -> assertThat(warnings).doesNotContain(left);
      case LEFT_OUT -> assertThat(warnings).contains(left);
    }
    office.run("SELECT lo_unlink(" + number + ")");
    var _ = done(restoring(aim("mirror"), shared));
    // A row of another one would find there what is not its own.
    assertThat(office.value("SELECT count(*) FROM pg_largeobject_metadata WHERE oid = " + number))
        .isEqualTo("0");
    assertThat(
            office.value(
                "SELECT count(*) FROM documents d WHERE storage_key = '"
                    + document(0, 0)
                    + "' AND EXISTS (SELECT FROM pg_largeobject_metadata m WHERE m.oid ="
                    + " d.signature_oid)"))
        .isEqualTo(shared == SharedAssets.INCLUDED ? "1" : "0");
  }

  /// The map says what names look like.
  private void sayNames() throws IOException {
    Path map = office.map("account");
    String text = Files.readString(map);
    String changed =
        text.replace(
            "key: storage_key, store: files}",
            "key: storage_key, store: files, keys: \"" + pattern() + "\"}");
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(map, changed);
  }

  /// With the account's id in it.
  private String pattern() {
    String own = document(0, 1);
    assertThat(own).contains(office.account(0) + "/");
    return own.substring(0, own.indexOf(office.account(0))) + "{id}/**";
  }

  @Test
  void namesThatTheMapSaysAreTheAccountsOwnAreBackedUpWhoeverNamesThem() throws IOException {
    sayNames();
    String own = document(0, 1);
    write(own, "own");
    nameAudio(1, own);
    nameDocument("stray/" + office.account(0) + ".pdf");
    write("stray/" + office.account(0) + ".pdf", "stray");
    for (SharedAssets shared : SharedAssets.values()) {
      assertThat(office.report(asking(shared)).warnings())
          .contains(
              "1 files of group documents are left out: their names are not like those that the"
                  + " scope map says are this tenant's (stray/"
                  + office.account(0)
                  + ".pdf)")
          .noneMatch(text -> text.contains("rows of others"));
    }
    write(own, "changed");
    TenantRestoreReport report = done(restoring(aim("overwrite"), SharedAssets.LEFT_OUT));
    assertThat(report.files()).isEqualTo(new TenantRestoreReport.Files(0, 0, 0, 0, 1));
    assertThat(read(own)).isEqualTo("changed");
    Files.delete(place(own));
    assertThat(done(restoring(aim("overwrite"), SharedAssets.LEFT_OUT)).files().created())
        .isEqualTo(1);
    assertThat(read(own)).isEqualTo("own");
  }

  @Test
  void aNameThatTheMapRefusesIsNeitherMadeNorReplacedNorDeleted() throws IOException {
    nameDocument("stray/file.pdf");
    write("stray/file.pdf", "then");
    office.backUp(asking(SharedAssets.INCLUDED));
    Files.delete(place("stray/file.pdf"));
    var _ = done(restoring(aim("mirror"), SharedAssets.INCLUDED));
    assertThat(read("stray/file.pdf")).isEqualTo("then");

    sayNames();
    TenantRestoreRequest.Scope now = new TenantRestoreRequest.Scope.OfFile(office.map("account"));
    TenantRestoreRequest undo =
        TenantRestoreRequest.of(now, office.account(0), undo(), new Mode.Preview())
            .withStores(stores());
    assertThat(done(undo).files()).isEqualTo(new TenantRestoreReport.Files(0, 0, 0, 0, 1));
    assertThat(read("stray/file.pdf")).isEqualTo("then");
    write("stray/file.pdf", "now");
    TenantRestoreRequest mirror =
        TenantRestoreRequest.of(now, office.account(0), aim("mirror"), new Mode.Preview())
            .withStores(stores());
    assertThat(done(mirror).files()).isEqualTo(new TenantRestoreReport.Files(0, 0, 0, 0, 1));
    assertThat(read("stray/file.pdf")).isEqualTo("now");
    Files.delete(place("stray/file.pdf"));
    assertThat(done(mirror).files()).isEqualTo(new TenantRestoreReport.Files(0, 0, 0, 0, 1));
    assertThat(place("stray/file.pdf")).doesNotExist();
  }

  @Test
  void whatUndoesACopyIsTheOtherAccounts() {
    office.backUp(asking(SharedAssets.LEFT_OUT).withLabels(Map.of("account", office.account(0))));
    String to = "0c0b1e5d-0000-4000-8000-000000000001";
    Aim copy =
        new Aim.Copy(to, Optional.empty(), List.of(), Optional.empty(), Map.of("account", to));
    TenantRestoreReport copied = done(restoring(copy, SharedAssets.LEFT_OUT));
    assertThat(office.backup(copied.safety().orElseThrow()).attributes())
        .containsEntry("label.account", to)
        .containsEntry("scopeId", to);
  }
}
