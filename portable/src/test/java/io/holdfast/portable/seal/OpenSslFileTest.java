package io.holdfast.portable.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.testing.Seeds;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.OpenSslFile.Derivation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files made by the real `openssl enc`.
class OpenSslFileTest {
  private static final String PASSWORD = "correct h\u00f6rse \"battery\"";

  @TempDir private Path directory = Path.of("");

  private Path encrypt(byte[] plain, String... options) throws IOException, InterruptedException {
    Path from = Files.write(directory.resolve("plain"), plain);
    Path to = directory.resolve("sealed.enc");
    List<String> command =
        new ArrayList<>(List.of("openssl", "enc", "-aes-256-cbc", "-salt", "-pass", "env:WORDS"));
    command.addAll(List.of(options));
    command.addAll(List.of("-in", from.toString(), "-out", to.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("WORDS", PASSWORD);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return to;
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
      packed.write(plain);
    }
    return out.toByteArray();
  }

  /// @param plain in hexadecimal
  private record Read(String plain, Derivation derivation) {}

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static Read open(Path path, String password) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      OpenSslFile.Opened opened =
          new OpenSslFile(ByteSource.of(channel), new Secret(password)).open();
      try (InputStream plain = opened.plain()) {
        return new Read(hex(plain.readAllBytes()), opened.derivation());
      }
    }
  }

  private static byte[] open(Path path, String password, Derivation derivation) throws IOException {
    try (FileChannel channel = FileChannel.open(path);
        InputStream plain =
            new OpenSslFile(ByteSource.of(channel), new Secret(password))
                .open(derivation)
                .plain()) {
      return plain.readAllBytes();
    }
  }

  static Stream<Arguments> usual() {
    return Stream.of(
        Arguments.of(List.of("-pbkdf2"), new Derivation.Pbkdf2(10_000)),
        Arguments.of(List.of("-md", "sha256"), new Derivation.BytesToKeySha256()),
        Arguments.of(List.of(), new Derivation.BytesToKeySha256()),
        Arguments.of(List.of("-md", "md5"), new Derivation.BytesToKeyMd5()));
  }

  @ParameterizedTest
  @MethodSource("usual")
  void theUsualWaysAreFoundOut(List<String> options, Derivation derivation) throws Exception {
    byte[] dump = gzip(Seeds.entropy(3).bytes(200_000));
    Read read = open(encrypt(dump, options.toArray(String[]::new)), PASSWORD);
    assertThat(read.plain()).isEqualTo(hex(dump));
    assertThat(read.derivation()).isEqualTo(derivation);

    byte[] sql = "-- PostgreSQL database dump\n".getBytes(StandardCharsets.UTF_8);
    assertThat(open(encrypt(sql, options.toArray(String[]::new)), PASSWORD).plain())
        .isEqualTo(hex(sql));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 200_000})
  void anyLengthComesBack(int length) throws Exception {
    byte[] plain = Seeds.entropy(length).bytes(length);
    Path file = encrypt(plain, "-pbkdf2", "-iter", "5");
    assertThat(open(file, PASSWORD, new Derivation.Pbkdf2(5))).isEqualTo(plain);
  }

  @Test
  void contentThatNobodyKnowsNeedsToBeToldHow() throws Exception {
    byte[] noise = Seeds.entropy(5).bytes(1000);
    Path file = encrypt(noise, "-md", "md5");
    assertThat(open(file, PASSWORD, new Derivation.BytesToKeyMd5())).isEqualTo(noise);
    assertThatThrownBy(() -> open(file, PASSWORD)).isInstanceOf(PortableFileException.class);
  }

  @Test
  void wrongPasswordsAndOtherOptionsAreRefused() throws Exception {
    Path file = encrypt(gzip(new byte[1000]), "-pbkdf2");
    for (int i = 0; i < 20; i++) {
      String wrong = "wrong " + i;
      assertThatThrownBy(() -> open(file, wrong))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_KEY_WRONG));
    }
    Path other = encrypt(gzip(new byte[1000]), "-pbkdf2", "-iter", "20000");
    assertThatThrownBy(() -> open(other, PASSWORD)).hasMessageContaining("other options");
    assertThat(open(other, PASSWORD, new Derivation.Pbkdf2(20_000))).isNotEmpty();
  }

  @Test
  void truncatedFilesAreRefusedWhereTheFormatCanTell() throws Exception {
    byte[] bytes = Files.readAllBytes(encrypt(gzip(Seeds.entropy(1).bytes(300)), "-pbkdf2"));
    Path file = directory.resolve("short.enc");
    for (int length : List.of(0, 7, 8, 15, 16, 31, 33, bytes.length - 1)) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> open(file, PASSWORD))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_CORRUPT));
    }
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 16));
    assertThatThrownBy(() -> open(file, PASSWORD)).isInstanceOf(PortableFileException.class);
    bytes[0] = 's';
    Files.write(file, bytes);
    assertThatThrownBy(() -> open(file, PASSWORD)).hasMessageContaining("Salted__");
  }

  @Test
  void iterationsHaveALimit() {
    assertThatThrownBy(() -> new Derivation.Pbkdf2(0)).hasMessageContaining("1 to 10,000,000");
    assertThatThrownBy(() -> new Derivation.Pbkdf2(10_000_001)).hasMessageContaining("10,000,000");
  }
}
