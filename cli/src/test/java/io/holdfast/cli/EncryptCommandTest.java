package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Entropy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `encrypt` and `decrypt` as somebody uses them with the files of today and of other programs.
class EncryptCommandTest {
  private static final String KEY = "07".repeat(32);
  private static final Map<String, String> WORDS =
      Map.of("HOLDFAST_FILE_PASSPHRASE", "correct horse");
  private static final String SQL = "-- PostgreSQL database dump\nSELECT 1;\n";

  @TempDir private Path directory = Path.of("");

  private Path dump = Path.of("");

  @BeforeEach
  void makeDump() throws IOException {
    dump = Files.writeString(directory.resolve("dump.sql"), SQL);
  }

  private record Result(int status, ByteArrayOutputStream out, String text, String err) {}

  private Result run(Map<String, String> environment, String... args) {
    return run(environment, InputStream.nullInputStream(), args);
  }

  private Result run(Map<String, String> environment, InputStream in, String... args) {
    TestContext context =
        new TestContext(environment, directory, Entropy.secure(), InstantSource.system(), in);
    int status = context.run(args);
    return new Result(status, context.out, context.stdout(), context.stderr());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void aFileGoesThereAndBackUnderAPassphrase() throws IOException {
    Result sealed = run(WORDS, "encrypt", "dump.sql");
    assertThat(sealed.status).as(sealed.err).isZero();
    assertThat(sealed.text).contains("encrypted 38 B to " + directory.resolve("dump.sql.enc"));
    Path file = directory.resolve("dump.sql.enc");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Files.delete(dump);

    Result opened = run(WORDS, "decrypt", "dump.sql.enc");
    assertThat(opened.status).as(opened.err).isZero();
    assertThat(opened.text).contains("decrypted 38 B (SQL text) to " + dump);
    assertThat(opened.err).doesNotContain("warning");
    assertThat(dump).hasContent(SQL);
    assertThat(files()).containsExactly("dump.sql", "dump.sql.enc");
  }

  @Test
  void keysAndPassphrasesComeFromFiles() throws IOException {
    Files.writeString(directory.resolve("k"), KEY + "\n");
    Files.writeString(directory.resolve("words"), "correct horse\n");
    assertThat(run(Map.of(), "encrypt", "dump.sql", "--key-file", "k").status).isZero();
    assertThat(
            run(Map.of("BACKUP_ENCRYPTION_KEY", KEY), "decrypt", "dump.sql.enc", "--to", "a")
                .status)
        .as("the repository's key opens")
        .isZero();
    assertThat(
            run(Map.of(), "encrypt", "dump.sql", "--passphrase-file", "words", "--to", "b.enc")
                .status)
        .isZero();
    assertThat(run(WORDS, "decrypt", "b.enc", "--json").text)
        .contains("\"content\": \"SQL text\"", "\"integrity\": \"AUTHENTICATED\"");
    assertThat(directory.resolve("a")).hasContent(SQL);
    assertThat(directory.resolve("b")).hasContent(SQL);
  }

  @Test
  void theKeyOfTheRepositorySealsNothing() throws IOException {
    Result refused =
        run(Map.of("BACKUP_ENCRYPTION_KEY", KEY, "BACKUP_PASSPHRASE", "x"), "encrypt", "dump.sql");
    assertThat(refused.status).isEqualTo(2);
    assertThat(refused.err).contains("HF-1010", "HOLDFAST_FILE_PASSPHRASE");
    assertThat(files()).containsExactly("dump.sql");
  }

  @Test
  void aWrongPassphraseIsToldFromDamageAndLeavesNothing() throws IOException {
    assertThat(run(WORDS, "encrypt", "dump.sql").status).isZero();
    Path file = directory.resolve("dump.sql.enc");
    Result wrong =
        run(Map.of("HOLDFAST_FILE_PASSPHRASE", "other"), "decrypt", "dump.sql.enc", "--to", "x");
    assertThat(wrong.status).isEqualTo(2);
    assertThat(wrong.err).contains("HF-1072", "dump.sql.enc: the passphrase is not the one");

    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    Result damaged = run(WORDS, "decrypt", "dump.sql.enc", "--to", "x");
    assertThat(damaged.status).isEqualTo(4);
    assertThat(damaged.err).contains("HF-3020", "dump.sql.enc: chunk 0");
    Files.write(file, Arrays.copyOf(bytes, 100));
    assertThat(run(WORDS, "decrypt", "dump.sql.enc", "--to", "x").err).contains("HF-3020");
    assertThat(files()).containsExactly("dump.sql", "dump.sql.enc");
  }

  @Test
  void whatIsThereIsReplacedOnlyWhenAsked() throws IOException {
    Path target = Files.writeString(directory.resolve("dump.sql.enc"), "precious");
    Result refused = run(WORDS, "encrypt", "dump.sql");
    assertThat(refused.status).isEqualTo(2);
    assertThat(refused.err).contains("HF-1074", "--overwrite");
    assertThat(target).hasContent("precious");
    assertThat(run(WORDS, "encrypt", "dump.sql", "--overwrite").status).isZero();
    assertThat(run(WORDS, "decrypt", "dump.sql.enc").err).contains("HF-1074");
    assertThat(run(WORDS, "decrypt", "dump.sql.enc", "--overwrite").status).isZero();
    assertThat(dump).hasContent(SQL);
    assertThat(files()).containsExactly("dump.sql", "dump.sql.enc");
  }

  @Test
  void pipesCarryOurFormat() throws IOException {
    InputStream in = new ByteArrayInputStream(SQL.getBytes(StandardCharsets.UTF_8));
    Result sealed = run(WORDS, in, "encrypt", "-", "--to", "-", "-q");
    assertThat(sealed.status).as(sealed.err).isZero();
    assertThat(sealed.err).contains("encrypted 38 B to standard output");
    Result opened =
        run(
            WORDS,
            new ByteArrayInputStream(sealed.out.toByteArray()),
            "decrypt",
            "-",
            "--to",
            "-",
            "-q");
    assertThat(opened.text).isEqualTo(SQL);

    assertThat(run(WORDS, InputStream.nullInputStream(), "encrypt", "-").err)
        .contains("HF-1001", "standard input has no name");
    assertThat(run(WORDS, "encrypt", "dump.sql", "--to", "-", "--json").err).contains("HF-1001");
    Result erp =
        run(
            Map.of("BACKUP_ENCRYPTION_KEY", KEY),
            "encrypt",
            "dump.sql",
            "--format",
            "erp",
            "--to",
            "-");
    assertThat(erp.err).contains("HF-1001", "cannot be written to a pipe");
    Result salted =
        run(
            WORDS,
            new ByteArrayInputStream("Salted__1234567".getBytes(StandardCharsets.UTF_8)),
            "decrypt",
            "-",
            "--to",
            "x");
    assertThat(salted.err).contains("HF-1001", "cannot be read from a pipe");
    assertThat(files()).containsExactly("dump.sql");
  }

  @Test
  void filesOfTheErpGoBothWays() throws IOException {
    Map<String, String> key = Map.of("BACKUP_ENCRYPTION_KEY", KEY);
    Path json = Files.writeString(directory.resolve("backup-x.json"), "{\"users\":[]}");
    assertThat(run(key, "encrypt", "backup-x.json", "--format", "erp").status).isZero();
    Files.delete(json);
    Result opened = run(key, "decrypt", "backup-x.enc");
    assertThat(opened.status).as(opened.err).isZero();
    assertThat(opened.text).contains("(JSON text) to " + json);
    assertThat(json).hasContent("{\"users\":[]}");
    Files.delete(json);

    Result wrong = run(Map.of("BACKUP_ENCRYPTION_KEY", "08".repeat(32)), "decrypt", "backup-x.enc");
    assertThat(wrong.err).contains("HF-1072");
    Result malformed = run(Map.of("BACKUP_ENCRYPTION_KEY", "08"), "decrypt", "backup-x.enc");
    assertThat(malformed.err).contains("HF-1011", "2 characters instead of 64");
    assertThat(run(WORDS, "decrypt", "backup-x.enc").err).contains("HF-1010");
    assertThat(run(key, "decrypt", "backup-x.enc", "--max-size", "5").err).contains("HF-1073");
    assertThat(files()).containsExactly("backup-x.enc", "dump.sql");
  }

  @Test
  void filesOfOpensslAreReadWithAWarning() throws Exception {
    openssl("dump.sql", "dump.sql.enc", "-pbkdf2");
    Files.delete(dump);
    Result opened = run(WORDS, "decrypt", "dump.sql.enc");
    assertThat(opened.status).as(opened.err).isZero();
    assertThat(opened.err).contains("warning: 'openssl enc' does not notice changes");
    assertThat(dump).hasContent(SQL);

    openssl("dump.sql", "old.encrypted", "-md", "md5");
    Files.writeString(directory.resolve("backup-key.key"), "correct horse\nsecond line\n");
    assertThat(run(Map.of(), "decrypt", "old.encrypted", "--key-file", "backup-key.key").status)
        .isZero();
    assertThat(directory.resolve("old")).hasContent(SQL);
    openssl("dump.sql", "iter.enc", "-pbkdf2", "-iter", "77");
    assertThat(run(WORDS, "decrypt", "iter.enc").err).contains("HF-1072");
    assertThat(run(WORDS, "decrypt", "iter.enc", "--openssl-iter", "77").status).isZero();
    assertThat(run(WORDS, "decrypt", "iter.enc", "--openssl-iter", "0").err).contains("HF-1001");
    assertThat(run(WORDS, "decrypt", "iter.enc", "--openssl-iter", "7", "--openssl-kdf", "md5").err)
        .contains("only PBKDF2 has iterations");
  }

  @Test
  void theChecksumOfGzipInsideIsTested() throws Exception {
    new ProcessBuilder("gzip", "-k", dump.toString()).inheritIO().start().waitFor();
    openssl("dump.sql.gz", "x.sql.gz.enc", "-pbkdf2");
    Path file = directory.resolve("x.sql.gz.enc");
    Result opened = run(WORDS, "decrypt", "x.sql.gz.enc");
    assertThat(opened.status).as(opened.err).isZero();
    assertThat(opened.text).contains("(gzip)");
    assertThat(opened.err).contains("the checksum of the gzip inside is right");
    assertThat(directory.resolve("x.sql.gz"))
        .hasBinaryContent(Files.readAllBytes(directory.resolve("dump.sql.gz")));
    Files.delete(directory.resolve("x.sql.gz"));

    byte[] bytes = Files.readAllBytes(file);
    bytes[40] ^= 1;
    Files.write(file, bytes);
    Result damaged = run(WORDS, "decrypt", "x.sql.gz.enc");
    assertThat(damaged.err).contains("HF-3020", "gzip cannot be unpacked");
    assertThat(directory.resolve("x.sql.gz")).doesNotExist();
  }

  @Test
  void otherFilesAreCalledWhatTheyAre() throws IOException {
    assertThat(run(WORDS, "decrypt", "dump.sql", "--to", "x").err)
        .contains("HF-1070", "not encrypted (SQL text)");
    Files.writeString(directory.resolve("noise"), "\u0001\u0002\u0003");
    assertThat(run(WORDS, "decrypt", "noise", "--to", "x").err)
        .contains("HF-1070", "nothing in it says that it is an encrypted file");
    Files.writeString(directory.resolve("base64"), "U2FsdGVkX1+x");
    assertThat(run(WORDS, "decrypt", "base64", "--to", "x").err).contains("base64 -d");
    assertThat(run(WORDS, "decrypt", "nowhere", "--to", "x").err)
        .contains("nowhere", "no such file or directory");
    assertThat(run(WORDS, "encrypt", "dump.sql", "--to", "no/where").err).contains("HF-2004");
    Files.writeString(directory.resolve("short.enc"), "\u0001");
    assertThat(run(WORDS, "decrypt", "short.enc", "--format", "holdfast").err)
        .contains("HF-3020", "does not begin with the header");
    assertThat(directory.resolve("x")).doesNotExist();
  }

  private void openssl(String from, String to, String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new java.util.ArrayList<>(
            List.of("openssl", "enc", "-aes-256-cbc", "-salt", "-pass", "pass:correct horse"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-in", directory.resolve(from).toString(), "-out", directory.resolve(to).toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
