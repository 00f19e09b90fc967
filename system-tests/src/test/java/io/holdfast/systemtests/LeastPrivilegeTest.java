package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.s3.testing.BucketPolicy;
import io.holdfast.storage.s3.testing.BucketPolicy.Role;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.web.testing.FaultProxy;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The roles of `docs/guide/stores.md` before a store that enforces them: who backs up can destroy
/// nothing, who prunes can, and what the store keeps locked is left for later.
class LeastPrivilegeTest {
  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void aWriterBacksUpAndDestroysNothingAndAMaintainerPrunes() throws Exception {
    Path files = Files.createDirectory(scratch.resolve("s3"));
    var lock = new BucketPolicy.Lock(Duration.ofDays(30), InstantSource.system());
    try (S3Server bucket = S3Server.start(S3Server.Kind.S3PROXY, files);
        FaultProxy writers = FaultProxy.before(bucket.port());
        FaultProxy maintainers = FaultProxy.before(bucket.port());
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      String place = bucket.placeAt(writers.endpoint());
      String folder = place.replaceAll("s3://[^/]+/|\\?.*", "");
      BucketPolicy policy = BucketPolicy.of(folder, Role.WRITER, lock);
      writers.choose(policy);
      maintainers.choose(BucketPolicy.of(folder, Role.MAINTAINER, lock));
      Program writer = program(place).with("DATABASE_URL", source.url());
      Program maintainer = program(place.replace(writers.endpoint(), maintainers.endpoint()));

      assertThat(writer.run("init").status()).as("a writer makes no repository").isNotZero();
      List<String> refusedInit = policy.refused();
      maintainer.expect(0, "init");
      source.execute("CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n");
      writer.expect(0, "backup");
      source.execute("UPDATE t SET md5 = md5(md5)");
      writer.expect(0, "backup");
      try (RunningStream stream = RunningStream.start(writer, scratch)) {
        source.execute("INSERT INTO t VALUES (0, 'streamed')");
        stream.awaitStored(source);
      }
      assertThat(policy.refused()).as("a writer asks for nothing more").isEqualTo(refusedInit);
      Command.Ended newSource = writer.run("backup", "--source", "other");
      assertThat(newSource.err()).contains("key add-source other");
      maintainer.expect(0, "key", "add-source", "other");
      writer.expect(0, "backup", "--source", "other");

      assertDestroysNothing(place, writers.endpoint(), folder);
      assertThat(writer.run("forget", "latest", "--source", "main").status()).isNotZero();
      assertThat(writer.run("prune").status()).isNotZero();
      assertThat(writer.run("key", "rotate").status()).isNotZero();
      maintainer.expect(0, "verify", "--all");

      maintainer.expect(0, "forget", "--keep-last", "1");
      String locked = prune(maintainer);
      assertThat(Long.parseLong(Answers.only(locked, "refusedDeletes"))).isPositive();
      maintainer.expect(0, "verify", "--all");
      lock.pass(Duration.ofDays(31));
      String free = prune(maintainer);
      assertThat(Answers.only(free, "refusedDeletes")).isEqualTo("0");
      assertThat(Long.parseLong(Answers.only(free, "deletedObjects"))).isPositive();
      maintainer.expect(0, "verify", "--all");
    }
  }

  private static String prune(Program program) throws IOException {
    return program.expect(0, "prune", "--json", "--max-unused", "0", "--bury-max", "100").out();
  }

  /// Every blob, by every request that could harm it.
  private static void assertDestroysNothing(String place, String endpoint, String folder)
      throws IOException {
    try (BlobStore store = BlobStores.open(place, S3Server.context())) {
      List<BlobKey> blobs = new ArrayList<>();
      store.list("", blob -> blobs.add(blob.key()));
      assertThat(blobs).hasSizeGreaterThan(10);
      for (BlobKey blob : blobs) {
        byte[] before = store.get(blob, BlobStore.BLOB_BYTES_MAX);
        String url = endpoint + "/" + S3Server.BUCKET + "/" + folder + "/" + blob.value();
        assertThatThrownBy(() -> store.delete(blob)).isInstanceOf(StoreRefusedException.class);
        assertThat(status("PUT", url)).as("overwrite " + blob).isEqualTo(403);
        assertThat(status("PUT", url + "?acl")).isEqualTo(403);
        assertThat(status("POST", url + "?uploads")).isEqualTo(403);
        assertThat(store.get(blob, BlobStore.BLOB_BYTES_MAX)).isEqualTo(before);
      }
      for (String forbidden : List.of("forgot/x", "maint/x", "shredded/x", "erased/x", "keys/x")) {
        assertThatThrownBy(
                () -> store.putIfAbsent(new BlobKey(forbidden), ByteBuffer.wrap(new byte[1])))
            .isInstanceOf(StoreRefusedException.class);
      }
      assertThat(status("POST", endpoint + "/" + S3Server.BUCKET + "?delete")).isEqualTo(403);
    }
  }

  private static int status(String method, String url) throws IOException {
    var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestMethod(method);
    connection.setDoOutput(true);
    connection.getOutputStream().write(1);
    return connection.getResponseCode();
  }

  private Program program(String repository) {
    Program program = new Program(scratch).with("BACKUP_DIR", repository);
    for (var variable : S3Server.environment().entrySet()) {
      program = program.with(variable.getKey(), variable.getValue());
    }
    return program;
  }
}
