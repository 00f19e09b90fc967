package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Entropy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands about keys, as somebody uses them over the years.
class KeyCommandTest {
  private static final Pattern SLOT = Pattern.compile("slot (?:id )?:? *([0-9a-f]{16})");

  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void makeRepository() {
    assertThat(run("init").status).isZero();
  }

  @Test
  void listShowsTheKeyInUseTheKitAndTheDataKeys() {
    Result list = run("key", "list");

    assertThat(list.status).isZero();
    assertThat(list.out.lines())
        .anyMatch(line -> line.matches("[0-9a-f]{16}  key .*the key in use"))
        .anyMatch(line -> line.matches("[0-9a-f]{16}  recovery kit .*[0-9]"))
        .anyMatch(line -> line.matches("main +1 .* 0"));
    assertThat(list.err).doesNotContain("warning");
    assertThat(run("key", "list", "--json").out)
        .contains("\"inUse\": true", "\"recoveryKit\": true", "\"ageDays\": 0");
  }

  @Test
  void aSecondKeyTakesThePlaceOfTheFirst() throws Exception {
    Result add = run("key", "add", "--new-key-file", "second.key");
    assertThat(add.status).as(add.err).isZero();
    Path second = directory.resolve("second.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(second)))
        .isEqualTo("rw-------");
    String first = slot(run("key", "check").out);

    Map<String, String> with = Map.of("BACKUP_KEY_FILE", second.toString());
    assertThat(slot(run(with, "key", "check").out)).isEqualTo(slot(add.out));
    Result dry = run(with, "key", "remove", first, "--dry-run");
    assertThat(dry.out).contains("would remove slot " + first);
    assertThat(run("list").status).as("nothing was removed").isZero();

    assertThat(run(with, "key", "remove", first.substring(0, 8)).out)
        .contains("removed slot " + first);
    Result refused = run("list");
    assertThat(refused.status).isEqualTo(2);
    assertThat(refused.err).contains("HF-1012");
    assertThat(run(with, "list").status).isZero();
  }

  @Test
  void aSourceGetsItsKeysBeforeItsFirstWal() {
    assertThat(run("key", "list").out.lines()).anyMatch(line -> line.matches("wal/main +1 .*"));

    assertThat(run("key", "add-source", "erp").out).contains("made the keys of source erp");
    assertThat(run("key", "add-source", "erp").out).contains("has its keys already");
    assertThat(run("key", "list").out.lines()).anyMatch(line -> line.matches("wal/erp +1 .*"));
    assertThat(run("key", "add-source", "a b").err).contains("HF-1001", "name of a source");
    assertThat(run("key", "check").status).isZero();
  }

  @Test
  void aKitThatWasTypedInIsProvedGood() throws Exception {
    Result kit = run("key", "kit");
    assertThat(kit.status).isZero();
    Path typed = directory.resolve("typed.txt");
    Files.writeString(typed, kit.out);

    Result check = run("key", "check", "--key-file", typed.toString());
    assertThat(check.out).contains("(recovery kit) and all data keys");
    assertThat(slot(check.out)).isEqualTo(slot(kit.out));

    Files.writeString(
        typed, kit.out.replace("key-4: ", "key-4: 0").replaceAll("(key-4: .{8}).", "$1"));
    assertThat(run("key", "check", "--key-file", typed.toString()).err).contains("key-4");
  }

  @Test
  void rotationReplacesTheKeyInUseByAPassphrase() throws Exception {
    Files.writeString(directory.resolve("words"), "correct horse battery staple\n");

    Result rotate = run("key", "rotate", "--new-passphrase-file", "words");

    assertThat(rotate.status).as(rotate.err).isZero();
    assertThat(rotate.out).contains("data keys of main: now version 2", "added slot ");
    assertThat(run("list").err).contains("HF-1012");
    Map<String, String> words = Map.of("BACKUP_PASSPHRASE", "correct horse battery staple");
    Result list = run(words, "key", "list");
    assertThat(list.out.lines())
        .anyMatch(line -> line.matches("[0-9a-f]{16}  passphrase .*the key in use"))
        .anyMatch(line -> line.matches("main +2 .* 0"));
  }

  @Test
  void aDomainIsShreddedOnlyWhenItsNameIsRepeated() throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    Files.writeString(files.resolve("one"), "content");
    Map<String, String> tenant =
        Map.of("BACKUP_DOMAIN", "tenant", "BACKUP_ENCRYPTION_KEY", "07".repeat(32));
    Result backup = run(tenant, "files", "backup", files.toString());
    assertThat(backup.status).as(backup.err).isZero();
    assertThat(run("key", "list").out.lines()).anyMatch(line -> line.matches("tenant +1 .*"));
    assertThat(run("show", "latest").out).contains("domain          tenant");

    assertThat(run("key", "shred", "tenant").err).contains("HF-1001", "was not confirmed");
    assertThat(run("key", "shred", "tenant", "--confirm", "tenent").err)
        .contains("--confirm names another domain");
    Result plan = run("key", "shred", "tenant", "--dry-run");
    assertThat(plan.out).contains("would shred the domain 'tenant'", "main_files_");
    assertThat(run("key", "shred", "main", "--confirm", "main").err)
        .contains("HF-1001", "cannot be shredded");
    assertThat(run("list").out).contains("main_files_");

    Result shred = run("key", "shred", "tenant", "--confirm", "tenant");
    assertThat(shred.status).as(shred.err).isZero();
    assertThat(shred.out).contains("1 object deleted", "not proved: ");
    assertThat(run("key", "shred", "tenant", "--confirm", "tenant", "--json").out)
        .contains("\"shredded\": true", "\"storeKeepsDeleted\": \"unknown\"");
    assertThat(run("list").out).doesNotContain("main_files_");
    assertThat(run("files", "restore", "latest", "--to", "out").err)
        .contains("HF-1031", "was shredded with the domain 'tenant' on ");
    assertThat(run(tenant, "files", "backup", files.toString()).err).contains("HF-1031");
    assertThat(run("key", "list").out.lines())
        .anyMatch(line -> line.matches("tenant +shredded .*"));
    assertThat(run("check").status).isZero();
    assertThat(run("verify", "--all").status).isZero();
  }

  @Test
  void wrongUseChangesNothingAndIsNamed() throws Exception {
    String before = run("key", "list").out;

    assertThat(run("key", "add").err).contains("--new-key-file");
    assertThat(run("key", "add", "--new-passphrase-file", "nowhere").err)
        .contains("there is no passphrase file " + directory.resolve("nowhere"));
    Files.writeString(directory.resolve("short.key"), "abc\n");
    assertThat(run("key", "add", "--new-key-file", "short.key").err).contains("HF-1011");
    assertThat(run("key", "rotate", "--domain", "nobody").err).contains("no domain 'nobody'");
    assertThat(run("key", "rotate", "--new-key-file", "short.key").err).contains("HF-1011");
    assertThat(run("key", "remove", slot(run("key", "check").out)).err).contains("you are using");
    assertThat(run("key", "remove", "ffff").status).isEqualTo(2);
    assertThat(run("key").status).isEqualTo(2);

    assertThat(run("key", "list").out).isEqualTo(before);
  }

  private static String slot(String text) {
    Matcher matcher = SLOT.matcher(text.replace("slot:", "slot"));
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  private record Result(int status, String out, String err) {}

  private Result run(String... args) {
    return run(Map.of("BACKUP_ENCRYPTION_KEY", "07".repeat(32)), args);
  }

  private Result run(Map<String, String> key, String... args) {
    Map<String, String> environment = new HashMap<>(key);
    environment.put("BACKUP_DIR", directory.resolve("repository").toString());
    TestContext context = new TestContext(environment, directory, Entropy.secure());
    int status = context.run(args);
    return new Result(status, context.stdout(), context.stderr());
  }
}
