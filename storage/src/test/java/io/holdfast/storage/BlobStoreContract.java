package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every promise of [BlobStore]. Each store has a subclass that opens an empty one.
public abstract class BlobStoreContract {
  private static final int SMALL = 1 << 20;

  @TempDir protected Path directory;

  private BlobStore store;

  /// An empty store.
  protected abstract BlobStore openEmpty() throws IOException;

  @BeforeEach
  void openStore() throws IOException {
    store = openEmpty();
  }

  @AfterEach
  void closeStore() throws IOException {
    store.close();
  }

  @Test
  void givesBackWhatWasPut() throws IOException {
    byte[] bytes = Seeds.entropy(1).bytes(3 * SMALL + 17);

    assertThat(put("packs/aa/one", bytes)).isEqualTo(PutResult.STORED);

    assertThat(store.get(key("packs/aa/one"), bytes.length)).isEqualTo(bytes);
    assertThat(store.stat(key("packs/aa/one")))
        .contains(new BlobStat(key("packs/aa/one"), bytes.length));
  }

  @Test
  void neverOverwrites() throws IOException {
    assertThat(put("log/s/0", bytes("first"))).isEqualTo(PutResult.STORED);
    assertThat(put("log/s/0", bytes("second"))).isEqualTo(PutResult.ALREADY_PRESENT);

    assertThat(store.get(key("log/s/0"), 100)).isEqualTo(bytes("first"));
  }

  @Test
  void storesOnlyTheRemainingBytesAndAllKindsOfBuffers() throws IOException {
    ByteBuffer heap = ByteBuffer.wrap(bytes("0123456789")).position(2).limit(5);
    ByteBuffer readOnly = ByteBuffer.wrap(bytes("abc")).asReadOnlyBuffer();
    ByteBuffer direct = ByteBuffer.allocateDirect(4).put(bytes("wxyz")).flip();

    assertThat(store.putIfAbsent(key("heap"), heap)).isEqualTo(PutResult.STORED);
    assertThat(store.putIfAbsent(key("read-only"), readOnly)).isEqualTo(PutResult.STORED);
    assertThat(store.putIfAbsent(key("direct"), direct)).isEqualTo(PutResult.STORED);

    assertThat(store.get(key("heap"), 10)).isEqualTo(bytes("234"));
    assertThat(store.get(key("read-only"), 10)).isEqualTo(bytes("abc"));
    assertThat(store.get(key("direct"), 10)).isEqualTo(bytes("wxyz"));
  }

  @Test
  void copiesBeforeItReturns() throws IOException {
    byte[] bytes = bytes("kept");
    assertThat(put("copied", bytes)).isEqualTo(PutResult.STORED);
    bytes[0] = 'X';
    byte[] read = store.get(key("copied"), 10);
    assertThat(read).isEqualTo(bytes("kept"));
    read[0] = 'Y';
    assertThat(store.get(key("copied"), 10)).isEqualTo(bytes("kept"));
  }

  @Test
  void storesEmptyBlobs() throws IOException {
    assertThat(put("empty", new byte[0])).isEqualTo(PutResult.STORED);
    assertThat(put("empty", bytes("x"))).isEqualTo(PutResult.ALREADY_PRESENT);

    assertThat(store.get(key("empty"), 0)).isEmpty();
    assertThat(store.getRange(key("empty"), 0, 0)).isEmpty();
    assertThat(store.stat(key("empty"))).contains(new BlobStat(key("empty"), 0));
    assertThat(list("")).containsExactly("empty=0");
  }

  @Test
  void saysWhatIsNotThere() throws IOException {
    assertThat(put("a/b", bytes("x"))).isEqualTo(PutResult.STORED);
    for (String missing : List.of("b", "a", "a/c", "a/b/c", "a/b/c/d")) {
      assertThat(store.stat(key(missing))).isEmpty();
      assertThatThrownBy(() -> store.get(key(missing), 10)).isInstanceOf(NoSuchBlobException.class);
      assertThatThrownBy(() -> store.getRange(key(missing), 0, 0))
          .isInstanceOf(NoSuchBlobException.class);
    }
  }

  @Test
  void getRefusesALargerBlobBeforeItAllocates() throws IOException {
    assertThat(put("big", new byte[8 * SMALL])).isEqualTo(PutResult.STORED);
    long allocated =
        allocatedBy(
            () ->
                assertThatThrownBy(() -> store.get(key("big"), 8 * SMALL - 1))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(NoSuchBlobException.class));
    assertThat(allocated).isLessThan(4L * SMALL);
  }

  @Test
  void readsRanges() throws IOException {
    byte[] bytes = Seeds.entropy(2).bytes(2 * SMALL + 5);
    assertThat(put("ranged", bytes)).isEqualTo(PutResult.STORED);
    for (int[] range : new int[][] {{0, 10}, {SMALL - 3, SMALL + 6}, {bytes.length - 1, 1}}) {
      assertThat(store.getRange(key("ranged"), range[0], range[1]))
          .isEqualTo(java.util.Arrays.copyOfRange(bytes, range[0], range[0] + range[1]));
    }
    assertThat(store.getRange(key("ranged"), bytes.length, 0)).isEmpty();
  }

  @Test
  void whatIsGivenBackNobodySeesAgain() throws IOException {
    byte[] bytes = Seeds.entropy(3).bytes(2 * SMALL);
    assertThat(put("twice", bytes)).isEqualTo(PutResult.STORED);
    byte[] first = java.util.Arrays.copyOf(bytes, SMALL);
    byte[] second = java.util.Arrays.copyOfRange(bytes, SMALL, 2 * SMALL);
    byte[] kept = store.getRange(key("twice"), 0, SMALL);
    giveBackDirty(store.getRange(key("twice"), 0, SMALL));
    assertThat(store.getRange(key("twice"), SMALL, SMALL)).isEqualTo(second);
    assertThat(kept).isEqualTo(first);
    giveBackDirty(store.get(key("twice"), 2 * SMALL));
    assertThat(store.get(key("twice"), 2 * SMALL)).isEqualTo(bytes);
  }

  /// With what no blob here consists of.
  private void giveBackDirty(byte[] array) {
    java.util.Arrays.fill(array, (byte) 0x5a);
    store.giveBack(array);
  }

  @Test
  void saysWhenARangeIsBehindTheEndBeforeItAllocates() throws IOException {
    assertThat(put("short", bytes("12345"))).isEqualTo(PutResult.STORED);
    long[][] ranges = {
      {0, 6}, {5, 1}, {6, 0}, {0, Integer.MAX_VALUE}, {Long.MAX_VALUE, 1}, {Long.MAX_VALUE, 7}
    };
    for (long[] range : ranges) {
      long allocated =
          allocatedBy(
              () ->
                  assertThatThrownBy(() -> store.getRange(key("short"), range[0], (int) range[1]))
                      .isInstanceOf(TruncatedBlobException.class));
      assertThat(allocated).isLessThan(SMALL);
    }
    assertThatThrownBy(() -> store.getRange(key("short"), -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.getRange(key("short"), 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesABlobOverTheLimitBeforeItAllocates() throws IOException {
    try (FileChannel sparse =
        FileChannel.open(
            directory.resolve("sparse-input"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer tooLarge =
          sparse.map(FileChannel.MapMode.READ_WRITE, 0, BlobStore.BLOB_BYTES_MAX + 1L);
      long allocated =
          allocatedBy(
              () ->
                  assertThatThrownBy(() -> store.putIfAbsent(key("huge"), tooLarge))
                      .isInstanceOf(IOException.class)
                      .hasMessageContaining(String.valueOf(BlobStore.BLOB_BYTES_MAX)));
      assertThat(allocated).isLessThan(SMALL);
    }
    assertThat(store.stat(key("huge"))).isEmpty();
    assertThat(list("")).isEmpty();
  }

  @Test
  void listsByPrefixInTheOrderOfCharacters() throws IOException {
    List<String> names =
        new ArrayList<>(
            List.of(
                "a-b", "a.b", "a/b", "a/b-c", "a0", "A/x", "a/b.d/e", "a_b", "aa/b", "b", ".x/y"));
    Collections.shuffle(names, new java.util.Random(3));
    for (String name : names) {
      assertThat(put(name, bytes(name))).isEqualTo(PutResult.STORED);
    }
    Collections.sort(names);

    assertThat(list(""))
        .containsExactlyElementsOf(names.stream().map(BlobStoreContract::listed).toList());
    assertThat(list("a/")).containsExactly(listed("a/b"), listed("a/b-c"), listed("a/b.d/e"));
    assertThat(list("a/b.d/")).containsExactly(listed("a/b.d/e"));
    assertThat(list("aa/")).containsExactly(listed("aa/b"));
    assertThat(list("nothing/here/")).isEmpty();
    assertThat(list("b/")).isEmpty();
  }

  @Test
  void namesWhatIsDirectlyBelowAPrefix() throws IOException {
    for (String name : List.of("a-b", "a/b", "a/b-c", "a/c/e", "a/c/f/g", "aa/b", "b")) {
      assertThat(put(name, bytes(name))).isEqualTo(PutResult.STORED);
    }

    assertThat(names("")).containsExactly("a", "a-b", "aa", "b");
    assertThat(names("a/")).containsExactly("b", "b-c", "c");
    assertThat(names("a/c/")).containsExactly("e", "f");
    assertThat(names("nothing/here/")).isEmpty();
    assertThat(names("b/")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "a", "../", "a/../", "a//", "/a/", "./", "a\0/", "~tmp/"})
  void refusesPrefixesThatAreNone(String prefix) {
    assertThatThrownBy(() -> store.list(prefix, _ -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.names(prefix, _ -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesTheLongestAndTheOddestKeys() throws IOException {
    String segment = "s".repeat(BlobKey.SEGMENT_LENGTH_MAX);
    List<String> odd =
        List.of(segment + "/" + segment, "...", "-rf", "a/.../b", ".hidden", "CON", "A", "_", "x.");
    for (String name : odd) {
      assertThat(put(name, bytes(name))).isEqualTo(PutResult.STORED);
    }
    for (String name : odd) {
      assertThat(store.get(key(name), 1000)).isEqualTo(bytes(name));
    }
    assertThat(list("")).hasSize(odd.size());
  }

  @Test
  void deletes() throws IOException {
    assertThat(put("d/one", bytes("1"))).isEqualTo(PutResult.STORED);
    assertThat(put("d/two", bytes("2"))).isEqualTo(PutResult.STORED);

    store.delete(key("d/one"));
    store.delete(key("d/one"));
    store.delete(key("d"));
    store.delete(key("never/was"));

    assertThat(store.stat(key("d/one"))).isEmpty();
    assertThat(list("")).containsExactly("d/two=1");
    assertThat(put("d/one", bytes("again"))).isEqualTo(PutResult.STORED);
    assertThat(store.get(key("d/one"), 10)).isEqualTo(bytes("again"));
  }

  @Test
  void oneOfManyWritersOfAKeyWins() throws IOException {
    int writers = 16;
    for (int round = 0; round < 10; round++) {
      BlobKey key = key("race/" + round);
      List<Integer> winners = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch start = new CountDownLatch(writers);
      try (Workers workers = Workers.virtual("writer")) {
        for (int writer = 0; writer < writers; writer++) {
          int number = writer;
          workers.start(
              () -> {
                start.countDown();
                start.await();
                if (store.putIfAbsent(key, ByteBuffer.wrap(content(number))) == PutResult.STORED) {
                  winners.add(number);
                }
                // Whoever lost finds a whole blob at once.
                assertThat(store.get(key, SMALL)).hasSize(20_000);
              });
        }
        workers.join();
      }
      assertThat(winners).hasSize(1);
      assertThat(store.get(key, SMALL)).isEqualTo(content(winners.getFirst()));
    }
  }

  @Test
  void readersSeeAWholeBlobOrNone() throws IOException {
    CountDownLatch done = new CountDownLatch(1);
    try (Workers workers = Workers.virtual("readers")) {
      for (int reader = 0; reader < 4; reader++) {
        workers.start(
            () -> {
              while (done.getCount() > 0) {
                store.list("seen/", stat -> assertThat(stat.bytes()).isEqualTo(20_000));
                Optional<BlobStat> stat = store.stat(key("seen/25"));
                if (stat.isPresent()) {
                  assertThat(store.get(key("seen/25"), SMALL)).isEqualTo(content(25));
                }
              }
            });
      }
      for (int i = 0; i < 50; i++) {
        assertThat(put("seen/" + i, content(i))).isEqualTo(PutResult.STORED);
        assertThat(list("seen/")).contains("seen/" + i + "=20000");
      }
      done.countDown();
      workers.join();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.base.testing.Seeds#stream")
  void behavesLikeAMap(long seed) throws IOException {
    var random = Seeds.random(seed);
    Map<String, byte[]> model = new TreeMap<>();
    for (int step = 0; step < 300; step++) {
      String name = "d" + random.nextInt(3) + "/e" + random.nextInt(3) + "/" + random.nextInt(4);
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          byte[] bytes = new byte[random.nextInt(2000)];
          random.nextBytes(bytes);
          PutResult expected =
              model.putIfAbsent(name, bytes) == null ? PutResult.STORED : PutResult.ALREADY_PRESENT;
          assertThat(put(name, bytes)).isEqualTo(expected);
        }
        case 2 -> {
          store.delete(key(name));
          model.remove(name);
        }
        default -> {
          Map<String, Long> expected = new HashMap<>();
          model.forEach((key, bytes) -> expected.put(key, (long) bytes.length));
          Map<String, Long> found = new HashMap<>();
          store.list("", stat -> found.put(stat.key().value(), stat.bytes()));
          assertThat(found).isEqualTo(expected);
        }
      }
    }
    for (var entry : model.entrySet()) {
      assertThat(store.get(key(entry.getKey()), 2000)).isEqualTo(entry.getValue());
    }
  }

  @Test
  void probesItsCapabilitiesAndLeavesNothingBehind() throws IOException {
    StoreCapabilities capabilities = store.capabilities();

    assertThat(capabilities.putIfAbsent()).isEqualTo(Support.YES);
    assertThat(store.describe()).isNotBlank();
    assertThat(list("")).isEmpty();
  }

  /// The tests have no server that keeps what is deleted.
  @Test
  void saysWhatBecomesOfWhatIsDeletedAndLeavesNothingBehind() throws IOException {
    assertThat(store.afterDelete(key("probe/deleted"))).isNotEqualTo(BlobStore.AfterDelete.KEPT);
    assertThat(list("")).isEmpty();
    assertThat(store.stat(key("probe/deleted"))).isEmpty();
  }

  private PutResult put(String name, byte[] bytes) throws IOException {
    return store.putIfAbsent(key(name), ByteBuffer.wrap(bytes));
  }

  private List<String> list(String prefix) throws IOException {
    List<String> result = new ArrayList<>();
    store.list(prefix, stat -> result.add(stat.key() + "=" + stat.bytes()));
    return result;
  }

  private Set<String> names(String prefix) throws IOException {
    Set<String> result = new TreeSet<>();
    store.names(prefix, result::add);
    return result;
  }

  private static String listed(String name) {
    return name + "=" + name.length();
  }

  private static byte[] content(int number) {
    byte[] bytes = new byte[20_000];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) (number + i / 1000));
    return bytes;
  }

  private static BlobKey key(String name) {
    return new BlobKey(name);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /// Bytes of heap that this thread allocated meanwhile.
  private static long allocatedBy(Runnable action) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    action.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
