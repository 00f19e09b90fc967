package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.azure.testing.Azurite;
import io.holdfast.storage.azure.testing.Containers;
import io.holdfast.systemtests.SmallTree.Entry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The whole way, from `init` to a server that runs on the restored data, with a repository in a
/// container of Azurite; and the roles of `docs/guide/stores.md`: who may only create backs up and
/// can remove nothing, who has the account's key prunes.
@ExtendWith(Azurite.Extension.class)
class AzureRepositoryTest {
  private final Azurite azurite;
  private Path scratch = Path.of("/tmp");

  AzureRepositoryTest(Azurite azurite) {
    this.azurite = azurite;
  }

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void backsUpIntoAContainerAndRestoresFromIt() throws Exception {
    WholeWay.requireThereAndBack(withKey(newPlace("system")), scratch);
  }

  @Test
  void aWriterThatMayOnlyCreateBacksUpAndRemovesNothingAndAMaintainerPrunes() throws Exception {
    String place = newPlace("writer");
    String signature = Containers.accountSignature("rlc", "2099-01-01T00:00:00Z");
    Program maintainer = withKey(place);
    Program writer = withSignature(place, signature);
    Path tree = SmallTree.make(scratch.resolve("tree"));
    maintainer.expect(0, "init");
    writer.expect(0, "files", "backup", tree.toString());
    SmallTree.replaceLarge(tree, 2);
    writer.expect(0, "files", "backup", tree.toString());
    List<String> backups = Answers.all(writer.expect(0, "list", "--json").out(), "id");
    assertThat(backups).hasSize(2);
    requireDestroysNothing(place, signature);

    // As the guide warns: a tombstone is a blob that a writer may create, and signs with its key.
    writer.expect(0, "forget", backups.getFirst());
    Map<String, ByteBuffer> before = blobs(place);
    Command.Ended refused = prune(writer);
    assertThat(refused.out())
        .contains("objects were not deleted by the store")
        .contains("Allow to delete blobs (SAS: d; role action: blobs/delete)");
    assertThat(refused.all()).doesNotContain("sig=");
    assertThat(blobs(place)).containsAllEntriesOf(before);
    String still = prune(writer, "--json").out();
    assertThat(Answers.only(still, "deletedObjects")).isEqualTo("0");
    Map<String, ByteBuffer> unpruned = blobs(place);
    assertThat(unpruned).containsAllEntriesOf(before);
    maintainer.expect(0, "verify", "--all");

    String pruned = prune(maintainer, "--json").out();
    assertThat(Answers.only(pruned, "refusedDeletes")).isEqualTo("0");
    assertThat(bytes(blobs(place))).isLessThan(bytes(unpruned) - SmallTree.LARGE_BYTES / 2);
    maintainer.expect(0, "verify", "--all");
    assertThat(restored(writer, tree)).isEqualTo(SmallTree.entries(tree));
  }

  @Test
  void saysWhatIsWrongWithAContainer() throws Exception {
    String place = newPlace("wrong");
    Refusal.expect(2, "HF-1020", withKey(place).run("list"));
    Refusal.expect(
        2,
        "HF-1020",
        withKey(azurite.placeAt(azurite.endpoint(), "not-there")).run("init"),
        "not-there");

    // Azurite's word for both is AuthorizationFailure; Azure documents AuthenticationFailed, for
    // which the hint says to check the key or the signature.
    Command.Ended wrongKey =
        withKey(place).with("AZURE_STORAGE_KEY", "cGxhbnRlZC1zZWNyZXQ=").run("init");
    Refusal.expect(3, "HF-2002", wrongKey, "failed to authenticate", "credentials");
    assertThat(wrongKey.all()).doesNotContain("cGxhbnRl");
    String expired = Containers.accountSignature("rwdlac", "2020-01-01T00:00:00Z");
    Command.Ended tooLate = withSignature(place, expired).run("init");
    Refusal.expect(3, "HF-2002", tooLate, "AuthorizationFailure", "credentials");
    assertThat(tooLate.all()).doesNotContain("sig=");
    Command.Ended mayNotCreate =
        withSignature(place, Containers.accountSignature("rl", "2099-01-01T00:00:00Z")).run("init");
    Refusal.expect(3, "HF-2002", mayNotCreate, "create blobs (SAS: c;");

    Command.Ended keyInUrl = withKey("azure://planted-secret@account/container/x").run("init");
    Refusal.expect(2, "HF-1003", keyInUrl);
    assertThat(keyInUrl.all()).doesNotContain("planted-secret");
  }

  private String newPlace(String container) throws IOException {
    return azurite.placeAt(azurite.endpoint(), Containers.make(azurite, container));
  }

  private Program withKey(String repository) {
    return new Program(scratch)
        .with("BACKUP_DIR", repository)
        .with("AZURE_STORAGE_KEY", Azurite.KEY);
  }

  private Program withSignature(String repository, String signature) {
    return new Program(scratch)
        .with("BACKUP_DIR", repository)
        .with("AZURE_STORAGE_SAS_TOKEN", signature);
  }

  private static Command.Ended prune(Program program, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("prune", "--max-unused", "0", "--bury-max", "100"));
    arguments.addAll(List.of(more));
    return program.expect(0, arguments.toArray(String[]::new));
  }

  /// Every blob, by the requests that could remove, overwrite or change it.
  private void requireDestroysNothing(String place, String signature) throws Exception {
    String folder =
        azurite.endpoint()
            + "/"
            + Azurite.ACCOUNT
            + "/"
            + place.replaceAll("azure://[^/]+/|\\?.*", "");
    Map<String, ByteBuffer> before = blobs(place);
    assertThat(before).hasSizeGreaterThan(10);
    Map<String, String> environment = Map.of("AZURE_STORAGE_SAS_TOKEN", signature);
    try (BlobStore store = BlobStores.open(place, Azurite.context(environment))) {
      for (String blob : before.keySet()) {
        assertThatThrownBy(() -> store.delete(new BlobKey(blob)))
            .isInstanceOf(StoreRefusedException.class);
        String url = folder + "/" + blob + "?" + signature;
        assertThat(putStatus(url)).as("overwrite " + blob).isEqualTo(403);
        assertThat(putStatus(url + "&comp=metadata")).as("change " + blob).isEqualTo(403);
      }
    }
    assertThat(blobs(place)).isEqualTo(before);
  }

  /// What a put answers that does not ask for the name to be free.
  private static int putStatus(String url) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(url))
                  .header("x-ms-blob-type", "BlockBlob")
                  .PUT(HttpRequest.BodyPublishers.ofString("x"))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  /// All that is stored, read with the account's key.
  private static Map<String, ByteBuffer> blobs(String place) throws IOException {
    Map<String, ByteBuffer> blobs = new TreeMap<>();
    List<BlobKey> keys = new ArrayList<>();
    try (BlobStore store = BlobStores.open(place, Azurite.context())) {
      store.list("", blob -> keys.add(blob.key()));
      for (BlobKey key : keys) {
        blobs.put(key.value(), ByteBuffer.wrap(store.get(key, BlobStore.BLOB_BYTES_MAX)));
      }
    }
    return blobs;
  }

  private static long bytes(Map<String, ByteBuffer> blobs) {
    return blobs.values().stream().mapToLong(ByteBuffer::remaining).sum();
  }

  private Map<String, Entry> restored(Program program, Path tree) throws IOException {
    Path to = scratch.resolve("restored");
    program.expect(0, "files", "restore", "latest", "--to", to.toString());
    return SmallTree.entries(to.resolve(tree.toString().substring(1)));
  }
}
