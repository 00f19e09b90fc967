package io.holdfast.portable.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.testing.Seeds;
import io.holdfast.portable.BoundedGunzip;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.PortableFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of the ERP's backup service: ours open there, theirs open here.
class LegacySealedTest {
  private static final String HEX = "0123456789abcdef".repeat(4);
  private static final String JSON =
      "{\"users\":[{\"id\":1,\"name\":\"M\u00fcller \ud83d\ude00\"}]}";
  private static final BoundedGunzip.Limit LIMIT = BoundedGunzip.Limit.ofTotal(1 << 30);

  private static final String NODE =
      """
      const crypto = require('crypto'), zlib = require('zlib'), fs = require('fs');
      const [what, key, from, to] = process.argv.slice(1);
      const bytes = fs.readFileSync(from);
      if (what === 'seal') {
        const iv = crypto.randomBytes(16);
        const c = crypto.createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), iv);
        const sealed = Buffer.concat([c.update(zlib.gzipSync(bytes)), c.final()]);
        fs.writeFileSync(to, Buffer.concat([iv, c.getAuthTag(), sealed]));
      } else {
        const d = crypto.createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), bytes.subarray(0, 16));
        d.setAuthTag(bytes.subarray(16, 32));
        const packed = Buffer.concat([d.update(bytes.subarray(32)), d.final()]);
        fs.writeFileSync(to, JSON.stringify(JSON.parse(zlib.gunzipSync(packed).toString())));
      }
      """;

  @TempDir private Path directory = Path.of("");

  private final LegacySealed sealed = new LegacySealed(SealKey.fromHex(new Secret(HEX)));

  private Path seal(byte[] plain, Entropy entropy) throws IOException {
    Path file = Files.createTempFile(directory, "backup-", ".enc");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long bytes =
          sealed.seal(new ByteArrayInputStream(plain), channel, entropy, new Cancellation());
      assertThat(bytes).isEqualTo(plain.length);
    }
    return file;
  }

  private byte[] open(Path file) throws IOException {
    return open(file, LIMIT);
  }

  private byte[] open(Path file, BoundedGunzip.Limit limit) throws IOException {
    try (FileChannel channel = FileChannel.open(file);
        InputStream plain = sealed.open(ByteSource.of(channel), limit, new Cancellation())) {
      return plain.readAllBytes();
    }
  }

  private void node(String what, Path from, Path to) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("node", "-e", NODE, what, HEX, from.toString(), to.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @Test
  void whatNodeSealedOpensHere() throws IOException, InterruptedException {
    Path json = Files.writeString(directory.resolve("x.json"), JSON);
    Path enc = directory.resolve("backup-2025-01-01T02-00-00-000Z-a1b2c3d4e5f6.enc");
    node("seal", json, enc);
    assertThat(new String(open(enc), StandardCharsets.UTF_8)).isEqualTo(JSON);
  }

  @Test
  void whatIsSealedHereOpensInNode() throws IOException, InterruptedException {
    Path enc = seal(JSON.getBytes(StandardCharsets.UTF_8), Entropy.secure());
    Path json = directory.resolve("x.json");
    node("open", enc, json);
    assertThat(json).hasContent(JSON);
  }

  /// Made by the Node program above; must be readable for ever.
  @Test
  void theGoldenFileStillOpens() throws IOException {
    Path golden = Path.of("src/test/resources/io/holdfast/portable/golden-erp.enc");
    assertThat(new String(open(golden), StandardCharsets.UTF_8)).isEqualTo(JSON);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 4095, 4096, 4097, 65_536, 1_000_003})
  void anyLengthComesBack(int length) throws IOException {
    byte[] plain = Seeds.entropy(length).bytes(length);
    assertThat(open(seal(plain, Seeds.entropy(1)))).isEqualTo(plain);
  }

  @Test
  void changesTruncationsAndOtherKeysAreNoticedBeforeAnythingComesOut() throws IOException {
    byte[] bytes =
        Files.readAllBytes(seal(JSON.getBytes(StandardCharsets.UTF_8), Seeds.entropy(1)));
    Path file = directory.resolve("changed.enc");
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      Files.write(file, changed);
      assertThatThrownBy(() -> open(file))
          .as("byte " + i)
          .isInstanceOfSatisfying(
              PortableFileException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_KEY_WRONG));
      Files.write(file, Arrays.copyOf(bytes, i));
      assertThatThrownBy(() -> open(file))
          .as(i + " bytes")
          .isInstanceOf(PortableFileException.class);
    }
    Files.write(file, bytes);
    LegacySealed other = new LegacySealed(SealKey.fromHex(new Secret("f" + HEX.substring(1))));
    try (FileChannel channel = FileChannel.open(file)) {
      assertThatThrownBy(() -> other.open(ByteSource.of(channel), LIMIT, new Cancellation()))
          .hasMessageContaining("the key is not the one that it was encrypted with, or");
    }
  }

  @Test
  void bombsAreRefused() throws IOException {
    Path bomb = seal(new byte[100 << 20], Seeds.entropy(1));
    assertThat(Files.size(bomb)).isLessThan(200_000);
    assertThatThrownBy(() -> open(bomb))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_BEYOND_LIMIT))
        .hasMessageContaining("200 times");
    assertThatThrownBy(() -> open(bomb, BoundedGunzip.Limit.ofTotalOnly(1 << 20)))
        .hasMessageContaining("more than 1.0 MiB");
    assertThat(open(bomb, BoundedGunzip.Limit.ofTotalOnly(100 << 20))).hasSize(100 << 20);
  }

  @Test
  void moreThanTheProgramThereCanReadIsNotWritten() throws IOException {
    Path file = directory.resolve("large.enc");
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            Arrays.fill(target, offset, offset + length, (byte) 'x');
            return length;
          }
        };
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThatThrownBy(() -> sealed.seal(endless, channel, Seeds.entropy(1), new Cancellation()))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_BEYOND_LIMIT));
    }
  }

  @Test
  void ivsNeverRepeat() throws IOException {
    Set<ByteBuffer> ivs = new HashSet<>();
    Entropy entropy = Entropy.secure();
    for (int i = 0; i < 500; i++) {
      ivs.add(ByteBuffer.wrap(Files.readAllBytes(seal(new byte[1], entropy)), 0, 16));
    }
    assertThat(ivs).hasSize(500);
  }

  @Test
  void aKeyIsSixtyFourDigits() {
    assertThatThrownBy(() -> SealKey.fromHex(new Secret("abc")))
        .hasMessageContaining("3 characters instead of 64");
    assertThatThrownBy(() -> SealKey.fromHex(new Secret("g" + HEX.substring(1))))
        .hasMessageContaining("character 1 of the key");
  }
}
