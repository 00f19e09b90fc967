package io.holdfast.engine.tenant;

import static io.holdfast.engine.tenant.LawOffice.aim;
import static io.holdfast.engine.tenant.LawOffice.preview;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupSummary;
import io.holdfast.engine.tenant.TenantRestoreReport.Outcome;
import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Matters and sessions whose ids come from outside stay within the account that asks.
@Timeout(120)
class TenantWithinTest {
  private static final String NOBODY = "0badc0de-0000-4000-8000-000000000000";

  private static TestServer server;
  private static int databases;

  @TempDir private Path temporary = Path.of("");
  private LawOffice office;

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = TestServer.start(15, Map.of());
    LawOffice.load(server);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    office = LawOffice.open(server, "office" + ++databases, temporary.toRealPath());
  }

  @AfterEach
  void close() {
    office.close();
  }

  @Test
  void theOwnMatterIsBackedUpAndAnothersIsAsOneThatDoesNotExist() {
    String own = office.matter(0);
    String others = office.matter(1);
    String made = office.backUp(office.asking("matter", own).withWithin(office.within(0)));
    assertThat(office.backup(made).attributes()).containsEntry("scopeId", own);

    // The database writes ids in its own way, which only those that exist have.
    for (String id : List.of(others, others.toUpperCase(Locale.ROOT), NOBODY, "no uuid")) {
      BackupException refused =
          refused(() -> office.backUp(office.asking("matter", id).withWithin(office.within(0))));
      assertThat(refused.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
      assertThat(refused.text()).isEqualTo("public.matters has no row whose id is " + id);
      assertThat(refused.hint()).isEqualTo("Give the id of one that exists, with --id.");
    }
    assertThat(office.backups()).hasSize(1);
  }

  @Test
  void aSessionIsAskedForTwoLevelsUp() {
    String matter = office.matter(0);
    String session = office.session(matter);
    office.backUp(office.asking("session", session).withWithin(office.within(0)));
    Within inMatter = new Within(office.map("matter"), matter);
    office.backUp(office.asking("session", session).withWithin(inMatter));
    String others = office.session(office.matter(1));
    for (Within within : List.of(office.within(0), inMatter)) {
      assertThat(
              refused(() -> office.backUp(office.asking("session", others).withWithin(within)))
                  .text())
          .isEqualTo("public.sessions has no row whose id is " + others);
    }
    assertThat(office.backups()).hasSize(2);
  }

  @Test
  void theSameRootIsTheSameRowAndAMapThatOwnsLessIsNoLargerScope() {
    String account = office.account(0);
    office.backUp(office.asking("account", account).withWithin(office.within(0)));
    assertThat(
            refused(
                    () ->
                        office.backUp(
                            office.asking("account", account).withWithin(office.within(1))))
                .text())
        .isEqualTo("public.users has no row whose id is " + account);
    Within matter = new Within(office.map("matter"), office.matter(0));
    BackupException unsuitable =
        refused(() -> office.backUp(office.asking("account", account).withWithin(matter)));
    assertThat(unsuitable.code()).isEqualTo(ErrorCode.SCOPE_MAP_UNSUITABLE);
    assertThat(unsuitable.text()).contains("which scope matter does not own");
  }

  @Test
  void aPaperOfAnotherAccountUnderTheOwnMatterIsNotRead() {
    String matter = office.matter(0);
    fileUnder(matter, office.account(1));
    BackupException refused =
        refused(() -> office.backUp(office.asking("matter", matter).withWithin(office.within(0))));
    assertThat(refused.code()).isEqualTo(ErrorCode.SCOPE_MAP_UNSUITABLE);
    assertThat(refused.text())
        .startsWith("1 rows of public.documents are of matter " + matter + " and not of account");
    // Whoever need not lie within anything gets it.
    office.backUp(office.asking("matter", matter));
  }

  /// Makes one document of the matter another account's.
  private void fileUnder(String matter, String account) {
    office.run(
        "UPDATE documents SET user_id = '"
            + account
            + "' WHERE id = (SELECT id FROM documents WHERE matter_id = '"
            + matter
            + "' ORDER BY id LIMIT 1)");
  }

  @Test
  void theOwnMatterComesBackAndGoesAgain() {
    String matter = office.matter(0);
    office.backUp(office.asking("matter", matter).withWithin(office.within(0)));
    List<String> then = office.contents();
    office.run("DELETE FROM matters WHERE id = '" + matter + "'");
    List<String> now = office.contents();
    TenantRestoreRequest back =
        preview("matter", matter, aim("mirror")).withWithin(office.within(0));
    office.previewAndApply(back, Blocked.REFUSED);
    assertThat(office.contents()).isEqualTo(then);
    TenantRestoreRequest undo =
        preview("matter", matter, new Aim.Undo()).withWithin(office.within(0));
    office.previewAndApply(undo, Blocked.REFUSED);
    assertThat(office.contents()).isEqualTo(now);
  }

  @ParameterizedTest
  @ValueSource(strings = {"create-missing", "overwrite", "mirror"})
  void aMatterThatHasMovedIsRestoredForNeitherAccount(String preset) {
    String matter = office.matter(0);
    office.backUp(office.asking("matter", matter).withWithin(office.within(0)));
    office.move(matter, 1);
    office.run("DELETE FROM chat_messages WHERE matter_id = '" + matter + "'");
    requireRefused(preview("matter", matter, aim(preset)), matter);
  }

  @Test
  void aRestoreOfAMatterThatHasMovedSinceIsNotUndone() {
    String matter = office.matter(0);
    office.backUp(office.asking("matter", matter).withWithin(office.within(0)));
    office.run("DELETE FROM billable_time WHERE matter_id = '" + matter + "'");
    office.previewAndApply(
        preview("matter", matter, aim("overwrite")).withWithin(office.within(0)), Blocked.REFUSED);
    office.move(matter, 1);
    requireRefused(preview("matter", matter, new Aim.Undo()), matter);
  }

  /// For the account that had it in the words for one that does not exist, for the one that has it
  /// because it is not its backup; and nothing is changed, nor backed up.
  private void requireRefused(TenantRestoreRequest preview, String matter) {
    String plan = office.restore(preview).plan().digest();
    List<String> contents = office.contents();
    List<BackupSummary> backups = office.backups();
    for (TenantRestoreRequest request :
        List.of(preview, preview.withMode(new Mode.Apply(plan, Blocked.LEFT_OUT)))) {
      BackupException before = refused(() -> office.restore(request.withWithin(office.within(0))));
      assertThat(before.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
      assertThat(before.text()).isEqualTo("public.matters has no row whose id is " + matter);
      BackupException after = refused(() -> office.restore(request.withWithin(office.within(1))));
      assertThat(after.code()).isEqualTo(ErrorCode.RESTORE_BLOCKED);
      assertThat(after.text())
          .startsWith(
              "1 rows of public.matters in the backup are of matter " + matter + " and not");
    }
    assertThat(office.contents()).isEqualTo(contents);
    assertThat(office.backups()).isEqualTo(backups);
  }

  @Test
  void aRowThatIsAnotherAccountsByNowIsNotTakenAway() {
    String matter = office.matter(0);
    String others = office.matter(1);
    office.backUp(office.asking("matter", matter).withWithin(office.within(0)));
    office.run(
        "UPDATE documents SET name = 'taken', matter_id = '"
            + others
            + "', user_id = '"
            + office.account(1)
            + "' WHERE id = (SELECT id FROM documents WHERE matter_id = '"
            + matter
            + "' ORDER BY id LIMIT 1)");
    List<String> now = office.contents();
    TenantRestoreRequest request =
        preview("matter", matter, aim("overwrite")).withWithin(office.within(0));
    String plan = office.restore(request).plan().digest();
    assertThat(
            refused(() -> office.restore(request.withMode(new Mode.Apply(plan, Blocked.REFUSED))))
                .code())
        .isEqualTo(ErrorCode.RESTORE_BLOCKED);
    TenantRestoreReport left =
        office.restore(request.withMode(new Mode.Apply(plan, Blocked.LEFT_OUT)));
    assertThat(left.plan().blocked()).isPositive();
    assertThat(left.describe()).anyMatch(line -> line.contains("a row that is not this tenant's"));
    assertThat(office.contents()).isEqualTo(now);
  }

  @Test
  void aRowOfTheBackupThatWouldBeAnotherAccountsIsNotWritten() {
    String matter = office.matter(0);
    fileUnder(matter, office.account(1));
    office.backUp(office.asking("matter", matter));
    office.run(
        "DELETE FROM documents WHERE matter_id = '"
            + matter
            + "' AND user_id = '"
            + office.account(1)
            + "'");
    List<String> now = office.contents();
    BackupException refused =
        refused(
            () ->
                office.restore(
                    preview("matter", matter, aim("create-missing")).withWithin(office.within(0))));
    assertThat(refused.code()).isEqualTo(ErrorCode.RESTORE_BLOCKED);
    assertThat(refused.text()).startsWith("1 rows of public.documents in the backup are of matter");
    assertThat(office.contents()).isEqualTo(now);
  }

  @Test
  void aRowThatATriggerGivesToAnotherAccountIsRolledBack() {
    String matter = office.matter(0);
    office.backUp(office.asking("matter", matter).withWithin(office.within(0)));
    office.run("DELETE FROM billable_time WHERE matter_id = '" + matter + "'");
    office.run(
        "CREATE FUNCTION give() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.user_id := ''"
            + office.account(1)
            + "''; RETURN NEW; END'");
    office.run(
        "CREATE TRIGGER give BEFORE INSERT ON billable_time FOR EACH ROW EXECUTE FUNCTION give()");
    List<String> now = office.contents();
    TenantRestoreRequest request = preview("matter", matter, aim("create-missing"));
    String plan = office.restore(request.withWithin(office.within(0))).plan().digest();
    BackupException refused =
        refused(
            () ->
                office.restore(
                    request
                        .withWithin(office.within(0))
                        .withMode(new Mode.Apply(plan, Blocked.REFUSED))));
    assertThat(refused.code()).isEqualTo(ErrorCode.RESTORE_BLOCKED);
    assertThat(refused.text()).contains("rows of public.billable_time are of matter");
    assertThat(office.contents()).isEqualTo(now);
    assertThat(office.backups()).hasSize(1);
  }

  @Test
  void labelsStayOnWhatRestoresBackUp() {
    String matter = office.matter(0);
    String made =
        office.backUp(
            office
                .asking("matter", matter)
                .withWithin(office.within(0))
                .withLabels(Map.of("account", office.account(0), "by", "the \"owner\" ß")));
    List<String> names = new ArrayList<>(List.of(made));
    office.run("DELETE FROM billable_time WHERE matter_id = '" + matter + "'");
    for (Aim aim : List.of(aim("overwrite"), new Aim.Undo())) {
      TenantRestoreReport done =
          office.previewAndApply(
              preview("matter", matter, aim).withWithin(office.within(0)), Blocked.REFUSED);
      assertThat(done.outcome()).isEqualTo(Outcome.DONE);
      names.add(done.safety().orElseThrow());
    }
    for (String name : names) {
      assertThat(office.backup(name).attributes())
          .containsEntry("label.account", office.account(0))
          .containsEntry("label.by", "the \"owner\" ß");
    }
    assertThat(names.stream().map(name -> office.backup(name).kind()))
        .containsExactly("tenant", "tenant-safety", "tenant-safety");
    assertThat(office.backup(names.get(1)).attributes()).containsEntry("restored", made);
  }

  private static BackupException refused(ThrowingCallable call) {
    BackupException refused = catchThrowableOfType(BackupException.class, call);
    assertThat(refused).isNotNull();
    return refused;
  }
}
