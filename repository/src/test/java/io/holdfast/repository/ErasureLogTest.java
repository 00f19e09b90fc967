package io.holdfast.repository;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.repository.Shredding.KeptKeys;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Records of what was erased stay, whatever happens to backups, and nobody goes on without one.
class ErasureLogTest {
  private final MemoryBlobStore store = new MemoryBlobStore();

  private static Map<String, String> all(Repository repository) throws IOException {
    Map<String, String> records = new LinkedHashMap<>();
    repository.erasures().forEach((id, record) -> records.put(id, new String(record, UTF_8)));
    return records;
  }

  private List<BlobKey> objects() throws IOException {
    List<BlobKey> keys = new ArrayList<>();
    store.list("erased/", blob -> keys.add(blob.key()));
    return keys;
  }

  @Test
  void recordsAreThereInTheirOrderAndSurviveEverything() throws Exception {
    try (Repository repository = Repositories.init(store, 11)) {
      assertThat(all(repository)).isEmpty();
      SmallBackup.write(repository, "doomed", "first", 6);
      assertThat(repository.erasures().add("one".getBytes(UTF_8))).hasSize(32);
      assertThat(repository.erasures().add("two".getBytes(UTF_8))).hasSize(32);
      assertThat(repository.shredding("doomed").run(KeptKeys.REFUSED).deletedKeys()).isOne();
      repository.forget(repository.snapshots().stream().map(StoredSnapshot::id).toList());
      assertThat(all(repository).values()).containsExactlyInAnyOrder("one", "two");
      assertThat(repository.verification().check()).isEmpty();
    }
    try (Repository repository = Repositories.open(store, 12)) {
      assertThat(all(repository).values()).containsExactlyInAnyOrder("one", "two");
    }
    for (BlobKey key : objects()) {
      assertThat(new String(store.get(key, 1 << 20), UTF_8)).doesNotContain("one", "two");
    }
  }

  @Test
  void aDamagedRecordStopsWhoeverReadsAndIsFoundByACheck() throws Exception {
    try (Repository repository = Repositories.init(store, 13)) {
      assertThat(repository.erasures().add("one".getBytes(UTF_8))).hasSize(32);
      BlobKey key = objects().getFirst();
      byte[] object = store.get(key, 1 << 20);
      object[60]++;
      store.delete(key);
      assertThat(store.putIfAbsent(key, ByteBuffer.wrap(object))).isNotNull();

      assertThatThrownBy(() -> all(repository)).isInstanceOf(CorruptRepositoryException.class);
      assertThat(repository.verification().check())
          .anyMatch(finding -> finding.object().equals(key.value()));
    }
  }

  /// Who may write there and has no key of ours cannot have rows deleted.
  @Test
  void aForgedRecordMeansNothingAndIsFoundByACheck() throws Exception {
    MemoryBlobStore elsewhere = new MemoryBlobStore();
    BlobKey key;
    byte[] object;
    try (Repository other = Repositories.init(elsewhere, 14)) {
      String id = other.erasures().add("forged".getBytes(UTF_8));
      key = ObjectNames.erased(id);
      object = elsewhere.get(key, 1 << 20);
    }
    try (Repository repository = Repositories.init(store, 15)) {
      assertThat(store.putIfAbsent(key, ByteBuffer.wrap(object))).isNotNull();
      assertThat(all(repository)).isEmpty();
      assertThat(repository.verification().check())
          .anyMatch(finding -> finding.problem().contains("not written by maintenance"));
    }
  }

  @Test
  void aRecordIsBroughtFromAnotherRepositoryOnce() throws Exception {
    MemoryBlobStore elsewhere = new MemoryBlobStore();
    try (Repository from = Repositories.init(elsewhere, 16);
        Repository to = Repositories.init(store, 17)) {
      String id = from.erasures().add("one".getBytes(UTF_8));
      assertThat(to.erasures().bring(id, "one".getBytes(UTF_8))).isTrue();
      assertThat(to.erasures().bring(id, "one".getBytes(UTF_8))).isFalse();
      assertThat(all(to)).isEqualTo(all(from));
      assertThatThrownBy(() -> to.erasures().bring(id, "other".getBytes(UTF_8)))
          .isInstanceOf(CorruptRepositoryException.class);
    }
  }

  @Test
  void anAnswerThatWasLostAddsNoSecondRecord() throws Exception {
    Repositories.init(store, 18).close();
    BlobStore deaf =
        new ForwardingBlobStore(store) {
          private int lost;

          @Override
          public PutResult putIfAbsent(BlobKey key, ByteBuffer content) throws IOException {
            PutResult result = super.putIfAbsent(key, content);
            if (key.value().startsWith("erased/") && lost++ == 0) {
              throw new WriteOutcomeUnknownException("the answer was lost");
            }
            return result;
          }
        };
    try (Repository repository = Repositories.open(deaf, 19)) {
      assertThat(repository.erasures().add("one".getBytes(UTF_8))).hasSize(32);
      assertThat(all(repository).values()).containsExactly("one");
    }
  }
}
