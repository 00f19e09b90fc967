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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One account of the example application goes back to what it was while the others stay as they
/// are, and forward again.
class TenantRestoreTest {
  private static final long SEED = 20261122;
  private static final LegalAppSize SIZE = LegalAppSize.small(4);

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
    Files.writeString(map(), LegalApp.scope("account"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void anAccountGoesBackAndForwardAgainAndOthersStay() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      Path assets = Files.createDirectory(scratch.resolve("assets"));
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
      UUID account = LegalApp.account(SEED, SIZE, 1);
      program = program.with("DATABASE_URL", source.url());
      program.expect(0, tenant("backup", map(), account, "--store", "files=" + assets));
      List<String> then = contents(connection);

      LegalApp.useOne(connection, SEED, 1, account);
      for (String table : List.of("matters", "sessions")) {
        run(
            connection,
            "DELETE FROM "
                + table
                + " WHERE id = (SELECT min(id::text)::uuid FROM "
                + table
                + " WHERE user_id = '"
                + account
                + "')");
      }
      List<String> now = contents(connection);
      assertThat(now).isNotEqualTo(then);

      String[] mirror = {"--preset", "mirror"};
      Command.Ended preview = program.expect(0, tenant("preview", "account", account, mirror));
      assertThat(contents(connection)).as(preview.all()).isEqualTo(now);
      Command.Ended done =
          program.expect(0, tenant("restore", "account", account, with(plan(preview), mirror)));
      assertThat(contents(connection)).as(done.all()).isEqualTo(then);
      assertThat(counts(done)).isEqualTo(counts(preview));

      Command.Ended undo = program.expect(0, tenant("preview", "account", account, "--undo"));
      program.expect(0, tenant("undo", "account", account, "--plan", plan(undo)));
      assertThat(contents(connection)).as(undo.all()).isEqualTo(now);
    }
  }

  @Test
  void filesAndLargeObjectsComeBackToo() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      Path assets = Files.createDirectory(scratch.resolve("assets"));
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
      UUID account = LegalApp.account(SEED, SIZE, 1);
      program = program.with("DATABASE_URL", source.url());
      String[] store = {"--store", "files=" + assets};
      program.expect(0, tenant("backup", map(), account, store));
      List<String> objects = objects(connection);
      Map<String, String> files = files(assets);

      String own = " WHERE user_id = '" + account + "'";
      List<String> audio =
          run(connection, "SELECT audio_key FROM sessions" + own + " AND audio_key IS NOT NULL");
      Files.delete(assets.resolve(audio.get(0)));
      Files.writeString(assets.resolve(audio.get(1)), "overwritten");
      List<String> signed =
          run(
              connection,
              "SELECT signature_oid FROM documents"
                  + own
                  + " AND signature_oid IS NOT NULL ORDER BY 1");
      assertThat(signed).hasSizeGreaterThan(1);
      run(connection, "SELECT lo_unlink(" + signed.get(0) + ")");
      run(connection, "SELECT lo_put(" + signed.get(1) + ", 0, 'scribbled over')");
      run(connection, "DELETE FROM documents WHERE signature_oid = " + signed.getLast());
      run(connection, "SELECT lo_unlink(" + signed.getLast() + ")");
      List<String> objectsNow = objects(connection);
      Map<String, String> filesNow = files(assets);

      String[] overwrite = {"--preset", "overwrite", "--store", "files=" + assets};
      Command.Ended preview = program.expect(0, tenant("preview", "account", account, overwrite));
      assertThat(preview.out())
          .contains("3 large objects of signatures would be made")
          .contains("1 files would be created, 1 replaced, 0 kept");
      assertThat(objects(connection)).isEqualTo(objectsNow);
      assertThat(files(assets)).isEqualTo(filesNow);
      program.expect(0, tenant("restore", "account", account, with(plan(preview), overwrite)));
      assertThat(objects(connection)).isEqualTo(objects);
      assertThat(files(assets)).isEqualTo(files);

      String[] undo = {"--undo", "--store", "files=" + assets};
      String[] partly = {"--undo", "--store", "files=" + assets, "--without", "audio"};
      Command.Ended part = program.expect(0, tenant("preview", "account", account, partly));
      assertThat(part.out()).doesNotContain("files");
      Command.Ended back = program.expect(0, tenant("preview", "account", account, undo));
      program.expect(
          0, tenant("undo", "account", account, with(plan(back), "--store", "files=" + assets)));
      assertThat(files(assets)).isEqualTo(filesNow);
      // An object that was missing and came back does nobody any harm.
      assertThat(objects(connection))
          .hasSize(objectsNow.size())
          .containsAll(objectsNow.stream().filter(line -> !line.endsWith(" missing")).toList());
    }
  }

  @Test
  void aBackupThatWasImportedIsRestoredByAMapOfOurs() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
      UUID account = LegalApp.account(SEED, SIZE, 1);
      program = program.with("DATABASE_URL", source.url());
      program.expect(0, tenant("backup", map(), account));
      List<String> then = contents(connection);
      Path file = scratch.resolve("account.tar");
      program.expect(0, "export", "latest", "--to", file.toString());
      Program other = program.with("BACKUP_DIR", scratch.resolve("other").toString());
      other.expect(0, "init");
      other.expect(0, "import", file.toString());
      run(connection, "DELETE FROM matters WHERE user_id = '" + account + "'");

      Command.Ended refused = other.run(tenant("preview", "account", account));
      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err()).contains("was imported");
      Command.Ended preview = other.expect(0, tenant("preview", map(), account));
      other.expect(0, tenant("restore", map(), account, with(plan(preview))));
      assertThat(contents(connection)).as(preview.all()).isEqualTo(then);
    }
  }

  /// Which document has which signature.
  private static List<String> objects(Connection connection) throws SQLException {
    return run(
        connection,
        "SELECT id || ' ' || CASE WHEN EXISTS (SELECT FROM pg_largeobject_metadata m WHERE m.oid ="
            + " signature_oid) THEN md5(lo_get(signature_oid)) ELSE 'missing' END FROM documents"
            + " WHERE signature_oid IS NOT NULL ORDER BY 1");
  }

  @Test
  void aPlanThatIsNotWhatItWasIsNotDone() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
      UUID account = LegalApp.account(SEED, SIZE, 1);
      program = program.with("DATABASE_URL", source.url());
      program.expect(0, tenant("backup", map(), account));
      run(connection, "UPDATE matters SET title = 'x' WHERE user_id = '" + account + "'");
      String[] overwrite = {"--preset", "overwrite"};
      String plan = plan(program.expect(0, tenant("preview", "account", account, overwrite)));
      run(connection, "UPDATE matters SET title = 'y' WHERE user_id = '" + account + "'");
      List<String> now = contents(connection);

      Command.Ended refused =
          program.run(tenant("restore", "account", account, with(plan, overwrite)));
      assertThat(refused.status()).as(refused.all()).isEqualTo(2);
      assertThat(refused.err()).contains("the plan is now");
      assertThat(contents(connection)).isEqualTo(now);
    }
  }

  private Path map() {
    return scratch.resolve("account.scope.yaml");
  }

  /// The lines with counts of tables.
  private static List<String> counts(Command.Ended ended) {
    return ended
        .out()
        .lines()
        .filter(line -> line.startsWith("  public."))
        .map(
            line ->
                line.replaceAll("to (insert|update|delete)", "$1")
                    .replaceAll("(insert|update|delete)e?d", "$1"))
        .toList();
  }
}
