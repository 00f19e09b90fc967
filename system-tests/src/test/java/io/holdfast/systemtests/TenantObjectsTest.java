package io.holdfast.systemtests;

import static io.holdfast.systemtests.TenantWords.plan;
import static io.holdfast.systemtests.TenantWords.tenant;
import static io.holdfast.systemtests.TenantWords.with;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import io.holdfast.storage.s3.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/// The example application keeps its recordings and documents in a bucket: objects of one account
/// go back to what they were, forward again, and become those of another account.
class TenantObjectsTest {
  private static final long SEED = 20261123;
  private static final LegalAppSize SIZE = LegalAppSize.small(3);
  private static final String TO = "0d15ea5e-0000-4000-8000-00000000c0de";
  private static final String HEAP = "-Xmx192m";
  private static final int LARGE_BYTES = 120 << 20;
  private static final String PREFIX = "app/files of all/";

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

  /// The application, its bucket, and the account that is restored.
  private record World(Connection connection, S3Server server, S3Client s3, UUID account) {
    String store() {
      return "files=s3://"
          + S3Server.BUCKET
          + "/app/files%20of%20all?endpoint="
          + server.endpoint();
    }

    /// Key, length and content of everything in the bucket; what is equal was not touched.
    Map<String, String> objects() {
      Map<String, String> all = new TreeMap<>();
      for (S3Object object : s3.listObjectsV2Paginator(l -> l.bucket(S3Server.BUCKET)).contents()) {
        var got = s3.getObjectAsBytes(g -> g.bucket(S3Server.BUCKET).key(object.key()));
        all.put(
            object.key(),
            object.eTag()
                + " "
                + got.response().contentType()
                + " "
                + got.response().metadata()
                + " "
                + Arrays.hashCode(got.asByteArray()));
      }
      return all;
    }

    /// When everything was written.
    Map<String, String> times() {
      Map<String, String> all = new TreeMap<>();
      s3.listObjectsV2Paginator(l -> l.bucket(S3Server.BUCKET))
          .contents()
          .forEach(object -> all.put(object.key(), object.lastModified() + " " + object.eTag()));
      return all;
    }

    void put(String key, byte[] content, String type) {
      var _ =
          s3.putObject(
              p ->
                  p.bucket(S3Server.BUCKET)
                      .key(key)
                      .contentType(type)
                      .metadata(Map.of("origin", "app")),
              RequestBody.fromContentProvider(
                  () -> new ByteArrayInputStream(content), content.length, type));
    }

    void delete(String key) {
      var _ = s3.deleteObject(d -> d.bucket(S3Server.BUCKET).key(key));
    }
  }

  private interface Story {
    void run(World world) throws Exception;
  }

  private void inWorld(Story story) throws Exception {
    Path files = Files.createDirectory(scratch.resolve("s3"));
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect();
        S3Server server = S3Server.start(S3Server.Kind.S3PROXY, files);
        S3Client s3 = server.client()) {
      Path assets = Files.createDirectory(scratch.resolve("assets"));
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
      World world = new World(connection, server, s3, LegalApp.account(SEED, SIZE, 1));
      try (Stream<Path> all = Files.walk(assets)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          world.put(
              PREFIX + assets.relativize(file), Files.readAllBytes(file), "application/x-legal");
        }
      }
      world.put("elsewhere", new byte[] {1}, "text/plain");
      program = program.with("DATABASE_URL", source.url());
      for (var variable : S3Server.environment().entrySet()) {
        program = program.with("HOLDFAST_STORE_FILES_" + variable.getKey(), variable.getValue());
      }
      story.run(world);
    }
  }

  @Test
  void objectsGoBackAndForwardAndBecomeThoseOfAnotherAccount() throws Exception {
    inWorld(
        world -> {
          String account = world.account().toString();
          String[] store = {"--store", world.store()};
          Command.Ended backup = program.expect(0, tenant("backup", map(), account, store));
          assertThat(backup.err()).doesNotContain("warning");
          Map<String, String> then = world.objects();

          List<String> audio = keys(world, account);
          Map<String, String> timesThen = world.times();
          world.delete(PREFIX + audio.get(0));
          world.delete(PREFIX + audio.get(1));
          world.put(PREFIX + audio.get(2), "overwritten".getBytes(UTF_8), "text/plain");
          Map<String, String> now = world.objects();

          String[] overwrite = {"--preset", "overwrite", "--store", world.store()};
          Command.Ended preview =
              program.expect(0, tenant("preview", "account", account, overwrite));
          assertThat(preview.out()).contains("2 files would be created, 1 replaced, 0 kept");
          assertThat(world.objects()).as("after a preview").isEqualTo(now);
          program.expect(0, tenant("restore", "account", account, with(plan(preview), overwrite)));
          assertThat(world.objects()).isEqualTo(then);
          requireUntouched(timesThen, world.times(), Set.copyOf(audio.subList(0, 3)));

          Command.Ended undo =
              program.expect(0, tenant("preview", "account", account, with("--undo", store)));
          program.expect(0, tenant("undo", "account", account, with(plan(undo), store)));
          assertThat(world.objects()).as(undo.all()).isEqualTo(now);

          copyAndTakeBack(world, account, store);
        });
  }

  private void copyAndTakeBack(World world, String account, String... store) throws Exception {
    Map<String, String> before = world.objects();
    Map<String, String> times = world.times();
    String[] copy = {"--copy-to", TO, store[0], store[1]};
    Command.Ended preview = program.expect(0, tenant("preview", "account", account, copy));
    program.expect(0, tenant("restore", "account", account, with(plan(preview), copy)));
    assertThat(world.objects()).containsAllEntriesOf(before);
    assertThat(world.times()).containsAllEntriesOf(times);
    List<String> copies = keys(world, TO);
    assertThat(copies).isNotEmpty().doesNotContainAnyElementsOf(keys(world, account));
    assertThat(world.objects())
        .containsKeys(copies.stream().map(PREFIX::concat).toArray(String[]::new));

    Command.Ended undo = program.expect(0, tenant("preview", "account", TO, with("--undo", store)));
    program.expect(0, tenant("undo", "account", TO, with(plan(undo), store)));
    assertThat(world.objects()).isEqualTo(before);
    assertThat(world.times()).isEqualTo(times);
  }

  private static void requireUntouched(
      Map<String, String> before, Map<String, String> after, Set<String> touched) {
    Map<String, String> others = new TreeMap<>(before);
    touched.forEach(key -> others.remove(PREFIX + key));
    assertThat(after).containsAllEntriesOf(others);
  }

  @Test
  void whatChangesAfterThePreviewIsLeftAlone() throws Exception {
    inWorld(
        world -> {
          String account = world.account().toString();
          program.expect(0, tenant("backup", map(), account, "--store", world.store()));
          String key = PREFIX + keys(world, account).getFirst();
          world.put(key, "one".getBytes(UTF_8), "text/plain");
          String[] overwrite = {"--preset", "overwrite", "--store", world.store()};
          String plan = plan(program.expect(0, tenant("preview", "account", account, overwrite)));
          world.put(key, "two".getBytes(UTF_8), "text/plain");
          Map<String, String> now = world.objects();

          Command.Ended refused =
              program.run(tenant("restore", "account", account, with(plan, overwrite)));
          assertThat(refused.status()).as(refused.all()).isEqualTo(2);
          assertThat(refused.err()).contains("the plan is now");
          assertThat(world.objects()).isEqualTo(now);
        });
  }

  @Test
  void whatIsWrongWithAStoreIsSaidBeforeAnythingChanges() throws Exception {
    inWorld(
        world -> {
          String account = world.account().toString();
          program.expect(0, tenant("backup", map(), account, "--store", world.store()));
          world.delete(PREFIX + keys(world, account).getFirst());
          Map<String, String> now = world.objects();

          refused(program, account, "files=s3://not-there/x?endpoint=" + at(world), "not-there");
          refused(
              program.with("HOLDFAST_STORE_FILES_AWS_SECRET_ACCESS_KEY", "planted-secret"),
              account,
              world.store(),
              "access key");
          refused(program, account, "files=s3://id:planted-secret@b/x", "holds a password");
          refused(program, account, "files=nothing://planted-secret/x", "nothing: URLs");
          refused(program, account, "files=sftp://me@planted-secret/x", "sftp: URLs");
          refused(
              program.with("HOLDFAST_STORE_FILES_AWS_SECRET_ACCESS_KEY", ""),
              account,
              world.store(),
              "HOLDFAST_STORE_NAME_");
          assertThat(world.objects()).isEqualTo(now);
        });
  }

  @Test
  void memoryDoesNotGrowWithAnObject() throws Exception {
    inWorld(
        world -> {
          String account = world.account().toString();
          String key = PREFIX + keys(world, account).getFirst();
          byte[] large = Seeds.entropy(SEED).bytes(LARGE_BYTES);
          world.put(key, large, "audio/ogg");
          Program small = program.with("HOLDFAST_JAVA_OPTS", HEAP);
          small.expect(0, tenant("backup", map(), account, "--store", world.store()));
          world.delete(key);

          String[] store = {"--store", world.store()};
          String plan = plan(small.expect(0, tenant("preview", "account", account, store)));
          small.expect(0, tenant("restore", "account", account, with(plan, store)));
          try (InputStream back = world.s3().getObject(g -> g.bucket(S3Server.BUCKET).key(key))) {
            requireSame(back, large);
          }
        });
  }

  private static void requireSame(InputStream in, byte[] expected) throws IOException {
    int done = 0;
    for (byte[] part = in.readNBytes(1 << 20); part.length > 0; part = in.readNBytes(1 << 20)) {
      assertThat(Arrays.equals(part, 0, part.length, expected, done, done + part.length))
          .as("the bytes from " + done)
          .isTrue();
      done += part.length;
    }
    assertThat(done).isEqualTo(expected.length);
  }

  private static String at(World world) {
    return world.server().endpoint();
  }

  private static void refused(Program program, String account, String store, String says)
      throws Exception {
    Command.Ended ended = program.run(tenant("preview", "account", account, "--store", store));
    assertThat(ended.status()).as(ended.all()).isIn(2, 3);
    assertThat(ended.err()).contains("HF-").contains(says);
    assertThat(ended.all()).doesNotContain("planted-secret");
  }

  /// Of what is in the bucket.
  private static List<String> keys(World world, String account) throws SQLException {
    List<String> keys = new ArrayList<>();
    try (var statement = world.connection().createStatement();
        var result =
            statement.executeQuery(
                "SELECT audio_key FROM sessions WHERE user_id = '"
                    + account
                    + "' AND audio_key IS NOT NULL ORDER BY 1")) {
      while (result.next()) {
        keys.add(result.getString(1));
      }
    }
    return keys;
  }

  private String map() {
    return scratch.resolve("account.scope.yaml").toString();
  }
}
