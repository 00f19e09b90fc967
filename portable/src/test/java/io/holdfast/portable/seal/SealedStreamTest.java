package io.holdfast.portable.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.testing.Seeds;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.PortableFileException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A sealed stream gives back what was sealed, or says that it is not that.
class SealedStreamTest {
  private static final int CHUNK_LOG = 12;
  private static final int CHUNK = 1 << CHUNK_LOG;
  private static final int WHOLE = CHUNK + 16;
  private static final SealKey KEY = key(1);

  private static SealKey key(int fill) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) fill);
    return new SealKey.RawKey(new SecretBytes(bytes));
  }

  private static byte[] seal(byte[] plain, SealKey key, Entropy entropy) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SealedOutputStream sealed =
        new SealedOutputStream(out, SealedHeader.create(key, entropy, CHUNK_LOG))) {
      sealed.write(plain);
      sealed.finish();
    }
    return out.toByteArray();
  }

  private static byte[] open(byte[] sealed, SealKey key) throws IOException {
    try (SealedInputStream in = new SealedInputStream(new ByteArrayInputStream(sealed), key)) {
      return in.readAllBytes();
    }
  }

  /// Through the other reader, which is for any place.
  private static byte[] openAnywhere(byte[] sealed, SealKey key) throws IOException {
    SealedSource source = new SealedSource(source(sealed), key);
    return source.stream(0, source.size()).readAllBytes();
  }

  private static ByteSource source(byte[] bytes) {
    return new ByteSource() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        if (position >= bytes.length) {
          return -1;
        }
        int step = (int) Math.min(length, bytes.length - position);
        System.arraycopy(bytes, (int) position, target, offset, step);
        return step;
      }
    };
  }

  private static void assertRefused(byte[] sealed, String word) {
    for (ErrorCode code : new ErrorCode[] {ErrorCode.FILE_CORRUPT}) {
      assertThatThrownBy(() -> open(sealed, KEY))
          .isInstanceOfSatisfying(
              PortableFileException.class, e -> assertThat(e.code()).isEqualTo(code))
          .hasMessageContaining(word);
      assertThatThrownBy(() -> openAnywhere(sealed, KEY))
          .isInstanceOfSatisfying(
              PortableFileException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
  }

  static IntStream lengths() {
    return IntStream.of(
        0,
        1,
        15,
        16,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        2 * CHUNK,
        2 * CHUNK + 17,
        5 * CHUNK - 16,
        70_000);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void anyLengthComesBack(int length) throws IOException {
    byte[] plain = Seeds.entropy(length).bytes(length);
    byte[] sealed = seal(plain, KEY, Seeds.entropy(2));

    assertThat(open(sealed, KEY)).isEqualTo(plain);
    assertThat(openAnywhere(sealed, KEY)).isEqualTo(plain);
    int chunks = Math.max(1, Math.ceilDiv(length, CHUNK));
    assertThat(sealed).hasSize(104 + length + 16 * chunks);
  }

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void anyPlaceCanBeRead(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    byte[] plain = Seeds.entropy(seed).bytes(random.nextInt(6 * CHUNK));
    SealedSource source = new SealedSource(source(seal(plain, KEY, Seeds.entropy(seed))), KEY);
    assertThat(source.size()).isEqualTo(plain.length);
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(plain.length + 1);
      int to = from + random.nextInt(plain.length - from + 1);
      assertThat(source.stream(from, to - from).readAllBytes())
          .isEqualTo(Arrays.copyOfRange(plain, from, to));
    }
    assertThat(source.read(plain.length, new byte[1], 0, 1)).isEqualTo(-1);
  }

  @Test
  void everySingleChangedByteIsNoticed() throws IOException {
    byte[] sealed = seal(Seeds.entropy(3).bytes(2 * CHUNK + 100), KEY, Seeds.entropy(4));
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      assertThatThrownBy(() -> open(changed, KEY))
          .as("byte " + i)
          .isInstanceOf(PortableFileException.class);
      assertThatThrownBy(() -> openAnywhere(changed, KEY))
          .as("byte " + i)
          .isInstanceOf(PortableFileException.class);
    }
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    byte[] sealed = seal(Seeds.entropy(3).bytes(2 * CHUNK), KEY, Seeds.entropy(4));
    for (int length = 0; length < sealed.length; length++) {
      byte[] shorter = Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> open(shorter, KEY))
          .as(length + " bytes")
          .isInstanceOf(PortableFileException.class);
      assertThatThrownBy(() -> openAnywhere(shorter, KEY))
          .as(length + " bytes")
          .isInstanceOf(PortableFileException.class);
    }
    assertRefused(Arrays.copyOf(sealed, 104 + WHOLE), "cut off behind chunk 0");
    assertRefused(Arrays.copyOf(sealed, 104), "cut off");
  }

  @Test
  void chunksThatWereMovedRepeatedOrLeftOutAreNoticed() throws IOException {
    byte[] sealed = seal(Seeds.entropy(3).bytes(4 * CHUNK), KEY, Seeds.entropy(4));

    assertRefused(arranged(sealed, 1, 0, 2, 3), "chunk 0 is not what was sealed there");
    assertRefused(arranged(sealed, 0, 2, 1, 3), "chunk 1 is not");
    assertRefused(arranged(sealed, 0, 0, 1, 2, 3), "chunk 1 is not");
    assertRefused(arranged(sealed, 0, 2, 3), "chunk 1 is not");
    assertRefused(arranged(sealed, 1, 2, 3), "chunk 0 is not");
    assertRefused(arranged(sealed, 0, 1, 2), "cut off behind chunk 2");
    assertRefused(arranged(sealed, 0, 1, 2, 3, 3), "");
    assertThat(open(arranged(sealed, 0, 1, 2, 3), KEY)).hasSize(4 * CHUNK);
  }

  private static byte[] arranged(byte[] sealed, int... chunks) {
    ByteBuffer out = ByteBuffer.allocate(104 + chunks.length * WHOLE).put(sealed, 0, 104);
    for (int chunk : chunks) {
      out.put(sealed, 104 + chunk * WHOLE, WHOLE);
    }
    return out.array();
  }

  @Test
  void bytesBehindTheEndAreNoticed() throws IOException {
    byte[] sealed = seal(Seeds.entropy(3).bytes(CHUNK), KEY, Seeds.entropy(4));
    assertRefused(Arrays.copyOf(sealed, sealed.length + 1), "appended");
    assertRefused(Arrays.copyOf(sealed, sealed.length + WHOLE), "appended");
    byte[] twice = ByteBuffer.allocate(2 * sealed.length).put(sealed).put(sealed).array();
    assertRefused(twice, "appended");
  }

  @Test
  void chunksOfAnotherFileUnderTheSameKeyAreNoticed() throws IOException {
    byte[] one = seal(new byte[2 * CHUNK], KEY, Seeds.entropy(4));
    byte[] other = seal(new byte[2 * CHUNK], KEY, Seeds.entropy(5));
    System.arraycopy(other, 104, one, 104, WHOLE);
    assertRefused(one, "chunk 0 is not");
  }

  @Test
  void aWrongKeyIsToldFromDamage() throws IOException {
    byte[] sealed = seal(new byte[9], KEY, Seeds.entropy(4));
    assertThatThrownBy(() -> open(sealed, key(2)))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_KEY_WRONG));
    byte[] damaged = sealed.clone();
    damaged[60] ^= 1;
    assertRefused(damaged, "its header does not match its checksum");
  }

  @Test
  void aPassphraseOpensInAnyNormalFormAndNothingElseDoes() throws IOException {
    byte[] sealed =
        seal(
            new byte[100], new SealKey.Passphrase(new Secret("Gr\u00fc\u00dfe")), Seeds.entropy(4));

    assertThat(open(sealed, new SealKey.Passphrase(new Secret("Gru\u0308\u00dfe")))).hasSize(100);
    assertThatThrownBy(() -> open(sealed, new SealKey.Passphrase(new Secret("gr\u00fc\u00dfe"))))
        .hasMessageContaining("the passphrase is not the one");
    assertThatThrownBy(() -> open(sealed, KEY)).hasMessageContaining("opens with a passphrase");
    byte[] raw = seal(new byte[1], KEY, Seeds.entropy(4));
    assertThatThrownBy(() -> open(raw, new SealKey.Passphrase(new Secret("x"))))
        .hasMessageContaining("opens with a key");
    assertThatThrownBy(() -> new SealKey.Passphrase(new Secret("")))
        .hasMessageContaining("passphrase is empty");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "17,65536,4",
        "0,65536,4",
        "-1,65536,4",
        "3,262145,4",
        "3,2147483647,4",
        "3,-1,4",
        "3,65536,17",
        "3,65536,0",
        "3,31,4"
      })
  void costsBeyondTheLimitAreNotSpent(String costs) throws IOException {
    SealKey words = new SealKey.Passphrase(new Secret("x"));
    byte[] sealed = seal(new byte[1], words, Seeds.entropy(4));
    ByteBuffer header = ByteBuffer.wrap(sealed);
    int at = 12;
    for (String cost : costs.split(",")) {
      header.putInt(at, Integer.parseInt(cost));
      at += 4;
    }
    summed(sealed);
    assertThatThrownBy(() -> open(sealed, words))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_BEYOND_LIMIT));
  }

  @Test
  void otherHeadersAreRefused() throws IOException {
    byte[] newer = seal(new byte[1], KEY, Seeds.entropy(4));
    newer[9] = 2;
    assertThatThrownBy(() -> open(newer, KEY))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_TOO_NEW));
    for (int chunk : new int[] {0, 11, 25, 63, 255}) {
      byte[] sealed = seal(new byte[1], KEY, Seeds.entropy(4));
      sealed[11] = (byte) chunk;
      assertRefused(summed(sealed), "its header asks for chunks");
    }
    byte[] kind = seal(new byte[1], KEY, Seeds.entropy(4));
    kind[10] = 3;
    assertRefused(summed(kind), "key kind 3");
    assertRefused(new byte[200], "does not begin with the header");
    assertRefused(new byte[0], "does not begin with the header");
  }

  private static byte[] summed(byte[] sealed) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(sealed, 0, 88);
      System.arraycopy(sha256.digest(), 0, sealed, 88, 16);
      return sealed;
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anEmptyLastChunkBehindOthersIsRefused() throws IOException {
    SealedHeader header = SealedHeader.create(KEY, Seeds.entropy(4), CHUNK_LOG);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(header.bytes());
    byte[] room = new byte[WHOLE];
    out.write(
        room, 0, header.cipher().seal(0, ChunkCipher.Place.INNER, new byte[CHUNK], CHUNK, room));
    out.write(room, 0, header.cipher().seal(1, ChunkCipher.Place.LAST, new byte[0], 0, room));
    assertRefused(out.toByteArray(), "its last chunk is empty");
  }

  @Test
  void withoutFinishItIsCutOff() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SealedOutputStream sealed = new SealedOutputStream(out, KEY, Seeds.entropy(1))) {
      sealed.write(new byte[200_000]);
    }
    assertRefused(out.toByteArray(), "cut off");
  }

  @Test
  void saltsAndSoKeysNeverRepeat() throws IOException {
    Entropy entropy = Entropy.secure();
    Set<ByteBuffer> heads = new HashSet<>();
    Set<ByteBuffer> bodies = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      byte[] sealed = seal(new byte[32], KEY, entropy);
      heads.add(ByteBuffer.wrap(sealed, 24, 32));
      bodies.add(ByteBuffer.wrap(sealed, 104, 48));
    }
    assertThat(heads).hasSize(2_000);
    assertThat(bodies).as("the same plain bytes under the same key").hasSize(2_000);
  }

  @Test
  void noncesOfOneFileNeverRepeat() throws IOException {
    byte[] sealed = seal(new byte[64 * CHUNK], KEY, Seeds.entropy(9));
    Set<ByteBuffer> chunks = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      chunks.add(ByteBuffer.wrap(sealed, 104 + i * WHOLE, 32));
    }
    assertThat(chunks).as("zeros under equal nonces would look equal").hasSize(64);
  }
}
