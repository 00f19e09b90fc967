package io.holdfast.systemtests;

import static io.holdfast.systemtests.Contents.contents;
import static io.holdfast.systemtests.Contents.files;
import static io.holdfast.systemtests.Contents.run;
import static io.holdfast.systemtests.TenantWords.plan;
import static io.holdfast.systemtests.TenantWords.tenant;
import static io.holdfast.systemtests.TenantWords.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One account of the example application becomes another one as well: with rows, files and large
/// objects of its own, once, however often it is asked for, and it can be taken back.
class TenantCopyTest {
  private static final long SEED = 20261122;
  private static final LegalAppSize SIZE = LegalAppSize.small(3);
  private static final String TO = "0d15ea5e-0000-4000-8000-00000000c0de";

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
    Files.writeString(scratch.resolve("account.scope.yaml"), LegalApp.scope("account"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void anAccountBecomesAnotherOneOnceAndIsTakenBack() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      Path assets = Files.createDirectory(scratch.resolve("assets"));
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
      UUID account = LegalApp.account(SEED, SIZE, 1);
      program = program.with("DATABASE_URL", source.url());
      String map = scratch.resolve("account.scope.yaml").toString();
      String[] store = {"--store", "files=" + assets};
      program.expect(0, tenant("backup", map, account.toString(), store));
      List<String> rows = contents(connection);
      Map<String, String> files = files(assets);

      String[] copy = {"--copy-to", TO.toUpperCase(Locale.ROOT), "--store", "files=" + assets};
      Command.Ended preview = program.expect(0, tenant("preview", "account", "" + account, copy));
      assertThat(preview.out()).contains("account " + account + " as " + TO + " from ");
      assertThat(preview.err()).contains("public.audit_logs.subject_id looks as if it held ids");
      assertThat(contents(connection)).as("after a preview").isEqualTo(rows);
      assertThat(files(assets)).as("after a preview").isEqualTo(files);
      String[] restore = tenant("restore", "account", "" + account, with(plan(preview), copy));
      program.expect(0, restore);

      assertThat(contents(connection)).as("what was there").containsAll(rows);
      assertThat(files(assets)).as("files that were there").containsAllEntriesOf(files);
      assertThat(run(connection, SHAPE.formatted(TO)))
          .as("the copy is like its original")
          .isEqualTo(run(connection, SHAPE.formatted(account)))
          .hasSizeGreaterThan(10);
      requireFilesOfItsOwn(connection, assets, account);
      requireWholeBackup(map, assets);

      Command.Ended again = program.expect(0, tenant("preview", "account", "" + account, copy));
      assertThat(again.out()).contains("0 rows would be inserted, 0 updated, 0 deleted\n");
      program.expect(0, tenant("restore", "account", "" + account, with(plan(again), copy)));

      Command.Ended undo =
          program.expect(0, tenant("preview", "account", TO, with("--undo", store)));
      program.expect(0, tenant("undo", "account", TO, with(plan(undo), store)));
      assertThat(contents(connection)).as(undo.all()).isEqualTo(rows);
      assertThat(files(assets)).isEqualTo(files);
    }
  }

  @Test
  void aCopyThatFailedOrWasUndoneIsMadeAgain() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      Path assets = Files.createDirectory(scratch.resolve("assets"));
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
      UUID account = LegalApp.account(SEED, SIZE, 1);
      program = program.with("DATABASE_URL", source.url());
      String[] store = {"--store", "files=" + assets};
      program.expect(
          0,
          tenant("backup", scratch.resolve("account.scope.yaml").toString(), "" + account, store));
      List<String> rows = contents(connection);
      Map<String, String> files = files(assets);
      String[] copy = {"--copy-to", TO, "--store", "files=" + assets};

      String stranger = run(connection, FILES.formatted(account)).getLast();
      Path place = assets.resolve(stranger.replace(account.toString(), TO));
      Files.createDirectory(place.getParent());
      Files.copy(assets.resolve(stranger), place);
      Command.Ended refused = program.expect(2, tenant("preview", "account", "" + account, copy));
      assertThat(refused.err()).contains("is there, and this copy did not make it");
      Files.delete(place);
      Files.delete(place.getParent());
      Command.Ended lacking =
          program.expect(
              0, tenant("preview", "account", "" + account, with("--without=audio", copy)));
      assertThat(lacking.err())
          .contains("files of group audio are not copied: rows of the copy name what is not there");

      String plan = plan(program.expect(0, tenant("preview", "account", "" + account, copy)));
      Path obstacle = obstacle(connection, assets, account);
      program.expect(3, tenant("restore", "account", "" + account, with(plan, copy)));
      assertThat(contents(connection)).as("after a copy that failed").isEqualTo(rows);
      Files.delete(obstacle);
      // Somebody may have made the same files since: what was only planned is nobody's to take
      // back.
      Map<String, String> left = files(assets);
      Command.Ended vain = program.expect(2, tenant("preview", "account", TO, "--undo"));
      assertThat(vain.err()).contains("never committed, so none of it can be undone");
      assertThat(files(assets)).isEqualTo(left);
      takeNumbers(connection, account);
      rows = contents(connection);

      String again = plan(program.expect(0, tenant("preview", "account", "" + account, copy)));
      program.expect(0, tenant("restore", "account", "" + account, with(again, copy)));
      requireWhole(connection, account);
      takeBack(store);
      assertThat(contents(connection)).isEqualTo(rows);
      assertThat(files(assets)).as("also those of the copy that failed").isEqualTo(files);

      String third = plan(program.expect(0, tenant("preview", "account", "" + account, copy)));
      program.expect(0, tenant("restore", "account", "" + account, with(third, copy)));
      requireWhole(connection, account);
      requireFilesOfItsOwn(connection, assets, account);
    }
  }

  /// Gives the first number that the copy drew to a row of somebody else, as a server may that lost
  /// what a transaction drew which never committed.
  private static void takeNumbers(Connection connection, UUID account) throws SQLException {
    run(connection, "SELECT setval('redactions_id_seq', (SELECT max(id) FROM redactions))");
    assertThat(
            run(
                connection,
                "INSERT INTO redactions (segment_id, characters, reason) SELECT g.id, '[0,1)',"
                    + " enum_first(NULL::redaction_reason) FROM transcript_segments g JOIN sessions"
                    + " s ON s.id = g.session_id WHERE s.user_id <> '"
                    + account
                    + "' LIMIT 1 RETURNING id"))
        .hasSize(1);
  }

  /// Something in the place of the last file that the copy is going to write.
  private static Path obstacle(Connection connection, Path assets, UUID account) throws Exception {
    String last = run(connection, FILES.formatted(account)).getLast();
    Path place = assets.resolve(last.replace(account.toString(), TO));
    for (Path at = place.getParent(); at != null; at = at.getParent()) {
      if (Files.exists(at)) {
        return Files.writeString(at.resolve(at.relativize(place).getName(0)), "in the way");
      }
    }
    throw new AssertionError("no place for " + place);
  }

  private void requireWhole(Connection connection, UUID account) throws SQLException {
    assertThat(run(connection, SHAPE.formatted(TO)))
        .as("the copy is like its original")
        .isEqualTo(run(connection, SHAPE.formatted(account)))
        .hasSizeGreaterThan(10);
  }

  private void takeBack(String... store) throws Exception {
    String undo = plan(program.expect(0, tenant("preview", "account", TO, with("--undo", store))));
    program.expect(0, tenant("undo", "account", TO, with(undo, store)));
  }

  /// Recordings, documents and signatures of the copy are other things with the same content.
  private void requireFilesOfItsOwn(Connection connection, Path assets, UUID account)
      throws Exception {
    List<String> originals = run(connection, FILES.formatted(account));
    List<String> copies = run(connection, FILES.formatted(TO));
    assertThat(copies).doesNotContainAnyElementsOf(originals).hasSameSizeAs(originals);
    List<String> contents = new ArrayList<>();
    for (String copied : copies) {
      contents.add(Arrays.toString(Files.readAllBytes(assets.resolve(copied))));
    }
    List<String> expected = new ArrayList<>();
    for (String original : originals) {
      expected.add(Arrays.toString(Files.readAllBytes(assets.resolve(original))));
    }
    assertThat(contents).containsExactlyInAnyOrderElementsOf(expected).isNotEmpty();
    assertThat(run(connection, SIGNATURES.formatted(TO)))
        .isEqualTo(run(connection, SIGNATURES.formatted(account)))
        .isNotEmpty();
    assertThat(
            run(
                connection,
                "SELECT signature_oid FROM documents WHERE signature_oid IS NOT NULL GROUP BY 1"
                    + " HAVING count(*) > 1"))
        .as("signatures of two documents")
        .isEmpty();
  }

  /// A backup of the copy says if rows point to rows of others, and if files are missing.
  private void requireWholeBackup(String map, Path assets) throws Exception {
    Command.Ended backup =
        program.expect(0, tenant("backup", map, TO, "--store", "files=" + assets));
    assertThat(backup.err()).doesNotContain("warning");
  }

  private static final String FILES =
      "SELECT audio_key AS key FROM sessions WHERE user_id = '%1$s' AND audio_key IS NOT NULL UNION"
          + " SELECT storage_key FROM documents WHERE user_id = '%1$s' AND storage_key IS NOT NULL"
          + " ORDER BY 1";

  private static final String SIGNATURES =
      "SELECT md5(lo_get(signature_oid)) FROM documents WHERE user_id = '%s' AND signature_oid IS"
          + " NOT NULL ORDER BY 1";

  /// An account without its ids, and with what its rows are tied to.
  private static final String SHAPE =
      """
      WITH m AS (SELECT *, row_number() OVER (ORDER BY number) AS place FROM matters
        WHERE user_id = '%1$s'),
      s AS (SELECT s.*, m.place AS matter FROM sessions s LEFT JOIN m ON m.id = s.matter_id
        WHERE s.user_id = '%1$s')
      SELECT t FROM (
        SELECT 'matter ' || place || (to_jsonb(m) - '{id,user_id,number}'::text[])::text FROM m
        UNION ALL SELECT 'session ' || coalesce(matter::text, '')
          || (to_jsonb(s) - '{id,user_id,matter_id,audio_key}'::text[])::text FROM s
        UNION ALL SELECT 'segment ' || s.started_at || g.position || coalesce(p.label, '')
          || (to_jsonb(g) - '{id,session_id,speaker_id}'::text[])::text
          FROM transcript_segments g JOIN s ON s.id = g.session_id
          LEFT JOIN speakers p ON p.id = g.speaker_id AND p.session_id = s.id
        UNION ALL SELECT 'redaction ' || s.started_at || g.position
          || (to_jsonb(r) - '{id,segment_id}'::text[])::text
          FROM redactions r JOIN transcript_segments g ON g.id = r.segment_id
          JOIN s ON s.id = g.session_id
        UNION ALL SELECT 'document ' || coalesce(m.place::text, '') || coalesce(f.name, '')
          || (to_jsonb(d) - '{id,user_id,matter_id,folder_id,storage_key,signature_oid}'::text[])::text
          FROM documents d LEFT JOIN m ON m.id = d.matter_id
          LEFT JOIN documents f ON f.id = d.folder_id AND f.user_id = d.user_id
          WHERE d.user_id = '%1$s'
        UNION ALL SELECT 'message ' || coalesce(m.place::text, '') || coalesce(r.body, '')
          || (to_jsonb(c) - '{id,user_id,matter_id,session_id,reply_to}'::text[])::text
          FROM chat_messages c LEFT JOIN m ON m.id = c.matter_id
          LEFT JOIN chat_messages r ON r.id = c.reply_to AND r.user_id = c.user_id
          WHERE c.user_id = '%1$s'
        UNION ALL SELECT 'time ' || coalesce(m.place::text, '') || coalesce(s.started_at::text, '')
          || (to_jsonb(b) - '{id,user_id,matter_id,session_id}'::text[])::text
          FROM billable_time b LEFT JOIN m ON m.id = b.matter_id LEFT JOIN s ON s.id = b.session_id
          WHERE b.user_id = '%1$s'
        UNION ALL SELECT 'member ' || member_id FROM account_members WHERE user_id = '%1$s'
      ) shape (t) ORDER BY t
      """;
}
